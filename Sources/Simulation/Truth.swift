import Foundation
import Raster

/// `truth.json`: the defects of each scan, by its file's name.
struct Truth: Codable, Sendable {
  /// What is true of one scan.
  struct Scan: Codable, Sendable {
    /// The picture without the defects, beside `truth.json`; absent where none was written.
    var clean: String?
    /// Further photographs of the same die at the same place; absent where there are none.
    var repeats: [String]?
    var defects: [Mark]
    /// What the reticle has wrong there, and every die shows; absent where it has nothing.
    var repeated: [Mark]?
    /// By how much the edges of each layer lie further out than drawn, µm; absent of photographs that were not simulated.
    var etchBiasUm: [String: Double]?
    /// Rows of the 2×3 affine from layout µm to scan pixels.
    var layoutToScan: [[Double]]
  }

  /// One defect.
  struct Mark: Codable, Sendable {
    var `class`: String
    var box: PixelRect
    /// See `Defect`; to a tenth.
    var contrast: Double
    var areaPx: Int
    var mask: RunLengths
  }

  /// A mask over the whole scan as COCO has it: column by column, runs of 0 and 1 in turn, starting with 0.
  struct RunLengths: Codable, Sendable {
    /// Rows and columns of the scan.
    var size: [Int]
    var counts: [Int]
  }

  var scans: [String: Scan] = [:]

  func json() throws -> Data { try encoded(self) }
}

extension Truth.Scan {
  init(_ photograph: Photograph, clean: String?, repeats: [String]) {
    let map = photograph.place.layoutToScan
    self.clean = clean
    self.repeats = repeats.isEmpty ? nil : repeats
    layoutToScan = [[map.a, map.b, map.tx], [map.c, map.d, map.ty]].map {
      $0.map { ($0 * 1e6).rounded() / 1e6 }
    }
    etchBiasUm = photograph.etchBiasUm.mapValues { ($0 * 1e4).rounded() / 1e4 }
    func marks(_ defects: [Defect]) -> [Truth.Mark] {
      defects.map {
        Truth.Mark(
          class: $0.kind.rawValue, box: $0.box, contrast: ($0.contrast * 10).rounded() / 10,
          areaPx: $0.areaPx, mask: Truth.RunLengths($0.mask, $0.box, in: photograph.bounds))
      }
    }
    defects = marks(photograph.defects)
    self.repeated = photograph.repeated.isEmpty ? nil : marks(photograph.repeated)
  }
}

extension Truth.RunLengths {
  /// The set pixels of a mask.
  ///
  /// - Parameters:
  ///   - mask: of the box's size.
  ///   - box: where it lies in the scan.
  init(_ mask: Plane, _ box: PixelRect, in scan: PixelRect) {
    size = [scan.height, scan.width]
    counts = []
    // Where the run that goes on began, and the end of the set pixels so far.
    var (start, end) = (0, 0)
    for x in 0..<box.width {
      for y in 0..<box.height where mask[x, y] > 0 {
        let place = (box.x + x) * scan.height + box.y + y
        if place > end || counts.isEmpty {
          if !counts.isEmpty { counts.append(end - start) }
          counts.append(place - end)
          start = place
        }
        end = place + 1
      }
    }
    if !counts.isEmpty { counts.append(end - start) }
    if end < scan.area { counts.append(scan.area - end) }
  }
}

/// The file beside a scan: what the microscope was told, not where it was.
struct ScanSidecar: Codable {
  var lot: String
  var wafer: String
  var die: [Int]
  var centerUm: [Double]

  init(_ place: ScanPlace, seed: UInt64) {
    lot = "SIM-\(seed)"
    wafer = "1"
    die = place.die
    centerUm = [place.commandedCenterUm.x, place.commandedCenterUm.y]
  }

  func json() throws -> Data { try encoded(self) }
}

/// JSON with sorted keys in snake case, one value a line but for run lengths, a line feed at the end.
private func encoded(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  let text = String(decoding: try encoder.encode(value), as: UTF8.self)
  let lists = text.replacing(/\[[\d\s.,-]*\]/) { match in
    match.output.split(whereSeparator: \.isWhitespace).joined().replacing(",", with: ", ")
  }
  return Data((lists + "\n").utf8)
}
