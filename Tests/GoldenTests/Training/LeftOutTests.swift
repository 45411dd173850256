import Golden
import Raster
import TestSupport
import Testing

/// Which pixels are not learnt from.
@Suite struct LeftOutTests {
  @Test func `defects are left out, edges that are not learnt yet are not`() {
    let (side, field) = (200, PixelRect(x: 30, y: 40, width: 200, height: 200))
    var random = Seeded(state: 9)
    let golden = Plane(width: side, height: side, filling: 0.5)
    var seen = golden.map { $0 + Float.random(in: -0.01...0.01, using: &random) }
    // A buried line that the golden does not show, and two particles.
    var line = Plane(width: side, height: side)
    for y in 0..<side {
      for x in 100..<104 { line[x, y] = 1 }
      seen[99, y] -= 0.2
      seen[104, y] -= 0.2
    }
    for (x, y) in [(40, 50), (160, 120)] {
      for row in -2...2 { for column in -2...2 { seen[x + column, y + row] -= 0.25 } }
    }
    let weight = LeftOut.weight(
      golden: Picture(planes: [golden]), photograph: Picture(planes: [seen]), coverage: [line],
      area: field, field: field, share: 0.02)
    #expect(weight[40, 50] == 0 && weight[160, 120] == 0)
    #expect((0..<side).allSatisfy { weight[99, $0] == 1 && weight[104, $0] == 1 })
    #expect(weight.samples.count { $0 == 0 } < 250)
  }
}
