public import Foundation
public import Matching

/// A calibration as it is kept in a file: `calibration.json`.
public struct CalibrationFile: Sendable, Codable {
  /// Names the format and its version.
  static let format = "goldendie.calibration/3"

  private let format: String
  /// The device it is of.
  public let device: String
  /// The golden that scans were compared with: its kind, and its file's SHA-256 where there is one.
  public let golden: String
  /// What clean scans look like.
  public let noise: Calibration

  /// A calibration of a device.
  init(device: String, golden: String, noise: Calibration) {
    (format, self.device, self.golden, self.noise) = (Self.format, device, golden, noise)
  }

  /// Reads a calibration.
  ///
  /// - Throws: `InspectionError` when the file is missing or holds none.
  public init(contentsOf file: URL) throws {
    guard let data = try? Data(contentsOf: file) else {
      throw InspectionError(.noSuchFile, path: file.relativePath, "is no file that can be read")
    }
    struct Header: Decodable { let format: String }
    let decoder = JSONDecoder()
    let format = try? decoder.decode(Header.self, from: data).format
    guard format == Self.format else {
      throw InspectionError(
        .unusableScan, path: file.relativePath,
        format?.hasPrefix("goldendie.calibration/") ?? false
          ? "was made by another version, which looks otherwise: calibrate again"
          : "is no calibration; expected \(Self.format)")
    }
    do {
      self = try decoder.decode(Self.self, from: data)
    } catch {
      throw InspectionError(.unusableScan, path: file.relativePath, "is a damaged calibration")
    }
    guard noise.isWellFormed else {
      throw InspectionError(.unusableScan, path: file.relativePath, "is a damaged calibration")
    }
  }

  /// Refuses a calibration beside another golden than it was made with.
  ///
  /// - Throws: `InspectionError`.
  func check(golden: String, _ file: URL) throws {
    guard self.golden == golden else {
      func told(_ golden: String) -> String { golden.count > 28 ? golden.prefix(28) + "…" : golden }
      throw InspectionError(
        .unusableScan, path: file.relativePath,
        "was made with another golden, \(told(self.golden)); the recipe has \(told(golden)): calibrate again"
      )
    }
  }

  /// The file's content: keys sorted.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}
