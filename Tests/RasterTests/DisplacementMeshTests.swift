import Foundation
import Raster
import TestSupport
import Testing

@Suite struct DisplacementMeshTests {
  private let field = PixelRect(x: 10, y: 20, width: 60, height: 40)

  /// A mesh of 3 × 2 cells of 20 × 20 pixels.
  private func mesh(_ value: (_ place: Point) -> Point) -> DisplacementMesh {
    let middles = (0..<6).map { index in
      Point(x: 20 + 20 * Double(index % 3), y: 30 + 20 * Double(index / 3))
    }
    return DisplacementMesh(field: field, columns: 3, rows: 2, nodes: middles.map(value))
  }

  private func random(seed: UInt64) -> DisplacementMesh {
    var random = Seeded(state: seed)
    return mesh { _ in
      Point(x: .random(in: -3...3, using: &random), y: .random(in: -3...3, using: &random))
    }
  }

  @Test func `a linear displacement is met everywhere in the field`() {
    func law(_ place: Point) -> Point {
      Point(x: 0.5 + 0.02 * place.x - 0.01 * place.y, y: -1 + 0.03 * place.y)
    }
    let mesh = mesh(law)
    for (x, y) in [(10.0, 20.0), (70, 60), (10, 60), (20, 30), (33.3, 41.7), (55, 22)] {
      let (found, expected) = (mesh(Point(x: x, y: y)), law(Point(x: x, y: y)))
      #expect(abs(found.x - expected.x) < 1e-12 && abs(found.y - expected.y) < 1e-12)
    }
  }

  @Test func `between four nodes it is bilinear`() {
    let mesh = random(seed: 4)
    let n = mesh.nodes
    let found = mesh(Point(x: 25, y: 45))
    let (above, below) = (0.75 * n[0].x + 0.25 * n[1].x, 0.75 * n[3].x + 0.25 * n[4].x)
    let expected = 0.25 * above + 0.75 * below
    #expect(abs(found.x - expected) < 1e-12)
  }

  @Test func `outside the field the border's displacement goes on`() {
    let mesh = random(seed: 5)
    #expect(mesh(Point(x: -100, y: 37)) == mesh(Point(x: 10, y: 37)))
    #expect(mesh(Point(x: 300, y: 900)) == mesh(Point(x: 70, y: 60)))
  }

  @Test(arguments: 1...20)
  func `no displacement exceeds the greatest`(seed: UInt64) {
    let mesh = random(seed: seed)
    var farthest = 0.0
    for x in stride(from: 0.0, through: 80, by: 2) {
      for y in stride(from: 10.0, through: 70, by: 2) {
        let moved = mesh(Point(x: x, y: y))
        farthest = max(farthest, (moved.x * moved.x + moved.y * moved.y).squareRoot())
      }
    }
    #expect(farthest <= mesh.greatest)
  }

  @Test func `on a reduced picture it moves by as much less`() {
    let mesh = random(seed: 6)
    let half = mesh.scaled(by: 0.5, onto: PixelRect(x: 5, y: 10, width: 30, height: 20))
    for (x, y) in [(12.0, 21.0), (40, 40), (69, 33)] {
      let (whole, small) = (mesh(Point(x: x, y: y)), half(Point(x: x / 2, y: y / 2)))
      #expect(abs(small.x - whole.x / 2) < 1e-12 && abs(small.y - whole.y / 2) < 1e-12)
    }
  }

  @Test func `one node moves everything alike, and a still mesh nothing`() {
    let one = DisplacementMesh(field: field, columns: 1, rows: 1, nodes: [Point(x: 2, y: -1)])
    #expect(one(Point(x: 0, y: 0)) == Point(x: 2, y: -1) && !one.isStill)
    #expect(DisplacementMesh.still(field).isStill)
  }
}

@Suite struct ResamplingTests {
  private let plane = randomPlane(17, 9)

  @Test func `nothing moved is the same plane`() {
    #expect(plane.resampled(rect: plane.bounds, toSource: .identity) == plane)
  }

  @Test func `half a pixel over is the mean of two, edges repeated`() {
    let found = plane.resampled(rect: plane.bounds, toSource: .translation(x: 0.5, y: 0))
    let twin = plane.byPixel { x, y in (plane[x, y] + plane.clamped(x + 1, y)) / 2 }
    #expect(found.distance(to: twin) < 1e-6)
    let down = plane.resampled(rect: plane.bounds, toSource: .translation(x: 0, y: -0.5))
    let twinDown = plane.byPixel { x, y in (plane[x, y] + plane.clamped(x, y - 1)) / 2 }
    #expect(down.distance(to: twinDown) < 1e-6)
  }

  @Test func `a mesh moves what is shown by its displacement`() {
    let mesh = DisplacementMesh(
      field: plane.bounds, columns: 1, rows: 1, nodes: [Point(x: 3, y: -2)])
    let rect = PixelRect(x: 2, y: 1, width: 11, height: 5)
    let found = plane.resampled(rect: rect, toSource: .identity, mesh: mesh)
    let twin = Plane(width: 11, height: 5).byPixel { x, y in
      plane.clamped(x + 2 - 3, y + 1 + 2)
    }
    #expect(found.distance(to: twin) < 1e-6)
  }

  @Test func `labels move to the nearest pixel, edges repeated`() {
    let labels = Labels(width: 4, height: 3, values: (0..<12).map { UInt16($0) })
    let mesh = DisplacementMesh(
      field: PixelRect(x: 0, y: 0, width: 4, height: 3), columns: 1, rows: 1,
      nodes: [Point(x: -0.3, y: 0)])
    let rect = PixelRect(x: 0, y: 0, width: 4, height: 3)
    let found = labels.resampled(rect: rect, toSource: .translation(x: 1, y: -0.4), mesh: mesh)
    #expect(found.values == [1, 2, 3, 3, 5, 6, 7, 7, 9, 10, 11, 11])
    let further = labels.resampled(rect: rect, toSource: .translation(x: 1.3, y: 0), mesh: mesh)
    #expect(further.values == [2, 3, 3, 3, 6, 7, 7, 7, 10, 11, 11, 11])
  }

  /// Waves as short as five pixels.
  private func waves(_ x: Double, _ y: Double) -> Float {
    let (short, long) = (2 * Double.pi * 0.2 * x, 2 * Double.pi * (0.11 * y + 0.07 * x))
    return Float(0.5 + 0.2 * sin(short) + 0.2 * cos(long))
  }

  @Test(arguments: [(0.0, 0.0, 1e-5), (0.5, -0.5, 0.012), (0.37, 0.21, 0.012)])
  func `a spline moves a smooth picture without blur`(dx: Double, dy: Double, tolerance: Float) {
    let plane = Plane(width: 90, height: 80).byPixel { x, y in
      waves(Double(x) + 0.5, Double(y) + 0.5)
    }
    let inner = PixelRect(x: 20, y: 20, width: 50, height: 40)
    let moved = Picture(planes: [plane.splineCoefficients()]).splineResampled(
      rect: inner, toSource: .translation(x: dx, y: dy)
    ).planes[0]
    let expected = Plane(width: 50, height: 40).byPixel { x, y in
      waves(Double(x) + 20.5 + dx, Double(y) + 20.5 + dy)
    }
    #expect(moved.distance(to: expected) <= tolerance)
    // Bilinear samples of such waves are blurred by more than that.
    let blurred = plane.resampled(rect: inner, toSource: .translation(x: dx, y: dy))
    #expect(dx == 0 || blurred.distance(to: expected) > 3 * tolerance)
  }
}
