import Foundation
import Matching
import Raster
import TestSupport
import Testing

/// A golden of two materials, dark ground with light rectangles, and what is known of each pixel.
private struct Scene {
  let golden: Plane
  let materials: Labels
  let edgeDistance: Plane

  static let size = PixelRect(x: 0, y: 0, width: 320, height: 256)

  init() {
    let reference = Rectangles(boxes: [
      Box(low: Point(x: 20, y: 20), high: Point(x: 120, y: 100)),
      Box(low: Point(x: 150, y: 30), high: Point(x: 190, y: 230)),
      Box(low: Point(x: 220, y: 60.5), high: Point(x: 300, y: 90.5)),
      Box(low: Point(x: 40, y: 140), high: Point(x: 110, y: 220)),
    ])
    let coverage = reference.drawn(.identity, width: Scene.size.width, height: Scene.size.height)
    golden = coverage.map { 0.3 + 0.4 * $0 }
    materials = Labels(stackOf: [coverage])
    edgeDistance = materials.nearestOther(reach: 32).distance
  }

  func compared(
    _ scan: Plane, settings: ComparisonSettings = ComparisonSettings(), area: PixelRect = Scene.size
  ) -> Comparison {
    Comparison(
      scan: Picture(planes: [scan]), golden: Picture(planes: [golden]), materials: materials,
      edgeDistance: edgeDistance,
      looseness: Plane(width: Scene.size.width, height: Scene.size.height), area: area,
      settings: settings)
  }

  /// The golden with noise.
  func scan(noise: Float = 0.01, seed: UInt64 = 1) -> Plane {
    var random = Seeded(state: seed)
    var scan = golden
    for index in scan.samples.indices { scan.samples[index] += noise * random.normal() }
    return scan
  }
}

extension Plane {
  /// Adds to a rectangle's pixels.
  fileprivate mutating func add(_ value: Float, x: Int, y: Int, width: Int, height: Int) {
    for v in y..<y + height { for u in x..<x + width { self[u, v] += value } }
  }
}

@Suite struct ComparisonTests {
  private let scene = Scene()

  @Test func `equal pictures give no finding`() {
    #expect(scene.compared(scene.golden).findings.isEmpty)
    #expect(scene.compared(scene.scan()).findings.isEmpty)
  }

  @Test(arguments: [(60, 50, -1), (60, 120, 1), (200, 150, 1), (265, 73, -1)])
  func `a planted square is found where it is`(x: Int, y: Int, sign: Int) throws {
    var scan = scene.scan()
    scan.add(0.3 * Float(sign), x: x, y: y, width: 5, height: 5)
    let findings = scene.compared(scan).findings
    #expect(findings.count == 1)
    let finding = try #require(findings.first)
    #expect(hypot(finding.center.x - Double(x) - 2.5, finding.center.y - Double(y) - 2.5) < 0.7)
    // Smoothing spreads it by a few pixels and takes from its contrast.
    #expect((20...100).contains(finding.areaPx))
    #expect(finding.contains(x: x + 2, y: y + 2))
    #expect((20...77).contains(Double(sign) * finding.contrast))
    #expect(finding.score >= 8)
    #expect(finding.runs.map(\.columns.count).reduce(0, +) == finding.areaPx)
    #expect(
      finding.runs.allSatisfy {
        finding.box.contains(
          PixelRect(x: $0.columns.lowerBound, y: $0.y, width: $0.columns.count, height: 1))
      })
  }

  @Test(arguments: [(1, 0), (0, 1), (-1, 1)])
  func `edges a pixel off are no difference`(dx: Int, dy: Int) {
    let scan = scene.scan()
    var moved = scan
    for y in 0..<scan.height {
      for x in 0..<scan.width {
        moved[x, y] =
          scan[min(max(x - dx, 0), scan.width - 1), min(max(y - dy, 0), scan.height - 1)]
      }
    }
    #expect(scene.compared(moved).findings.isEmpty)
  }

  @Test func `slow light and drifting rows are no difference`() {
    var scan = scene.scan()
    var random = Seeded(state: 8)
    for y in 0..<scan.height {
      let drift = Float.random(in: -0.03...0.03, using: &random)
      for x in 0..<scan.width {
        scan[x, y] += drift + 0.15 * Float(x) / 320 - 0.1 * Float(y) / 256
      }
    }
    #expect(scene.compared(scan).findings.isEmpty)
  }

  @Test func `a few rows that drift are no difference`() {
    var scan = scene.scan()
    scan.add(0.05, x: 0, y: 100, width: 320, height: 4)
    var settings = ComparisonSettings()
    settings.leastContrast = 6
    #expect(scene.compared(scan, settings: settings).findings.isEmpty)
  }

  @Test func `materials that drift apart are no difference`() {
    var scan = scene.scan()
    for y in 0..<scan.height {
      for x in 0..<scan.width where scene.materials[x, y] == 1 { scan[x, y] -= 0.12 }
    }
    let compared = scene.compared(scan)
    #expect(compared.findings.isEmpty)
    // The golden has followed each material.
    #expect(abs(compared.golden.planes[0][60, 60] - 0.58) < 0.02)
    #expect(abs(compared.golden.planes[0][135, 60] - 0.3) < 0.02)
  }

  @Test func `twice the noise is half the score`() throws {
    func score(noise: Float) throws -> Double {
      var scan = scene.scan(noise: noise)
      scan.add(0.9, x: 200, y: 150, width: 15, height: 15)
      return try #require(scene.compared(scan).findings.first).score
    }
    let ratio = try score(noise: 0.06) / score(noise: 0.12)
    #expect(abs(ratio / 2 - 1) < 0.15)
  }

  @Test func `what lies outside the area counts for nothing`() {
    var scan = scene.scan()
    scan.add(0.3, x: 200, y: 150, width: 9, height: 9)
    let area = PixelRect(x: 0, y: 0, width: 190, height: 256)
    let compared = scene.compared(scan, area: area)
    #expect(compared.findings.isEmpty)
    #expect(compared.normalised[204, 154] == 0)
  }

  @Test func `near places are one finding, far ones two, the strongest first`() {
    var scan = scene.scan()
    scan.add(0.2, x: 198, y: 150, width: 6, height: 6)
    scan.add(0.4, x: 212, y: 150, width: 6, height: 6)
    #expect(scene.compared(scan).findings.count == 1)
    scan.add(-0.3, x: 60, y: 180, width: 6, height: 6)
    let findings = scene.compared(scan).findings
    #expect(findings.count == 2)
    #expect(findings.map(\.score) == findings.map(\.score).sorted(by: >))
  }

  @Test func `findings are the components that a flood fill finds`() {
    // So low a threshold that noise alone makes islands of all shapes.
    var settings = ComparisonSettings()
    (settings.seedSigma, settings.growShare, settings.leastContrast) = (2.5, 0.4, 0)
    (settings.leastAreaPx, settings.mergeDistancePx, settings.bandPx) = (4, 0, 0)
    let compared = scene.compared(scene.scan(noise: 0.1), settings: settings)
    let size = compared.normalised.map { abs($0) }
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
      if island.count >= 4, island.contains(where: { size.samples[$0] >= 2.5 }) {
        expected.insert(island)
      }
    }
    let found = compared.findings.map { finding in
      Set(finding.runs.flatMap { run in run.columns.map { run.y * size.width + $0 } })
    }
    #expect(expected.count > 20)
    #expect(found.count == expected.count && Set(found) == expected)
  }
}
