import Matching
import Raster
import TestSupport
import Testing

/// A golden of two layers, and scans that show their edges displaced.
@Suite struct EdgeDisplacementTests {
  private static let bounds = PixelRect(x: 0, y: 0, width: 640, height: 512)

  /// Two layers, apart from each other, drawn further out by so many pixels where `moves` says so, and shifted.
  private static func layers(
    outwards: [Double] = [0, 0], shift: Double = 0, where moves: (Box) -> Bool = { _ in true }
  ) -> [Plane] {
    (0..<2).map { layer in
      var boxes: [Box] = []
      for row in 0..<6 {
        for column in 0..<8 where (row + column) % 2 == layer {
          let corner = Point(x: 22 + 78 * Double(column), y: 20 + 82 * Double(row))
          let box = Box(low: corner, high: Point(x: corner.x + 41, y: corner.y + 45))
          var moved = moves(box) ? box.expanded(by: outwards[layer]) : box
          if layer == 1 {
            moved.low.x += shift
            moved.high.x += shift
          }
          boxes.append(moved)
        }
      }
      return Rectangles(boxes: boxes)
        .drawn(.identity, width: bounds.width, height: bounds.height).smoothed(sigma: 0.9)
    }
  }

  private static func picture(_ layers: [Plane], noise seed: UInt64? = nil) -> Picture {
    var random = Seeded(state: seed ?? 0)
    return Picture(
      planes: [(Float(0.2), Float(0.15)), (-0.1, 0.2), (0.05, -0.1)].map { share in
        var plane = Plane(width: bounds.width, height: bounds.height, filling: 0.45)
        for index in plane.samples.indices {
          plane.samples[index] +=
            share.0 * layers[0].samples[index] + share.1 * layers[1].samples[index]
          if seed != nil { plane.samples[index] += 0.006 * random.normal() }
        }
        return plane
      })
  }

  private static func shifts(_ scan: [Plane]) -> [EdgeShift] {
    let drawn = layers()
    let golden = picture(drawn)
    let seen = picture(scan, noise: 5)
    let materials = Labels(stackOf: drawn)
    let distance = materials.nearestOther(reach: 32).distance
    let residual = Residual(
      scan: seen, golden: golden, materials: materials, edgeDistance: distance, area: bounds)
    var edges = EdgeDisplacement(layers: 2, field: bounds)
    for core in [
      PixelRect(x: 0, y: 0, width: 640, height: 200),
      PixelRect(x: 0, y: 200, width: 640, height: 312),
    ] {
      edges.add(
        EdgeDisplacement.Window(
          scan: seen, golden: golden, materials: materials, edgeDistance: distance,
          looseness: Plane(width: bounds.width, height: bounds.height), residual: residual,
          rect: bounds),
        core: core)
    }
    return edges.shifts(least: 0.1)
  }

  @Test func `edges that lie where they should stand out nowhere`() {
    let shifts = Self.shifts(Self.layers())
    #expect(shifts.map(\.layer) == [0, 1])
    #expect(shifts.allSatisfy { !$0.standsOut && abs($0.outwardsPx) < 0.02 })
  }

  @Test(arguments: [0.3, -0.4, 0.15])
  func `a layer that prints larger or smaller is told, the other is not`(outwards: Double) {
    let shifts = Self.shifts(Self.layers(outwards: [outwards, 0]))
    #expect(shifts.map(\.layer) == [0, 1])
    #expect(shifts.map(\.standsOut) == [true, false])
    #expect(abs(shifts[0].outwardsPx - outwards) < 0.04, "\(shifts[0])")
    #expect(abs(shifts[1].outwardsPx) < 0.03, "\(shifts[1])")
  }

  @Test func `a part of the die that prints larger is told with its place`() throws {
    let shifts = Self.shifts(Self.layers(outwards: [0.4, 0.4]) { $0.low.x > 300 })
    for layer in 0..<2 {
      let part = try #require(shifts.first { $0.layer == layer && !$0.isWhole })
      #expect(abs(part.outwardsPx - 0.4) < 0.08, "\(part)")
      #expect(part.region.x >= 256 && part.region.maxX == 640, "\(part)")
    }
  }

  @Test func `a layer that lies beside the others is told as shifted, not as larger`() throws {
    let shifts = Self.shifts(Self.layers(shift: 0.5))
    let (still, moved) = (try #require(shifts[0].shiftPx), try #require(shifts[1].shiftPx))
    // What is common to both layers is motion of the scan.
    #expect(abs(moved.x - still.x - 0.5) < 0.1, "\(shifts)")
    #expect(abs(moved.y - still.y) < 0.05)
    #expect(shifts.allSatisfy { abs($0.outwardsPx) < 0.05 })
  }
}
