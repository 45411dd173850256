import Foundation
import Matching
import Raster
import TestSupport
import Testing

/// A scan compared with its golden where no clean scan was seen.
struct Compared {
  let golden: Picture
  let findings: [Finding]

  init(
    scan: Plane, golden: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect,
    edgesAreDrawn: Bool = false
  ) {
    let picture = Picture(planes: [scan])
    let residual = Residual(
      scan: picture, golden: Picture(planes: [golden]), materials: materials,
      edgeDistance: edgeDistance, area: area, edgesAreDrawn: edgesAreDrawn)
    let calibration = Calibrator.calibration(
      of: [
        Calibrator.Sample(
          name: "", residual: residual, materials: materials, edgeDistance: edgeDistance,
          place: nil, area: area)
      ], isSuspect: true)
    var lit = scan
    for index in lit.samples.indices { lit.samples[index] -= residual.planes[0].samples[index] }
    self.golden = Picture(planes: [lit])
    findings = Comparison(
      residual, materials: materials, edgeDistance: edgeDistance, place: nil,
      calibration: calibration
    ).findings(
      in: area,
      rules: Comparison.rules(score: Calibration.score(rate: 0.1), calibration: calibration))
  }
}

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

  func compared(_ scan: Plane, area: PixelRect = Scene.size) -> Compared {
    Compared(
      scan: scan, golden: golden, materials: materials, edgeDistance: edgeDistance, area: area)
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
    #expect(finding.score >= Calibration.score(rate: 0.1))
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

  @Test func `slow light is no difference`() {
    var scan = scene.scan()
    for y in 0..<scan.height {
      for x in 0..<scan.width { scan[x, y] += 0.15 * Float(x) / 320 - 0.1 * Float(y) / 256 }
    }
    #expect(scene.compared(scan).findings.isEmpty)
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

  @Test func `a defect stands out less where there is more noise`() throws {
    func score(noise: Float) throws -> Double {
      var scan = scene.scan(noise: noise)
      scan.add(0.9, x: 200, y: 150, width: 15, height: 15)
      return try #require(scene.compared(scan).findings.first).score
    }
    #expect(try score(noise: 0.03) > 1.5 * score(noise: 0.06))
  }

  @Test func `what lies outside the area counts for nothing`() {
    var scan = scene.scan()
    scan.add(0.3, x: 200, y: 150, width: 9, height: 9)
    let area = PixelRect(x: 0, y: 0, width: 190, height: 256)
    #expect(scene.compared(scan, area: area).findings.isEmpty)
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
}
