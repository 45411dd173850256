import Foundation
import Golden
import Layout
import Raster
import TestSupport
import Testing

@Suite struct GoldenTableTests {
  private let rect = PixelRect(x: 0, y: 0, width: 240, height: 180)
  private let greyLevel: Float = 1 / 255

  private func region(_ stack: LayerStack) throws -> StackRegion {
    try StackRegion(
      stack, rect: rect, toScan: upright(height: rect.height), mesh: .still(rect), rounding: 0)
  }

  private func lesson(
    _ photograph: Plane, _ stack: StackRegion, area: PixelRect? = nil
  ) -> TrainingSet.Lesson {
    TrainingSet.Lesson(
      photograph: Picture(planes: [photograph]), stack: stack, area: area ?? photograph.bounds)
  }

  @Test func `two materials are told in spite of 30 percent defects`() throws {
    let stack = try LayerStack(drawing: [[rectangle(x: 0, y: 0, width: 120, height: 180)]])
    let region = try region(stack)
    var random = Seeded(state: 3)
    let photograph = Plane(rect) { x, _ in
      // All defects on one side: the worst for a mean.
      Int.random(in: 0..<10, using: &random) < 3 ? 1 : x < 120 ? 0.62 : 0.25
    }
    let table = GoldenTable(learning: [lesson(photograph, region)], rounding: 0)
    let painted = table.paint(region)
    let clean = Plane(rect) { x, _ in x < 120 ? 0.62 : 0.25 }
    // Medians of few pixels near the edge wander no further either: the defects are few enough.
    #expect(painted.planes[0].distance(to: clean) < greyLevel)
  }

  @Test func `a bright rim along edges is painted as it was seen`() throws {
    // Edges at whole pixels, 24 px lines 16 px apart.
    let lines = stride(from: 20.0, to: 220, by: 40).map {
      rectangle(x: $0, y: -50, width: 24, height: 400)
    }
    let region = try region(LayerStack(drawing: [lines]))
    func look(_ x: Int) -> Float {
      let phase = (Double(x) + 0.5 - 20 + 40 * 10).truncatingRemainder(dividingBy: 40)
      let inside = phase < 24 && x >= 20 && x < 204
      var distance = inside ? min(phase, 24 - phase) : min(abs(phase - 24), 40 - phase)
      if x < 20 { distance = 20 - Double(x) - 0.5 }
      if x >= 204 { distance = Double(x) + 0.5 - 204 }
      let flat = inside ? 0.55 : 0.2
      return Float(flat + 0.35 * exp(-distance * distance / (inside ? 12 : 3)))
    }
    let clean = Plane(rect) { x, _ in look(x) }
    var random = Seeded(state: 5)
    let photograph = clean.map { $0 + Float.random(in: -0.02...0.02, using: &random) }
    let table = GoldenTable(learning: [lesson(photograph, region)], rounding: 0)
    let painted = table.paint(region).planes[0]
    // Beyond the first and the last line ground is seen as far from an edge as nowhere between them.
    #expect(painted.distance(to: clean) < greyLevel)
    #expect(painted[20, 90] > 0.8 && painted[32, 90] < 0.56)
  }

  @Test func `colours are learnt plane by plane, inside the area only`() throws {
    let stack = try LayerStack(drawing: [
      [rectangle(x: 0, y: 0, width: 120, height: 180)],
      [rectangle(x: 60, y: 0, width: 120, height: 180)],
    ])
    let region = try region(stack)
    let colours: [[Float]] = [
      [0.1, 0.6, 0.3], [0.2, 0.5, 0.9], [0.7, 0.4, 0.8], [0.95, 0.05, 0.5],
    ]
    // From left to right: layer 1, both, layer 2, ground.
    let clean = (0..<3).map { channel in Plane(rect) { x, _ in colours[x / 60][channel] } }
    let area = PixelRect(x: 10, y: 20, width: 220, height: 100)
    let photograph = clean.map { plane in
      Plane(rect) { x, y in area.contains(x: x, y: y) ? plane[x, y] : 1 - plane[x, y] }
    }
    let table = GoldenTable(
      learning: [
        TrainingSet.Lesson(photograph: Picture(planes: photograph), stack: region, area: area)
      ], rounding: 0)
    let painted = table.paint(region)
    for (found, expected) in zip(painted.planes, clean) {
      #expect(found.distance(to: expected) < greyLevel)
    }
    #expect(Set(region.materials.values) == [0, 1, 2, 3])
  }

  @Test func `a material that was not seen takes the average, not nothing`() throws {
    let stack = try LayerStack(drawing: [[rectangle(x: 0, y: 0, width: 120, height: 180)]])
    let region = try region(stack)
    let left = PixelRect(x: 0, y: 0, width: 80, height: 180)
    let table = GoldenTable(
      learning: [lesson(Plane(rect) { _, _ in 0.4 }, region, area: left)], rounding: 0)
    #expect(table.paint(region).planes[0].distance(to: Plane(rect) { _, _ in 0.4 }) < greyLevel)
  }
}
