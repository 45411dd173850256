import Matching
import Raster
import TestSupport
import Testing

/// Grey scans of very unlike noise, calibrated together.
@Suite struct FollowedScansTests {
  private static let bounds = PixelRect(x: 0, y: 0, width: 384, height: 320)
  private static let coverage = Rectangles(
    boxes: (0..<6).map {
      let corner = Point(x: 40 + 110 * Double($0 % 3), y: 50 + 130 * Double($0 / 3))
      return Box(low: corner, high: Point(x: corner.x + 70, y: corner.y + 80))
    }
  ).drawn(.identity, width: bounds.width, height: bounds.height)
  private static let materials = Labels(stackOf: [coverage])
  private static let edgeDistance = materials.nearestOther(reach: 32).distance

  private static func sample(
    _ seed: UInt64, noise: Float, planes: Int = 1, patch: PixelRect? = nil
  ) -> Calibrator.Sample {
    var random = Seeded(state: seed)
    let golden = Picture(
      planes: [Plane](repeating: coverage.map { 0.3 + 0.3 * $0 }, count: planes))
    let scan = golden.mapPlanes { plane in
      var plane = plane
      for index in plane.samples.indices { plane.samples[index] += noise * random.normal() }
      for y in patch.map({ $0.y..<$0.maxY }) ?? 0..<0 {
        for x in patch.map({ $0.x..<$0.maxX }) ?? 0..<0 { plane[x, y] += 0.03 }
      }
      return plane
    }
    return Calibrator.Sample(
      name: "\(seed)",
      residual: Residual(
        scan: scan, golden: golden, materials: materials, edgeDistance: edgeDistance, area: bounds),
      materials: materials, edgeDistance: edgeDistance, place: nil, area: bounds)
  }

  private static func findings(
    _ sample: Calibrator.Sample, _ calibration: Calibration
  ) -> [PixelRect] {
    Comparison(
      sample.residual, materials: materials, edgeDistance: edgeDistance, place: nil,
      calibration: calibration
    ).findings(
      in: bounds,
      rules: Comparison.rules(score: Calibration.score(rate: 0.1), calibration: calibration)
    ).map(\.box)
  }

  @Test func `a quiet photograph is judged by its own noise, a loud one by its own`() {
    let calibration = Calibrator.calibration(
      of: [Self.sample(1, noise: 0.06), Self.sample(2, noise: 0.06), Self.sample(3, noise: 0.006)])
    let patch = PixelRect(x: 200, y: 150, width: 9, height: 9)
    let quiet = Self.sample(4, noise: 0.006, patch: patch)
    let loud = Self.sample(5, noise: 0.06)
    #expect(Self.findings(quiet, calibration).isEmpty)
    let found = Self.findings(quiet, calibration.fitted { [quiet] })
    #expect(found.count == 1 && !found[0].intersection(patch).isEmpty, "\(found)")
    #expect(Self.findings(loud, calibration.fitted { [loud] }).isEmpty)
  }

  @Test func `scans in colour are all judged by one noise`() {
    let calibration = Calibrator.calibration(
      of: (1...3).map { Self.sample($0, noise: 0.006, planes: 3) })
    #expect(calibration.fitted { [Self.sample(4, noise: 0.03, planes: 3)] } == calibration)
  }
}
