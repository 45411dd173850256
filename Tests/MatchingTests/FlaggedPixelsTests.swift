import Matching
import Raster
import TestSupport
import Testing

@Suite struct FlaggedPixelsTests {
  private static let bounds = PixelRect(x: 0, y: 0, width: 97, height: 71)

  /// Noise smooth enough to make islands of all shapes.
  private let strength: Plane = {
    var random = Seeded(state: 11)
    var plane = Plane(width: bounds.width, height: bounds.height)
    for index in plane.samples.indices { plane.samples[index] = random.normal() }
    return plane.smoothed(sigma: 1).map { 3.5 * $0 }
  }()

  private func rules(merge: Int, least: Int = 4) -> FlaggedPixels.Rules {
    FlaggedPixels.Rules(
      seed: 2, grow: 1, seedContrast: 0, growContrast: 0, leastAreaPx: least,
      mergeDistancePx: merge)
  }

  /// The findings when the field is looked at in windows of a size, from the last to the first.
  private func findings(_ rules: FlaggedPixels.Rules, side: Int) -> [Finding] {
    var flagged = FlaggedPixels()
    for y in stride(from: 0, to: Self.bounds.height, by: side).reversed() {
      for x in stride(from: 0, to: Self.bounds.width, by: side) {
        let core = PixelRect(x: x, y: y, width: side, height: side).intersection(Self.bounds)
        let window = core.expanded(by: 5).intersection(Self.bounds)
        let part = strength.crop(window)
        flagged.add(
          FlaggedPixels.Window(strength: part, contrast: part, x: window.x, y: window.y),
          area: PixelRect(
            x: core.x - window.x, y: core.y - window.y, width: core.width, height: core.height),
          rules: rules)
      }
    }
    return flagged.findings(rules: rules)
  }

  @Test(arguments: [(0, 7), (0, 32), (3, 7), (12, 20)])
  func `findings are the same however the field is cut`(merge: Int, side: Int) {
    let whole = findings(rules(merge: merge), side: 1000)
    #expect(merge > 0 || whole.count > 20)
    #expect(findings(rules(merge: merge), side: side) == whole)
  }

  @Test func `findings are the components that a flood fill finds`() {
    let size = strength.map { abs($0) }
    var seen = Set<Int>()
    var expected = Set<Set<Int>>()
    for start in size.samples.indices where size.samples[start] >= 1 && !seen.contains(start) {
      var (open, island) = ([start], Set([start]))
      while let index = open.popLast() {
        let (x, y) = (index % size.width, index / size.width)
        for v in max(0, y - 1)...min(size.height - 1, y + 1) {
          for u in max(0, x - 1)...min(size.width - 1, x + 1)
          where size[u, v] >= 1 && island.insert(v * size.width + u).inserted {
            open.append(v * size.width + u)
          }
        }
      }
      seen.formUnion(island)
      if island.count >= 4, island.contains(where: { size.samples[$0] >= 2 }) {
        expected.insert(island)
      }
    }
    let found = findings(rules(merge: 0), side: 1000).map { finding in
      Set(finding.runs.flatMap { run in run.columns.map { run.y * size.width + $0 } })
    }
    #expect(expected.count > 20)
    #expect(found.count == expected.count && Set(found) == expected)
  }

  @Test(arguments: [(9, 1), (10, 2)])
  func `places are one finding up to the distance that is merged`(gap: Int, count: Int) {
    var plane = Plane(width: 60, height: 20)
    for y in 4..<8 { for x in 4..<8 { plane[x, y] = 3 } }
    // 8 merges squares of ±4 about each pixel, which touch at a distance of 9.
    for y in 4..<8 { for x in 7 + gap..<11 + gap { plane[x, y] = 3 } }
    var flagged = FlaggedPixels()
    flagged.add(
      FlaggedPixels.Window(strength: plane, contrast: plane), area: plane.bounds,
      rules: rules(merge: 8))
    #expect(flagged.findings(rules: rules(merge: 8)).count == count)
  }
}
