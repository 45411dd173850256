public import Foundation
internal import Raster
internal import Records

/// The truth of some scans, as `goldendie simulate` writes it: `truth.json`.
public struct KnownDefects: Sendable {
  /// One defect.
  struct Mark: Decodable, Sendable {
    var `class`: String
    var box: PixelRect
    var contrast: Double?
    var areaPx: Int?
    /// Its pixels; the box stands for them where it is absent.
    var mask: RunLengthMask?
  }

  /// What is true of one scan.
  struct Scan: Decodable, Sendable {
    var defects: [Mark]
    /// What the reticle has wrong: on every die, and neither missed nor a false alarm.
    var repeated: [Mark]?
    /// The same photograph without the defects.
    var clean: String?
    var repeats: [String]?
  }

  private struct File: Decodable { var scans: [String: Scan] }

  /// By the name of the scan's file.
  let scans: [String: Scan]
  /// The folder of the truth, which paths in it are relative to.
  let folder: URL

  /// Names of the scans.
  public var names: [String] { scans.keys.sorted() }

  /// Whether the truth says that a scan has no defect.
  public func isClean(_ name: String) -> Bool { scans[name]?.defects.isEmpty ?? false }

  /// Reads a truth.
  ///
  /// - Throws: `InspectionError` when the file is missing or is no truth.
  public init(contentsOf file: URL) throws {
    guard let data = try? Data(contentsOf: file) else {
      throw InspectionError(.noSuchFile, path: file.relativePath, "is no file that can be read")
    }
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      scans = try decoder.decode(File.self, from: data).scans
    } catch {
      throw InspectionError(
        .unusableScan, path: file.relativePath,
        "is no truth: expected {\"scans\": {\"NAME.png\": {\"defects\": [{\"class\", \"box\"}]}}}")
    }
    folder = file.deletingLastPathComponent()
    for (name, scan) in scans {
      for defect in scan.defects + (scan.repeated ?? []) {
        let limit = 1 << 24
        let box = defect.box
        guard box.x >= 0, box.y >= 0, box.width > 0, box.height > 0,
          max(box.x, box.y, box.width, box.height) < limit
        else {
          throw InspectionError(
            .unusableScan, path: file.relativePath, "\(name) has a defect without a proper box")
        }
      }
    }
  }
}

extension RunLengthMask {
  /// The set pixels as rows of column ranges, of a mask with well-formed runs.
  var spans: [(y: Int, columns: Range<Int>)] {
    guard size.count == 2, size[0] > 0 else { return [] }
    var spans: [(y: Int, columns: Range<Int>)] = []
    var start = 0
    for (index, count) in counts.enumerated() {
      if index % 2 == 1 {
        for place in start..<start + count {
          let x = place / size[0]
          spans.append((place % size[0], x..<x + 1))
        }
      }
      start += count
    }
    return spans
  }
}
