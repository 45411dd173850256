import Golden
import Layout
import Raster
import TestSupport
import Testing

/// Photographs shown at lower magnifications lie where they lay.
@Suite struct ReducedScanTests {
  /// A field away from the origin, turned a little, that shows coverage itself.
  private func scan(_ stack: LayerStack) throws -> TrainingScan {
    let field = PixelRect(x: 13, y: 7, width: 420, height: 402)
    let toScan = Affine(a: 0.99, b: 0.05, tx: 5, c: 0.05, d: -0.99, ty: 380)
    let planes = try stack.coverage(toGrid: toScan, rect: field)
    return TrainingScan(
      name: "a", die: "a", photograph: Picture(planes: [planes[0]]), field: field,
      area: PixelRect(x: 20, y: 10, width: 390, height: 388), toScan: toScan, mesh: .still(field),
      pixelSizeUm: 1)
  }

  private func stack() throws -> LayerStack {
    var random = Seeded(state: 17)
    return try LayerStack(drawing: [
      (0..<60).map { _ in
        rectangle(
          x: .random(in: 0...400, using: &random), y: .random(in: 0...400, using: &random),
          width: .random(in: 6...40, using: &random), height: .random(in: 6...40, using: &random))
      }
    ])
  }

  @Test(arguments: [2, 4])
  func `a reduced photograph shows what the layout says of its own pixels`(factor: Int) throws {
    let stack = try stack()
    let scan = try scan(stack)
    let small = scan.reduced(by: factor)
    #expect(small.field == PixelRect(x: 0, y: 0, width: 420 / factor, height: 402 / factor))
    #expect(small.pixelSizeUm == Double(factor))
    // The area that lies inside by whole squares: from (7, 3) to (397, 391) of the field.
    let (left, top) = ((7 + factor - 1) / factor, (3 + factor - 1) / factor)
    #expect(
      small.area
        == PixelRect(
          x: left, y: top, width: 397 / factor - left, height: 391 / factor - top))
    let drawn = try stack.coverage(toGrid: small.toScan, rect: small.field)
    let differences = zip(drawn[0].samples, small.photograph.planes[0].samples)
      .map { abs($0 - $1) }
    // Half a pixel off would differ by half at every edge.
    #expect((differences.max() ?? 1) < 0.06)
    #expect(differences.reduce(0, +) / Float(differences.count) < 0.004)
  }

  @Test(arguments: [2, 4])
  func `a reduced photograph departs by as many µm at each place`(factor: Int) throws {
    var scan = try scan(try stack())
    scan.mesh = DisplacementMesh(
      field: scan.field, columns: 2, rows: 2,
      nodes: [Point(x: 1, y: 0), Point(x: 2, y: 1), Point(x: 0, y: -1), Point(x: 1, y: 2)])
    let small = scan.reduced(by: factor)
    for place in [Point(x: 20, y: 30), Point(x: 210, y: 180), Point(x: 400, y: 380)] {
      let share = 1 / Double(factor)
      let there = Point(
        x: (place.x - Double(scan.field.x)) * share, y: (place.y - Double(scan.field.y)) * share)
      let (whole, reduced) = (scan.mesh(place), small.mesh(there))
      // The mesh covers whole squares, so it is stretched by a square at most: 3 px, of 3/200 a pixel.
      #expect(abs(reduced.x * Double(factor) - whole.x) < 0.045)
      #expect(abs(reduced.y * Double(factor) - whole.y) < 0.045)
    }
  }

  @Test func `a photograph is halved as long as others are as coarse and patches fit`() throws {
    let scan = try scan(try stack())
    #expect(scan.reductions(upTo: 1) == [1])
    #expect(scan.reductions(upTo: 1.9) == [1, 2])
    #expect(scan.reductions(upTo: 3.5) == [1, 2])
    // A quarter of it is too small for patches.
    #expect(scan.reductions(upTo: 100) == [1, 2])
  }
}
