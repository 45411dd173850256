import Foundation
import Layout
import Raster
import TestSupport
import Testing

@Suite struct OASISTests {
  private static let layer = LayerID(layer: 1, datatype: 0)

  private static func bytes(_ name: String) throws -> Data {
    try #require(OddLayoutTests.oasis?.cases.first { $0.name == name }?.gds)
  }

  private static func error(of data: Data) -> LayoutError? {
    do {
      _ = try Layout(data)
      return nil
    } catch { return error as? LayoutError }
  }

  @Test func `a repetition of a million costs what the window shows`() throws {
    let layout = try Layout(Self.bytes("a large repetition"))
    #expect(layout.info.layers[0].shapes == 1_000_000)
    let window = Box(low: Point(x: 350.1, y: 450.1), high: Point(x: 352, y: 452))
    var count = 0
    try layout.forEachPolygon(of: Self.layer, in: layout.topCells[0], within: window, limit: 40) {
      _ in count += 1
    }
    #expect((4...12).contains(count))
  }

  @Test func `a window into a list of places shows those that meet it`() throws {
    let layout = try Layout(Self.bytes("a long list of places"))
    let cell = layout.topCells[0]
    var everything: [[Point]] = []
    let bounds = try #require(layout.bounds(of: cell))
    try layout.forEachPolygon(of: Self.layer, in: cell, within: bounds) {
      everything.append(Array($0))
    }
    #expect(everything.count == 300)
    for x in stride(from: bounds.low.x, to: bounds.high.x, by: 7.3) {
      let window = Box(
        low: Point(x: x, y: bounds.low.y), high: Point(x: x + 1.7, y: bounds.center.y))
      var found = 0
      try layout.forEachPolygon(of: Self.layer, in: cell, within: window) { _ in found += 1 }
      let expected = everything.filter { polygon in
        let (xs, ys) = (polygon.map(\.x), polygon.map(\.y))
        return (xs.min() ?? 0) <= window.high.x && (xs.max() ?? 0) >= window.low.x
          && (ys.min() ?? 0) <= window.high.y && (ys.max() ?? 0) >= window.low.y
      }
      #expect(found == expected.count)
    }
  }

  @Test func `texts are kept and draw nothing`() throws {
    let layout = try Layout(Self.bytes("texts"))
    let texts = layout.texts(in: layout.topCells[0])
    #expect(texts.map(\.string) == ["label", "label"] && texts.map(\.copies) == [1, 1_000_000])
    #expect(texts[0].place == Point(x: 5, y: 0) && texts[1].place == Point(x: -9, y: 0))
    let late = try Layout(Self.bytes("texts by number"))
    #expect(late.texts(in: late.topCells[0]).map(\.string) == ["late"])
  }

  @Test(arguments: ["properties", "names by number, told after", "blocks among records"])
  func `a cut anywhere is an error`(name: String) throws {
    let whole = try Self.bytes(name)
    #expect(Self.error(of: whole) == nil)
    for length in 0..<whole.count { #expect(Self.error(of: whole.prefix(length)) != nil) }
  }

  @Test(arguments: ["a checksum of cyclic redundancy", "a checksum of bytes"])
  func `a wrong checksum is an error`(name: String) throws {
    var bytes = try Self.bytes(name)
    bytes[bytes.count - 1] ^= 1
    let found = Self.error(of: bytes)
    #expect(found?.code == .wrongChecksum && found?.offset == bytes.count - 4)
  }

  @Test func `a cell that is named by number only has no name`() throws {
    var bytes = try Self.bytes("names by number, told after")
    let place = try #require(
      bytes.range(of: Data([4, 1, UInt8(ascii: "A")])).map { $0.lowerBound + 2 })
    bytes[place + 1] = 0x83
    #expect(Self.error(of: bytes)?.code == .unknownCell)
  }

  @Test func `a message stays one line, whatever a name says`() throws {
    let data = Stream.gdsii(
      Stream.cell("T", Stream.reference("a\nb\u{1b}[2J" + String(repeating: "x", count: 900))))
    let found = try #require(Self.error(of: data))
    #expect(found.code == .unknownCell && found.detail.count <= 400)
    #expect(!found.description.contains("\n") && !found.description.contains("\u{1b}"))
  }

  @Test func `more geometry than the limit is refused`() throws {
    var limits = Layout.Limits()
    limits.heldBytes = 4000
    let data = try Self.bytes("a compressed block")
    let found = #expect(throws: LayoutError.self) { try Layout(data, limits: limits) }
    #expect(found?.code == .tooComplex)
  }
}
