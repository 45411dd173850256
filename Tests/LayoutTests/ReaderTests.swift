import Foundation
import Layout
import Raster
import TestSupport
import Testing

@Suite struct ReaderTests {
  private let square: [Int32] = [0, 0, 1000, 0, 1000, 1000, 0, 1000, 0, 0]

  @Test func `a square by hand has its place, its layer and its area`() throws {
    let layout = try Layout(Stream.gdsii(Stream.cell("T", Stream.boundary(square))))
    let info = layout.info
    #expect(info.format == "GDSII" && info.topCells == ["T"] && info.dbuUm == 0.001)
    #expect(info.bboxUm == [0, 0, 1, 1])
    let layer = try #require(info.layers.first)
    #expect(layer.layer == 1 && layer.datatype == 0 && layer.shapes == 1)
    #expect(abs(layer.areaUm2 - 1) < 1e-12)
  }

  @Test func `the report has exactly the agreed keys`() throws {
    let layout = try Layout(Stream.gdsii(Stream.cell("T", Stream.boundary(square))))
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(layout.info))
    let keys = try #require(json as? [String: Any])
    #expect(Set(keys.keys) == ["format", "top_cells", "dbu_um", "bbox_um", "layers"])
    let layer = try #require((keys["layers"] as? [[String: Any]])?.first)
    #expect(Set(layer.keys) == ["layer", "datatype", "shapes", "area_um2"])
  }

  @Test func `bytes behind the end of the library are ignored`() throws {
    let data = Stream.gdsii(Stream.cell("T", Stream.boundary(square)))
    for padding in [Data(count: 2047), Data([1, 2, 3])] {
      #expect(try Layout(data + padding).info == Layout(data).info)
    }
  }

  @Test func `a record of more than 0x8000 bytes is read as one`() throws {
    var corners: [Int32] = [5000, 900_000]
    for index in 0..<Int32(5000) { corners += [index, index % 2 * 5] }
    let layout = try Layout(Stream.gdsii(Stream.cell("T", Stream.boundary(corners))))
    let cell = try #require(layout.cell(named: "T"))
    let window = try #require(layout.bounds(of: cell))
    var counts: [Int] = []
    try layout.forEachPolygon(of: LayerID(layer: 1, datatype: 0), in: cell, within: window) {
      counts.append($0.count)
    }
    #expect(counts == [5001])
  }

  @Test func `texts and nodes draw nothing, and properties are skipped`() throws {
    let text = Stream.element(
      0x0C, Stream.int16(0x0D, 7), Stream.int16(0x16, 3), Stream.int32(0x10, [9_000_000, 0]),
      Stream.text(0x19, "label"))
    let node = Stream.element(
      0x15, Stream.int16(0x0D, 8), Stream.int16(0x2A, 0), Stream.int32(0x10, [0, 0]))
    let marked = Stream.element(
      0x08, Stream.int16(0x0D, 1), Stream.int16(0x0E, 0), Stream.int32(0x10, square),
      Stream.int16(0x2B, 1), Stream.text(0x2C, "value"))
    let info = try Layout(Stream.gdsii(Stream.cell("T", text, node, marked))).info
    #expect(info.layers.map(\.layer) == [1, 7] && info.layers.map(\.shapes) == [1, 0])
    #expect(info.bboxUm == [0, 0, 1, 1])
  }

  @Test func `the bookkeeping cell of KLayout is no cell of the design`() throws {
    let layout = try Layout(
      Stream.gdsii(
        Stream.cell("$$$CONTEXT_INFO$$$", Stream.reference("T")),
        Stream.cell("T", Stream.boundary(square))))
    #expect(layout.info.topCells == ["T"])
  }

  @Test func `layers are written and read as number and datatype`() throws {
    #expect(LayerID("1/0") == LayerID(layer: 1, datatype: 0))
    #expect(LayerID(layer: 63, datatype: 2).description == "63/2")
    for wrong in ["1", "1/", "a/0", "-1/0", "1/0/0"] { #expect(LayerID(wrong) == nil) }
    let list = try JSONDecoder().decode([LayerID].self, from: Data(#"["200/7"]"#.utf8))
    #expect(list == [LayerID(layer: 200, datatype: 7)])
  }
}

/// What klayout and gdstk find in odd streams; see Fixtures/make_odd_layouts.py.
@Suite struct OddLayoutTests {
  struct Fixture: Decodable {
    var area_tolerance_per_shape: Double
    var box_tolerance: Double
    var cases: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    var name: String
    var oracle: String
    var gds: Data
    var shapes: Int
    var area: Double
    var box: [Double]
    var testDescription: String { name }
  }

  private static func fixture(_ name: String) -> Fixture? {
    try? JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: fixtures.appending(path: name)))
  }

  static let gdsii = fixture("odd_layouts.json")
  static let oasis = fixture("odd_oasis.json")

  @Test func `the fixtures are there`() {
    #expect((Self.gdsii?.cases.count ?? 0) > 40 && (Self.oasis?.cases.count ?? 0) > 120)
  }

  @Test(arguments: (gdsii?.cases ?? []) + (oasis?.cases ?? []))
  func `counts, areas and places are the oracle's`(example: Case) throws {
    let tolerance = try #require(Self.gdsii)
    let layout = try Layout(example.gds)
    let layer = LayerID(layer: 1, datatype: 0)
    let unit = layout.dbuMicrometres
    var (count, area) = (0, 0.0)
    var (left, bottom) = (Double.infinity, Double.infinity)
    var (right, top) = (-Double.infinity, -Double.infinity)
    for cell in layout.topCells {
      count += layout.shapes(of: layer, in: cell).count
      area += layout.shapes(of: layer, in: cell).areaUm2 / (unit * unit)
      let window = try #require(layout.bounds(of: cell))
      try layout.forEachPolygon(of: layer, in: cell, within: window) { polygon in
        for point in polygon {
          (left, right) = (min(left, point.x / unit), max(right, point.x / unit))
          (bottom, top) = (min(bottom, point.y / unit), max(top, point.y / unit))
        }
      }
    }
    #expect(count == example.shapes)
    #expect(
      abs(area - example.area)
        <= tolerance.area_tolerance_per_shape * Double(count) + 1e-6 * example.area)
    guard example.area > 0 else { return }
    for (found, expected) in zip([left, bottom, right, top], example.box) {
      #expect(abs(found - expected) <= tolerance.box_tolerance)
    }
  }
}

