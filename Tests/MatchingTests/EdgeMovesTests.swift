import Matching
import Raster
import TestSupport
import Testing

/// Goldens of two layers whose edges are moved to where a scan shows them.
@Suite struct EdgeMovesTests {
  private typealias Scene = EdgeDisplacementTests

  private static let drawn = Scene.layers()
  private static let golden = Scene.picture(drawn)
  private static let materials = Labels(stackOf: drawn)
  private static let edgeDistance = materials.nearestOther(reach: 32).distance

  private static func moves(_ scan: [Plane]) -> EdgeMoves {
    EdgeMoves(Scene.edges(scan), least: 0.1)
  }

  private static func moved(_ moves: EdgeMoves, in rect: PixelRect = Scene.bounds) -> Picture {
    moves.moved(
      golden.crop(rect), materials: materials.crop(rect), edgeDistance: edgeDistance.crop(rect),
      rect: rect)
  }

  private static func squares(_ one: Picture, _ two: Picture) -> Float {
    zip(one.planes, two.planes).reduce(0) { sum, pair in
      sum + zip(pair.0.samples, pair.1.samples).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
  }

  @Test(arguments: [[0.6, 0], [-0.4, 0.3], [0.25, 0.25]])
  func `a golden's edges are moved to where the process prints them`(outwards: [Double]) {
    let scan = Scene.layers(outwards: outwards)
    let shown = Scene.picture(scan)
    let moved = Self.moved(Self.moves(scan))
    // Of the squares of what differs less than a tenth is left.
    #expect(Self.squares(moved, shown) < 0.1 * Self.squares(Self.golden, shown))
  }

  @Test func `edges that lie where they should stay`() {
    let moves = Self.moves(Scene.layers())
    #expect(moves.isStill)
    #expect(Self.moved(moves) == Self.golden)
  }

  @Test(arguments: [0.9, -1.5])
  func `what is thicker or thinner by itself is no process`(outwards: Double) {
    let moves = Self.moves(
      Scene.layers(outwards: [outwards, outwards]) {
        (250..<400).contains($0.low.x) && (180..<300).contains($0.low.y)
      })
    #expect(moves.isStill)
  }

  @Test func `a part of a window is moved as in the whole`() {
    let moves = Self.moves(Scene.layers(outwards: [0.5, -0.3]))
    let rect = PixelRect(x: 130, y: 90, width: 300, height: 280)
    let inner = PixelRect(x: 20, y: 20, width: 260, height: 240)
    let whole = Self.moved(moves).crop(
      PixelRect(x: 150, y: 110, width: inner.width, height: inner.height))
    #expect(Self.moved(moves, in: rect).crop(inner) == whole)
  }
}
