import Foundation
import Raster

/// `truth.json`: the defects of each scan, by its file's name.
struct Truth: Codable {
  /// What is true of one scan.
  struct Scan: Codable {
    /// The picture without the defects, beside `truth.json`; absent where none was written.
    var clean: String?
    var defects: [Mark]
    /// Rows of the 2×3 affine from layout µm to scan pixels.
    var layoutToScan: [[Double]]
  }

  /// One defect.
  struct Mark: Codable {
    var `class`: DefectClass
    var box: PixelRect
    /// See `Defect`; to a tenth.
    var contrast: Double
    var areaPx: Int
  }

  var scans: [String: Scan] = [:]

  func json() throws -> Data { try encoded(self) }
}

extension Truth.Scan {
  init(_ scan: SimulatedScan, cleanTwin: String?) {
    let map = scan.place.layoutToScan
    clean = cleanTwin
    layoutToScan = [[map.a, map.b, map.tx], [map.c, map.d, map.ty]].map {
      $0.map { ($0 * 1e6).rounded() / 1e6 }
    }
    defects = scan.defects.map {
      Truth.Mark(
        class: $0.kind, box: $0.box, contrast: ($0.contrast * 10).rounded() / 10,
        areaPx: $0.areaPx)
    }
  }
}

/// The file beside a scan: what the microscope was told, not where it was.
struct ScanSidecar: Codable {
  var lot: String
  var wafer: String
  var die: [Int]
  var centerUm: [Double]

  init(_ scan: SimulatedScan, seed: UInt64, index: Int) {
    lot = "SIM-\(seed)"
    wafer = "1"
    die = [index % 8, index / 8]
    centerUm = [scan.place.commandedCenterUm.x, scan.place.commandedCenterUm.y]
  }

  func json() throws -> Data { try encoded(self) }
}

/// JSON with sorted keys in snake case, one value a line, a line feed at the end.
private func encoded(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return try encoder.encode(value) + Data("\n".utf8)
}
