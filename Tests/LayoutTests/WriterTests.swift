import Foundation
import Layout
import Raster
import TestSupport
import Testing

@Suite struct WriterTests {
  private let layer = LayerID(layer: 2, datatype: 5)

  @Test func `a written library is read back as it was`() throws {
    let triangle = [Point(x: 0, y: 0), Point(x: 4, y: 0), Point(x: 0, y: 3)]
    let library = GDSIILibrary(cells: [
      .init(name: "LEAF", elements: [.boundary(layer, triangle)]),
      .init(
        name: "TOP",
        elements: [
          .reference(
            cell: "LEAF", at: Point(x: 10, y: 0), mirrored: true, angleDegrees: 90,
            magnification: 2),
          .array(
            cell: "LEAF", at: Point(x: 20, y: 0), columns: 3, rows: 2,
            columnStep: Point(x: 5, y: 0), rowStep: Point(x: 0, y: 5)),
          .text(LayerID(layer: 63, datatype: 0), at: Point(x: 0, y: 0), "GD"),
        ]),
    ])
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "made.gds").path
      try library.write(to: path)
      let info = try Layout(contentsOf: path).info
      #expect(info.topCells == ["TOP"] && info.dbuUm == 0.001)
      #expect(info.layers.map(\.shapes) == [7, 0])
      #expect(abs(info.layers[0].areaUm2 - (6 * 4 + 6 * 6)) < 1e-9)
      #expect(info.bboxUm == [10, 0, 34, 8])
    }
  }

  @Test func `a polygon of more vertices than a record holds is written whole`() throws {
    let ring = (0..<20_000).map { index in
      let turn = 2 * Double.pi * Double(index) / 20_000
      return Point(x: 1000 * cos(turn), y: 1000 * sin(turn))
    }
    let library = GDSIILibrary(cells: [.init(name: "T", elements: [.boundary(layer, ring)])])
    let layer = try Layout(library.data()).info.layers[0]
    #expect(layer.shapes == 1)
    #expect(abs(layer.areaUm2 / (.pi * 1e6) - 1) < 1e-6)
  }

  @Test func `what the format cannot hold is refused`() {
    let far = [Point(x: 0, y: 0), Point(x: 1e9, y: 0), Point(x: 0, y: 1)]
    let library = GDSIILibrary(cells: [.init(name: "T", elements: [.boundary(layer, far)])])
    #expect(throws: LayoutError.self) { try library.data() }
  }
}
