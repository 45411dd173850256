import Foundation
import Layout
import Raster
import TestSupport
import Testing

@Suite struct DamageTests {
  private static func error(_ body: () throws -> Layout) -> LayoutError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? LayoutError
    }
  }

  private static func error(of data: Data) -> LayoutError? { error { try Layout(data) } }

  @Test func `a missing file, a folder, an empty file and a stranger are told apart`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "x.gds")
      #expect(Self.error { try Layout(contentsOf: path.path) }?.code == .noSuchFile)
      #expect(Self.error { try Layout(contentsOf: folder.path) }?.code == .unreadable)
      try Data().write(to: path)
      #expect(Self.error { try Layout(contentsOf: path.path) }?.code == .notALayout)
      try Data("PNG".utf8).write(to: path)
      let stranger = try #require(Self.error { try Layout(contentsOf: path.path) })
      #expect(stranger.code == .notALayout && stranger.path == path.path)
      #expect(stranger.description.hasPrefix("layout: notALayout at byte 0: "))
      #expect(stranger.description.contains(path.path))
      try Data("%SEMI-OASIS\r\n".utf8).write(to: path)
      #expect(Self.error { try Layout(contentsOf: path.path) }?.code == .truncatedRecord)
    }
  }

  @Test func `each kind of damage has its code and its byte`() {
    let opening = Stream.opening
    let start = opening.count
    let cell = Stream.cell("T")
    let inCell = start + 28 + 6
    typealias Expected = (Data, LayoutError.Code, Int)
    let cases: [Expected] = [
      (opening, .missingEnd, start),
      (opening + [0, 8, 4], .truncatedRecord, start),
      (opening + [0, 8, 4, 0], .truncatedRecord, start),
      (opening + [0, 3, 4, 0], .badRecordLength, start),
      (opening + [0, 5, 4, 0, 0], .badRecordLength, start),
      (opening + [0, 4, 0x77, 0], .badRecord, start),
      (opening + cell + cell + Stream.record(4), .duplicateCell, start + cell.count),
      (
        Stream.gdsii(Stream.cell("T", Stream.boundary([0, 0, 1]))), .oddCoordinates, inCell + 16
      ),
      (
        Stream.gdsii(Stream.cell("T", Stream.element(8, Stream.int32(0x10, [0, 0])))),
        .missingRecord, inCell
      ),
      (Stream.gdsii(Stream.cell("T", Stream.reference("U"))), .unknownCell, inCell),
      (Stream.gdsii(Stream.cell("T", Stream.reference("T"))), .cyclicReference, inCell),
      (
        Stream.gdsii(
          Stream.cell("A", Stream.reference("B")), Stream.cell("B", Stream.reference("A"))),
        .cyclicReference, inCell + 26 + 4 + 28 + 6
      ),
    ]
    for (data, code, offset) in cases {
      let found = Self.error(of: data)
      #expect(found?.code == code && found?.offset == offset, "\(String(describing: found))")
    }
  }

  /// Everything a stream can hold, in some 700 bytes.
  private static func small() throws -> Data {
    let layer = LayerID(layer: 1, datatype: 0)
    let (a, b, c) = (Point(x: 0, y: 0), Point(x: 2, y: 0), Point(x: 1, y: 3))
    let leaf = GDSIILibrary.Cell(name: "LEAF", elements: [.boundary(layer, [a, b, c])])
    let top = GDSIILibrary.Cell(
      name: "TOP",
      elements: [
        .reference(cell: "LEAF", at: b, mirrored: true, angleDegrees: 30, magnification: 2),
        .array(
          cell: "LEAF", at: c, columns: 3, rows: 2, columnStep: Point(x: 4, y: 1),
          rowStep: Point(x: 0, y: 5)), .text(layer, at: a, "t"),
      ])
    let path = Stream.element(
      0x09, Stream.int16(0x0D, 1), Stream.int16(0x0E, 0), Stream.int16(0x21, 1),
      Stream.int32(0x0F, [-300]), Stream.int32(0x10, [0, 0, 3000, 0, 3000, 2000]))
    let written = try GDSIILibrary(cells: [leaf, top]).data()
    return written.dropLast(4) + Stream.cell("P", path, Stream.reference("TOP", 5, 5))
      + Stream.record(4)
  }

  @Test func `a cut anywhere is an error`() throws {
    let whole = try Self.small()
    #expect(Self.error(of: whole) == nil)
    for length in 0..<whole.count { #expect(Self.error(of: whole.prefix(length)) != nil) }
  }

  @Test func `a flipped byte anywhere gives an error or a layout that can be asked`() throws {
    let whole = try Self.small()
    let rect = PixelRect(x: 0, y: 0, width: 16, height: 16)
    let map = Affine(a: 1, b: 0, tx: 2, c: 0, d: -1, ty: 12)
    for index in whole.indices {
      for flip: UInt8 in [0x01, 0x10, 0x7F, 0x80, 0xFF] {
        var damaged = whole
        damaged[index] ^= flip
        guard let layout = try? Layout(damaged) else { continue }
        #expect(!layout.info.format.isEmpty)
        for cell in layout.topCells {
          for layer in layout.layers {
            let plane = try? layout.coverage(
              of: layer, in: cell, layoutToScan: map, rect: rect, limit: 10_000)
            #expect(plane?.samples.allSatisfy { $0 >= 0 && $0 <= 1 } ?? true)
          }
        }
      }
    }
  }

  @Test func `a hierarchy that grows without bound is counted, and its window refused`() throws {
    var cells = [Stream.cell("C0", Stream.boundary([0, 0, 1000, 0, 0, 1000]))]
    for level in 1...70 {
      let below = Stream.reference("C\(level - 1)")
      cells.append(Stream.cell("C\(level)", below, below))
    }
    let layout = try Layout(Stream.opening + cells.reduce(Data(), +) + Stream.record(4))
    #expect(layout.info.layers[0].shapes == .max)
    let layer = LayerID(layer: 1, datatype: 0)
    let window = Box(low: Point(x: 0, y: 0), high: Point(x: 1, y: 1))
    #expect(throws: LayoutError.self) {
      try layout.forEachPolygon(of: layer, in: layout.topCells[0], within: window, limit: 10_000) {
        _ in
      }
    }
    let elsewhere = Box(low: Point(x: 5, y: 5), high: Point(x: 6, y: 6))
    try layout.forEachPolygon(of: layer, in: layout.topCells[0], within: elsewhere, limit: 0) { _ in
    }
  }

  @Test func `cells nested too deep are refused`() {
    var cells = [Stream.cell("C0", Stream.boundary([0, 0, 1000, 0, 0, 1000]))]
    for level in 1...20_000 {
      cells.append(Stream.cell("C\(level)", Stream.reference("C\(level - 1)")))
    }
    let data = Stream.opening + cells.reduce(Data(), +) + Stream.record(4)
    #expect(Self.error(of: data)?.code == .tooComplex)
  }

  @Test func `an impossible magnification is refused`() {
    for bytes: [UInt8] in [
      [0, 0, 0, 0, 0, 0, 0, 0], [0xC1, 0x10, 0, 0, 0, 0, 0, 0], [0x7F, 0x10, 0, 0, 0, 0, 0, 0],
    ] {
      let reference = Stream.element(
        0x0A, Stream.text(0x12, "A"), Stream.int16(0x1A, 0, type: 1), Stream.record(0x1B, 5, bytes),
        Stream.int32(0x10, [0, 0]))
      let data = Stream.gdsii(
        Stream.cell("A", Stream.boundary([0, 0, 9, 0, 0, 9])), Stream.cell("T", reference))
      #expect(Self.error(of: data)?.code == .badRecord)
    }
  }
}