let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

/// What klayout counts in real layouts; see Fixtures/make_openebl_facts.py.
@Suite(.enabled(if: sharedData != nil)) struct OpenEBLTests {
  struct Facts: Decodable {
    struct File: Decodable, Sendable {
      var file: String
      var format: String
      var top_cells: [String]
      var bbox_um: [Double]
      var layers: [LayoutInfo.Layer]
    }
    var relative_area_tolerance: Double
    var files: [File]
  }

  @Test func `every file, whatever its extension, has klayout's shapes`() throws {
    let facts = try JSONDecoder().decode(
      Facts.self, from: Data(contentsOf: fixtures.appending(path: "openebl_facts.json")))
    let folder = try #require(sharedData)
    #expect(facts.files.count == 26)
    for file in facts.files {
      let info = try Layout(contentsOf: folder.appending(path: file.file).path).info
      #expect(info.format == file.format)
      #expect(info.topCells == file.top_cells)
      #expect(zip(info.bboxUm, file.bbox_um).allSatisfy { abs($0 - $1) < 1e-9 * abs($1) + 1e-9 })
      #expect(info.layers.map(\.layer) == file.layers.map(\.layer), "\(file.file)")
      #expect(info.layers.map(\.datatype) == file.layers.map(\.datatype), "\(file.file)")
      #expect(info.layers.map(\.shapes) == file.layers.map(\.shapes), "\(file.file)")
      for (found, expected) in zip(info.layers, file.layers) {
        let tolerance = facts.relative_area_tolerance * expected.areaUm2
        #expect(abs(found.areaUm2 - expected.areaUm2) <= tolerance, "\(file.file)")
      }
    }
  }
}
