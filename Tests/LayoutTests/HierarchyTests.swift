import Foundation
import Layout
import Raster
import Testing

@Suite struct HierarchyTests {
  private let layer = LayerID(layer: 1, datatype: 0)
  private let unitSquare: [Int32] = [0, 0, 1000, 0, 1000, 1000, 0, 1000]

  private func corners(of layout: Layout, _ window: Box, limit: Int = 1 << 20) throws -> Set<Point>
  {
    var found: Set<Point> = []
    try layout.forEachPolygon(of: layer, in: layout.topCells[0], within: window, limit: limit) {
      found.insert(
        Point(x: $0.map(\.x).min() ?? 0, y: $0.map(\.y).min() ?? 0).rounded)
    }
    return found
  }

  @Test func `an array of a thousand million costs what the window shows`() throws {
    let layout = try Layout(
      Stream.gdsii(
        Stream.cell("A", Stream.boundary(unitSquare)),
        Stream.cell("T", Stream.array("A", 32000, 32000, [0, 0, 64_000_000, 0, 0, 64_000_000]))))
    #expect(layout.info.layers[0].shapes == 32000 * 32000)
    let window = Box(low: Point(x: 40000.5, y: 20000.5), high: Point(x: 40002.5, y: 20002.5))
    let found = try corners(of: layout, window, limit: 20)
    #expect(
      found == [
        Point(x: 40000, y: 20000), Point(x: 40002, y: 20000), Point(x: 40000, y: 20002),
        Point(x: 40002, y: 20002),
      ])
  }

  @Test(
    arguments: [
      [0, 0, 21000, 3000, -4000, 30000], [0, 0, 10000, 0, 7001, 0], [5, 5, 0, 10000, 7001, 7],
      [0, 0, -9000, -9000, -4500, -4500], [0, 0, 0, 0, 0, 30000],
    ] as [[Int32]])
  func `a window into a lattice shows the elements that meet it`(points: [Int32]) throws {
    let layout = try Layout(
      Stream.gdsii(
        Stream.cell("A", Stream.boundary(unitSquare)),
        Stream.cell("T", Stream.array("A", 7, 9, points))))
    let everything = Box(low: Point(x: -1000, y: -1000), high: Point(x: 1000, y: 1000))
    let all = try corners(of: layout, everything)
    let columns = points[2] == points[0] && points[3] == points[1] ? 1 : 7
    #expect(layout.info.layers[0].shapes == columns * 9)
    for x in stride(from: -8.0, to: 20, by: 2.7) {
      for y in stride(from: -8.0, to: 30, by: 3.1) {
        let window = Box(low: Point(x: x, y: y), high: Point(x: x + 3, y: y + 2))
        let expected = all.filter {
          $0.x <= x + 3 && $0.x + 1 >= x && $0.y <= y + 2 && $0.y + 1 >= y
        }
        #expect(try corners(of: layout, window) == expected)
      }
    }
  }

  @Test func `a window into many polygons shows those that meet it`() throws {
    var random = Lehmer(state: 5)
    let places = (0..<700).map { _ in
      (Int32.random(in: 0...99, using: &random), Int32.random(in: 0...99, using: &random))
    }
    let cell = places.reduce(Data()) { data, place in
      let (x, y) = (place.0 * 1000, place.1 * 1000)
      return data + Stream.boundary([x, y, x + 500, y, x + 500, y + 500])
    }
    let layout = try Layout(Stream.gdsii(Stream.cell("T", cell)))
    for _ in 0..<50 {
      let (x, y) = (
        Double.random(in: 0...99, using: &random), Double.random(in: 0...99, using: &random)
      )
      let window = Box(low: Point(x: x, y: y), high: Point(x: x + 7, y: y + 3))
      let expected = places.map { Point(x: Double($0.0), y: Double($0.1)) }.filter {
        $0.x <= x + 7 && $0.x + 0.5 >= x && $0.y <= y + 3 && $0.y + 0.5 >= y
      }
      #expect(try corners(of: layout, window) == Set(expected))
    }
  }

  private func placed(_ name: String, flags: UInt16, size: UInt8, quarter: Bool) -> Data {
    Stream.element(
      0x0A, Stream.text(0x12, name), Stream.int16(0x1A, Int16(bitPattern: flags), type: 1),
      Stream.record(0x1B, 5, [0x41, size << 4, 0, 0, 0, 0, 0, 0]),
      Stream.record(0x1C, 5, [0x42, quarter ? 0x5A : 0, 0, 0, 0, 0, 0, 0]),
      Stream.int32(0x10, [1000, 0]))
  }

  /// A bar 2 × 1 at (1, 0) of B, which stands at (1, 0) of T, three times as large and turned by 90°.
  @Test(
    arguments: [
      (0, 6, [-2.0, 3, 1, 9]), (4, 2, [0, 3, 1, 5]), (2, 6, [1, 3, 7, 6]), (6, 2, [1, 3, 3, 4]),
    ] as [(UInt16, Double, [Double])])
  func `absolute magnification and angle are those of the whole`(
    flags: UInt16, length: Double, box: [Double]
  ) throws {
    let layout = try Layout(
      Stream.gdsii(
        Stream.cell("A", Stream.boundary([0, 0, 2000, 0, 2000, 1000, 0, 1000])),
        Stream.cell("B", placed("A", flags: flags, size: 1, quarter: false)),
        Stream.cell("T", placed("B", flags: 0, size: 3, quarter: true))))
    var found: [Double] = []
    let everything = Box(low: Point(x: -90, y: -90), high: Point(x: 90, y: 90))
    try layout.forEachPolygon(of: layer, in: layout.topCells[0], within: everything) {
      let (xs, ys) = ($0.map(\.x).sorted(), $0.map(\.y).sorted())
      found = [xs[0], ys[0], xs[3], ys[3]]
    }
    #expect(zip(found, box).allSatisfy { abs($0 - $1) < 1e-9 } && found.count == 4)
    #expect(abs(layout.info.layers[0].areaUm2 - length * length / 2) < 1e-9)
    let bounds = try #require(layout.bounds(of: layout.topCells[0]))
    #expect(bounds.low.x <= box[0] && bounds.low.y <= box[1])
    #expect(bounds.high.x >= box[2] && bounds.high.y >= box[3])
  }
}

extension Point {
  /// Without the last digits of a product with 0.001.
  fileprivate var rounded: Point {
    Point(x: (x * 1e6).rounded() / 1e6, y: (y * 1e6).rounded() / 1e6)
  }
}
