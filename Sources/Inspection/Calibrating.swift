public import Foundation
internal import Golden
internal import Matching
internal import Raster
internal import Records

extension Device {
  /// The scans of a folder, by name.
  ///
  /// - Throws: `InspectionError` when there is none.
  public static func scans(in folder: URL) throws -> [URL] { try TrainingFolder.files(in: folder) }

  /// Learns from clean scans what clean looks like.
  ///
  /// - Parameters:
  ///   - scans: files of clean scans; other scans of their folders tell what is usual where the recipe asks for that.
  ///   - progress: told each scan's name, its number from 1, and how many there are.
  /// - Returns: the calibration, and scans that were of no use with the reason.
  /// - Throws: `InspectionError` when no scan is of use, and what reading scans throws.
  public func calibrate(
    _ scans: [URL], progress: (String, Int, Int) -> Void = { _, _, _ in }
  ) throws -> (calibration: CalibrationFile, refused: [(name: String, reason: String)]) {
    var samples: [Calibrator.Sample] = []
    var refused: [(name: String, reason: String)] = []
    for (index, scan) in scans.enumerated() {
      progress(scan.lastPathComponent, index + 1, scans.count)
      switch try prepare(try read(scan), scan) {
      case .refused(let reason, _): refused.append((scan.lastPathComponent, reason))
      case .ready(let ready):
        samples.append(try sample(scan, ready, ready.residual()))
      }
    }
    let planes = samples.first?.residual.planes.count
    guard let planes else {
      throw InspectionError(
        .unusableScan, path: scans.first?.relativePath ?? "",
        "none of \(scans.count) scans could be placed"
          + (refused.first.map { "; \($0.name): \($0.reason)" } ?? ""))
    }
    for sample in samples where sample.residual.planes.count != planes {
      refused.append((sample.name, "is in colour, or grey, where the first scan is the other"))
    }
    samples.removeAll { $0.residual.planes.count != planes }
    return (
      CalibrationFile(
        device: recipe.device, golden: goldenIdentity, noise: Calibrator.calibration(of: samples)),
      refused
    )
  }

  /// A clean scan to learn from.
  func sample(
    _ scan: URL, _ prepared: PreparedScan, _ residual: Residual, golden: Recipe.Golden? = nil
  ) throws -> Calibrator.Sample {
    Calibrator.Sample(
      name: scan.lastPathComponent, residual: residual, materials: prepared.region.materials,
      edgeDistance: prepared.region.edgeDistance,
      place: try place(of: scan, prepared, residual, golden: golden), area: prepared.area)
  }
}
