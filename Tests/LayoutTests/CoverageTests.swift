import Foundation
import Layout
import Raster
import TestSupport
import Testing

@Suite struct CoverageTests {
  private static let layer = LayerID(layer: 1, datatype: 0)
  private static let flip = Affine(a: 1, b: 0, tx: 0, c: 0, d: -1, ty: 16)

  private static func layout(_ polygons: [[Point]], dbu: Double = 1e-6) throws -> Layout {
    let elements = polygons.map { GDSIILibrary.Element.boundary(layer, $0) }
    let library = GDSIILibrary(cells: [.init(name: "T", elements: elements)], dbuMicrometres: dbu)
    return try Layout(library.data())
  }

  private static func coverage(
    _ polygons: [[Point]], map: Affine = flip,
    rect: PixelRect = PixelRect(x: 0, y: 0, width: 16, height: 16)
  ) throws -> Plane {
    let layout = try layout(polygons)
    return try layout.coverage(
      of: layer, in: layout.topCells[0], layoutToScan: map, rect: rect)
  }

  private static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double)
    -> [Point]
  {
    [
      Point(x: x, y: y), Point(x: x + width, y: y), Point(x: x + width, y: y + height),
      Point(x: x, y: y + height),
    ]
  }

  private static func sum(_ plane: Plane) -> Double { plane.samples.reduce(0) { $0 + Double($1) } }

  @Test func `a rectangle covers its share of each pixel exactly, y up becoming y down`() throws {
    let plane = try Self.coverage([Self.rectangle(2.25, 3.5, 3.5, 2)])
    let (columns, rows) = ([2: 0.75, 3: 1, 4: 1, 5: 0.75], [10: 0.5, 11: 1, 12: 0.5])
    for y in 0..<16 {
      for x in 0..<16 {
        #expect(plane[x, y] == Float((columns[x] ?? 0) * (rows[y] ?? 0)), "\(x), \(y)")
      }
    }
  }

  @Test func `a square on its tip covers half of the pixels on its sides`() throws {
    let tip = [
      Point(x: 8, y: 4), Point(x: 12, y: 8), Point(x: 8, y: 12), Point(x: 4, y: 8),
    ]
    let plane = try Self.coverage([tip])
    #expect(plane[7, 4] == 0.5 && plane[8, 4] == 0.5 && plane[6, 4] == 0 && plane[7, 5] == 1)
    #expect(Self.sum(plane) == 32)
  }

  @Test func `a circle covers its area, evenly to all sides`() throws {
    let circle = (0..<400).map { index in
      let turn = 2 * Double.pi * Double(index) / 400
      return Point(x: 8 + 6.3 * cos(turn), y: 8 + 6.3 * sin(turn))
    }
    let plane = try Self.coverage([circle])
    #expect(abs(Self.sum(plane) - .pi * 6.3 * 6.3) < 0.02)
    let left = (0..<16).reduce(0.0) { sum, y in
      sum + (0..<8).reduce(0.0) { $0 + Double(plane[$1, y]) }
    }
    #expect(abs(left - Self.sum(plane) / 2) < 0.02)
  }

  @Test func `abutting polygons leave no seam, turned or not`() throws {
    let polygons = [
      Self.rectangle(1.3, 1.7, 5.4, 12), Self.rectangle(6.7, 1.7, 3.3, 5),
      Self.rectangle(6.7, 6.7, 3.3, 7),
    ]
    let whole = [Self.rectangle(1.3, 1.7, 8.7, 12)]
    #expect(try Self.coverage(polygons) == Self.coverage(whole))
    let slanted = [
      [Point(x: 1, y: 1), Point(x: 9, y: 1), Point(x: 4, y: 15), Point(x: 1, y: 15)],
      [Point(x: 9, y: 1), Point(x: 15, y: 1), Point(x: 15, y: 15), Point(x: 4, y: 15)],
    ]
    #expect(try Self.coverage(slanted) == Self.coverage([Self.rectangle(1, 1, 14, 14)]))
  }

  @Test func `overlaps and duplicates count once, whichever way they run`() throws {
    let square = Self.rectangle(3.3, 3.3, 7.1, 7.1)
    let once = try Self.coverage([square])
    #expect(try Self.coverage([square, square, square.reversed()]) == once)
    #expect(try Self.coverage([square.reversed()]) == once)
    let cross = [Self.rectangle(2, 6, 12, 4), Self.rectangle(6, 2, 4, 12)]
    #expect(try Self.sum(Self.coverage(cross)) == 80)
    let twice = square + square
    #expect(try Self.coverage([twice]) == once)
  }

  @Test func `a hole cut in by a keyhole stays open`() throws {
    let keyhole = [
      Point(x: 2, y: 2), Point(x: 14, y: 2), Point(x: 14, y: 14), Point(x: 2, y: 14),
      Point(x: 2, y: 6), Point(x: 6, y: 6), Point(x: 6, y: 10), Point(x: 10, y: 10),
      Point(x: 10, y: 6), Point(x: 2, y: 6),
    ]
    let plane = try Self.coverage([keyhole])
    #expect(Self.sum(plane) == 144 - 16)
    #expect(plane[8, 8] == 0 && plane[4, 8] == 1 && plane[4, 9] == 1 && plane[4, 10] == 1)
  }

  @Test func `lines finer than a pixel are not lost`() throws {
    let lines = (0..<64).map { Self.rectangle(Double($0) * 0.25, 0, 0.125, 16) }
    #expect(try Self.coverage(lines).samples.allSatisfy { $0 == 0.5 })
    let turned = Affine(a: 0.8, b: -0.6, tx: 3, c: -0.6, d: -0.8, ty: 16)
    let inside = try Self.coverage(lines, map: turned)
    #expect(inside[8, 8] > 0.45 && inside[8, 8] < 0.55)
  }

  /// Random stars that cross themselves and each other.
  private static func stars(_ count: Int, seed: UInt64) -> [[Point]] {
    var random = Lehmer(state: seed)
    return (0..<count).map { _ in
      let middle = Point(
        x: .random(in: 0...24, using: &random), y: .random(in: 0...24, using: &random))
      return (0..<Int.random(in: 3...8, using: &random)).map { _ in
        Point(
          x: middle.x + .random(in: -6...6, using: &random),
          y: middle.y + .random(in: -6...6, using: &random))
      }
    }
  }

  private static let maps = [
    Affine(a: 1, b: 0, tx: 0, c: 0, d: -1, ty: 24),
    Affine(a: 0.9, b: 0.4, tx: -3.3, c: 0.4, d: -0.9, ty: 17),
    Affine(a: -1.3, b: 0.2, tx: 25, c: -0.1, d: -0.8, ty: 23.7),
  ]

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `agrees with the definition, sampled`(seed: UInt64) throws {
    let polygons = Self.stars(7, seed: seed)
    let map = Self.maps[Int(seed) % 3]
    let rect = PixelRect(x: 0, y: 0, width: 24, height: 20)
    let plane = try Self.coverage(polygons, map: map, rect: rect)
    let placed = polygons.map { $0.map { map($0) } }
    var bias = 0.0
    for y in 0..<rect.height {
      for x in 0..<rect.width {
        let expected = Self.sampled(placed, x, y)
        bias += Double(plane[x, y]) - expected
        #expect(abs(Double(plane[x, y]) - expected) < 1.0 / 64 + 0.01, "\(x), \(y)")
      }
    }
    #expect(abs(bias) / Double(rect.area) < 0.001)
  }

  /// The share of 48 × 48 places of a pixel that any polygon winds around.
  private static func sampled(_ polygons: [[Point]], _ x: Int, _ y: Int) -> Double {
    let side = 48
    var inside = 0
    for row in 0..<side {
      let level = Double(y) + (Double(row) + 0.5) / Double(side)
      for column in 0..<side {
        let place = Double(x) + (Double(column) + 0.5) / Double(side)
        if polygons.contains(where: { winding($0, place, level) != 0 }) { inside += 1 }
      }
    }
    return Double(inside) / Double(side * side)
  }

  private static func winding(_ polygon: [Point], _ x: Double, _ y: Double) -> Int {
    var number = 0
    var from = polygon[polygon.count - 1]
    for to in polygon {
      if (from.y <= y) != (to.y <= y), from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x) < x
      {
        number += to.y > from.y ? 1 : -1
      }
      from = to
    }
    return number
  }

  /// What layouts are made of: rectangles, rings of many corners, stairs with level edges, slender slanted lines; some
  /// twice, some side by side or on top of each other, some far larger than what is looked at.
  private static func shapes(_ count: Int, width: Double, height: Double, seed: UInt64) -> [[Point]]
  {
    var random = Lehmer(state: seed)
    var shapes: [[Point]] = []
    for index in 0..<count {
      let x = (Double.random(in: -8...width, using: &random) * 64).rounded() / 64
      let y = (Double.random(in: -8...height, using: &random) * 64).rounded() / 64
      let size = Double.random(in: 0.3...9, using: &random)
      switch index % 8 {
      case 0, 1: shapes.append(rectangle(x, y, size, size / 2))
      case 2:
        shapes.append(rectangle(x, y, 5, 3))
        shapes.append(rectangle(x + 5, y, 2, 3))
        shapes.append(rectangle(x, y + 3, 7, 1.25).reversed())
      case 3, 4:
        func ring(_ step: Int, _ radius: Double) -> Point {
          let turn = Double(step) * .pi / 24
          return Point(x: x + radius * cos(turn), y: y + radius * sin(turn))
        }
        let outer = (0...48).map { ring($0, size) }
        let inner = (0...48).map { ring(48 - $0, size * 0.8) }
        shapes.append(outer + inner)
      case 5:
        var stairs: [Point] = []
        for step in 0..<5 {
          let (left, level) = (x + Double(step), y + Double(step) * 0.7)
          stairs.append(Point(x: left, y: level))
          stairs.append(Point(x: left + 1, y: level))
        }
        shapes.append(stairs + [Point(x: x + 5, y: y + 9), Point(x: x, y: y + 9)])
      case 6:
        let shift = Double.random(in: -40...40, using: &random)
        shapes.append([
          Point(x: x, y: y), Point(x: x + shift, y: y + size),
          Point(x: x + shift + 0.3, y: y + size), Point(x: x + 0.3, y: y),
        ])
      default: shapes.append(shapes[Int.random(in: 0..<shapes.count, using: &random)])
      }
    }
    shapes.append(rectangle(width - 3, -900, 4000, 905))
    shapes.append(rectangle(-4000, height - 2, 4003.5, 900))
    return shapes
  }

  /// The share of each pixel that lies inside any polygon on 64 lines through each row, exactly along each line.
  private static func scanned(_ polygons: [[Point]], _ rect: PixelRect) -> [Double] {
    var shares = [Double](repeating: 0, count: rect.area)
    for line in 0..<rect.height * 64 {
      let level = Double(rect.y) + (Double(line) + 0.5) / 64
      var spans: [(Double, Double)] = []
      for polygon in polygons {
        var crossings: [(x: Double, winding: Int)] = []
        var from = polygon[polygon.count - 1]
        for to in polygon {
          if (from.y <= level) != (to.y <= level) {
            let x = from.x + (level - from.y) / (to.y - from.y) * (to.x - from.x)
            crossings.append((x, to.y > from.y ? 1 : -1))
          }
          from = to
        }
        crossings.sort { $0.x < $1.x }
        var winding = 0
        for (index, crossing) in crossings.enumerated() {
          winding += crossing.winding
          if winding != 0 { spans.append((crossing.x, crossings[index + 1].x)) }
        }
      }
      spans.sort { $0.0 < $1.0 }
      var reach = Double(rect.x)
      for (start, end) in spans {
        let (low, high) = (max(start, reach), min(end, Double(rect.maxX)))
        if high <= low { continue }
        reach = high
        for column in Int(low.rounded(.down))..<Int(high.rounded(.up)) {
          let share = min(high, Double(column + 1)) - max(low, Double(column))
          shares[line / 64 * rect.width + column - rect.x] += share / 64
        }
      }
    }
    return shares
  }

  @Test(arguments: [(1, 30), (16, 12), (100, 40), (1024, 9), (1039, 21), (2100, 5)], [0, 1, 2])
  func `what layouts are made of agrees with the definition, scanned`(
    size: (width: Int, height: Int), index: Int
  ) throws {
    let (width, height) = (Double(size.width), Double(size.height))
    let count = 24 + size.width * size.height / 60
    let polygons = Self.shapes(count, width: width, height: height, seed: UInt64(size.width))
    let map = [
      Affine(a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0),
      Affine(a: 1, b: 0, tx: 0.37, c: 0, d: -1, ty: height + 0.11),
      Affine(a: 0.996, b: 0.087, tx: 0, c: -0.087, d: 0.996, ty: 0.05 * width),
    ][index]
    let rect = PixelRect(x: 0, y: 0, width: size.width, height: size.height)
    let layout = try Self.layout(polygons, dbu: 1e-5)
    let plane = try layout.coverage(
      of: Self.layer, in: layout.topCells[0], layoutToScan: map, rect: rect)
    let expected = Self.scanned(polygons.map { $0.map { map($0) } }, rect)
    var (bias, worst) = (0.0, 0.0)
    for (found, share) in zip(plane.samples, expected) {
      bias += Double(found) - share
      worst = max(worst, abs(Double(found) - share))
    }
    #expect(worst < 1.0 / 64)
    #expect(abs(bias) / Double(rect.area) < 0.001)
  }

  @Test(arguments: [0, 1, 2])
  func `any tile has the very pixels of the whole`(index: Int) throws {
    let layout = try Self.layout(
      Self.stars(40, seed: 77) + Self.shapes(60, width: 24, height: 24, seed: 5), dbu: 1e-5)
    let map = Self.maps[index].then(.scale(x: 4, y: 4)).then(.translation(x: -7.3, y: 0.21))
    let rect = PixelRect(x: -11, y: -5, width: 117, height: 103)
    func plane(_ rect: PixelRect) throws -> Plane {
      try layout.coverage(
        of: Self.layer, in: layout.topCells[0], layoutToScan: map, rect: rect)
    }
    let whole = try plane(rect)
    #expect(Set(whole.samples).count > 500)
    for (width, height) in [(13, 7), (1, 40), (50, 50)] {
      for x in stride(from: 0, to: rect.width, by: width) {
        for y in stride(from: 0, to: rect.height, by: height) {
          let inner = PixelRect(
            x: x, y: y, width: min(width, rect.width - x), height: min(height, rect.height - y))
          let tile = PixelRect(
            x: inner.x + rect.x, y: inner.y + rect.y, width: inner.width, height: inner.height)
          #expect(try plane(tile) == whole.crop(inner))
        }
      }
    }
  }

  @Test func `a polygon far larger than the window covers it`() throws {
    let huge = [
      Point(x: -2000, y: -2000), Point(x: 2000, y: -1990), Point(x: 2000, y: 2000),
      Point(x: -1990, y: 2000),
    ]
    let map = Affine(a: 1e5, b: 0, tx: 0, c: 0, d: -1e5, ty: 0)
    let rect = PixelRect(x: 70_000, y: -90_000, width: 20, height: 12)
    #expect(try Self.coverage([huge], map: map, rect: rect).samples.allSatisfy { $0 == 1 })
  }

  @Test func `more than the limit in sight is an error, not a long wait`() throws {
    let layout = try Layout(
      Stream.gdsii(
        Stream.cell("A", Stream.boundary([0, 0, 900, 0, 0, 900])),
        Stream.cell("T", Stream.array("A", 30000, 30000, [0, 0, 3000, 0, 0, 3000]))))
    let rect = PixelRect(x: 0, y: 12, width: 4, height: 4)
    func refusal(limit: Int) -> LayoutError.Code? {
      do {
        _ = try layout.coverage(
          of: Self.layer, in: layout.topCells[0], layoutToScan: Self.flip, rect: rect, limit: limit)
      } catch { return (error as? LayoutError)?.code }
      return nil
    }
    #expect(refusal(limit: 100_000) == .tooComplex)
    let map = Self.flip.then(.translation(x: 1000, y: 0))
    let elsewhere = try layout.coverage(
      of: Self.layer, in: layout.topCells[0], layoutToScan: map, rect: rect, limit: 0)
    #expect(elsewhere == Plane(width: 4, height: 4))
  }

  @Test func `an unknown layer covers nothing, and an empty rectangle has no pixels`() throws {
    let layout = try Self.layout([Self.rectangle(0, 0, 9, 9)])
    let cell = layout.topCells[0]
    let rect = PixelRect(x: 0, y: 0, width: 4, height: 3)
    let none = try layout.coverage(
      of: LayerID(layer: 9, datatype: 9), in: cell, layoutToScan: Self.flip, rect: rect)
    #expect(none == Plane(width: 4, height: 3))
    let empty = try layout.coverage(
      of: Self.layer, in: cell, layoutToScan: Self.flip,
      rect: PixelRect(x: 0, y: 0, width: 0, height: 3))
    #expect(empty.samples.isEmpty)
  }
}

