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

  /// The findings of what wide filters see and of what stands out by itself.
  private func findings(wide: Plane, fine: Plane) -> [Finding] {
    let rules = FlaggedPixels.Rules(
      seed: 7, grow: 5, seedContrast: 0, growContrast: 0, leastAreaPx: 2, mergeDistancePx: 4)
    var flagged = FlaggedPixels()
    flagged.add(
      FlaggedPixels.Window(strength: wide, contrast: wide, fine: fine), area: wide.bounds,
      rules: rules)
    return flagged.findings(rules: rules)
  }

  /// Adds a strength to a rectangle's pixels.
  private func fill(_ plane: inout Plane, _ value: Float, _ rect: PixelRect) {
    for y in rect.y..<rect.maxY { for x in rect.x..<rect.maxX { plane[x, y] = value } }
  }

  @Test func `a wide stain is one finding, whatever few pixels stand out amid it`() throws {
    var wide = Plane(width: 400, height: 300)
    fill(&wide, 12, PixelRect(x: 60, y: 50, width: 300, height: 200))
    var fine = Plane(width: 400, height: 300)
    for place in 0..<9 { fine[70 + 3 * place, 60 + 7 * place] = 6 }
    let found = findings(wide: wide, fine: fine)
    #expect(found.count == 1)
    #expect(found.first?.areaPx == 300 * 200)
  }

  @Test func `a defect in a wide stain is a finding of its own, and the stain is one`() throws {
    var wide = Plane(width: 400, height: 300)
    fill(&wide, 12, PixelRect(x: 60, y: 50, width: 300, height: 200))
    var fine = Plane(width: 400, height: 300)
    let defect = PixelRect(x: 100, y: 100, width: 5, height: 4)
    fill(&fine, 20, defect)
    let found = findings(wide: wide, fine: fine)
    #expect(found.count == 2)
    #expect(found.map(\.box).contains(defect))
    #expect((found.map(\.areaPx).max() ?? 0) > 50_000)
  }

  @Test func `what stands out a little beside a defect belongs to it`() throws {
    var wide = Plane(width: 120, height: 120)
    fill(&wide, 30, PixelRect(x: 30, y: 30, width: 50, height: 40))
    var fine = Plane(width: 120, height: 120)
    let defect = PixelRect(x: 50, y: 44, width: 8, height: 6)
    fill(&fine, 30, defect)
    fine[70, 60] = 5.5
    let found = findings(wide: wide, fine: fine)
    #expect(found.map(\.areaPx) == [49])
    fine[70, 60] = 8
    #expect(findings(wide: wide, fine: fine).map(\.areaPx).sorted() == [1, 48])
  }
}