/// What klayout's exact merging finds in pixels of real layouts; see Fixtures/make_coverage_facts.py.
@Suite(.enabled(if: sharedData != nil)) struct MergedCoverageTests {
  struct Tile: Decodable {
    var file: String
    var layer: LayerID
    /// Left and top in µm, and the width of a pixel.
    var left: Double
    var top: Double
    var pixel: Double
    /// Covered shares of side × side pixels from the top left, in 1/10000.
    var shares: [Int]
  }

  @Test func `pixels are covered as klayout's merged polygons cover them, without bias`() throws {
    struct Facts: Decodable { var tiles: [Tile] }
    let facts = try JSONDecoder().decode(
      Facts.self, from: Data(contentsOf: fixtures.appending(path: "coverage_facts.json")))
    let folder = try #require(sharedData).appending(path: "openebl-2024-02/layouts")
    var (sum, partly, worst) = (0.0, 0, 0.0)
    var layouts: [String: Layout] = [:]
    for tile in facts.tiles {
      let layout =
        try layouts[tile.file] ?? Layout(contentsOf: folder.appending(path: tile.file).path)
      layouts[tile.file] = layout
      let side = Int(Double(tile.shares.count).squareRoot())
      let scale = 1 / tile.pixel
      let map = Affine(
        a: scale, b: 0, tx: -tile.left * scale, c: 0, d: -scale, ty: tile.top * scale)
      let plane = try layout.coverage(
        of: tile.layer, in: layout.topCells[0], layoutToScan: map,
        rect: PixelRect(x: 0, y: 0, width: side, height: side))
      for (found, share) in zip(plane.samples, tile.shares) where share > 0 && share < 10_000 {
        let difference = Double(found) - Double(share) / 10_000
        sum += difference
        partly += 1
        worst = max(worst, abs(difference))
      }
      let whole = zip(plane.samples, tile.shares).filter { $1 == 0 || $1 == 10_000 }
      #expect(whole.allSatisfy { abs(Double($0) - Double($1) / 10_000) < 0.005 }, "\(tile.file)")
    }
    #expect(partly > 1000)
    #expect(worst < 1.0 / 64)
    #expect(abs(sum) / Double(partly) < 0.0005)
  }
}

/// A small generator, so that a failure can be seen again.
struct Lehmer: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var mixed = state ^ (state >> 33)
    mixed = mixed &* 0xFF51_AFD7_ED55_8CCD
    return mixed ^ (mixed >> 29)
  }
}
