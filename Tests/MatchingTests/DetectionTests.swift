import Foundation
import Matching
import Raster
import TestSupport
import Testing

/// A golden of two materials in colour, and dies that show it with noise.
private struct Wafer {
  static let bounds = PixelRect(x: 0, y: 0, width: 384, height: 320)
  let golden: Picture
  let materials: Labels
  let edgeDistance: Plane

  init() {
    let reference = Rectangles(boxes: [
      Box(low: Point(x: 20, y: 20), high: Point(x: 160, y: 120)),
      Box(low: Point(x: 200, y: 30), high: Point(x: 240, y: 290)),
      Box(low: Point(x: 270, y: 60), high: Point(x: 360, y: 90)),
      Box(low: Point(x: 40, y: 160), high: Point(x: 150, y: 300)),
    ])
    let coverage = reference.drawn(.identity, width: Self.bounds.width, height: Self.bounds.height)
      .smoothed(sigma: 0.8)
    golden = Picture(planes: [
      coverage.map { 0.3 + 0.4 * $0 }, coverage.map { 0.5 - 0.2 * $0 },
      coverage.map { 0.4 + 0.1 * $0 },
    ])
    materials = Labels(stackOf: [coverage])
    edgeDistance = materials.nearestOther(reach: 32).distance
  }

  /// The golden with noise of 1.5 grey levels.
  func die(_ seed: UInt64) -> Picture {
    var random = Seeded(state: seed)
    return golden.mapPlanes { plane in
      var plane = plane
      for index in plane.samples.indices { plane.samples[index] += 0.006 * random.normal() }
      return plane
    }
  }

  func residual(_ scan: Picture) -> Residual {
    Residual(
      scan: scan, golden: golden, materials: materials, edgeDistance: edgeDistance,
      area: Self.bounds)
  }

  func calibration(_ scans: [Picture], places: [PlaceVariation]? = nil) -> Calibration {
    Calibrator.calibration(
      of: scans.enumerated().map { index, scan in
        Calibrator.Sample(
          name: "\(index)", residual: residual(scan), materials: materials,
          edgeDistance: edgeDistance, place: places?[index], area: Self.bounds)
      })
  }

  func findings(
    _ scan: Picture, _ calibration: Calibration, rate: Double = 0.1, place: PlaceVariation? = nil
  ) -> [Finding] {
    Comparison(
      residual(scan), materials: materials, edgeDistance: edgeDistance, place: place,
      calibration: calibration
    ).findings(
      in: Self.bounds,
      rules: Comparison.rules(score: Calibration.score(rate: rate), calibration: calibration))
  }
}

extension Picture {
  /// Adds grey levels to a rectangle's pixels.
  fileprivate func with(_ levels: Float, x: Int, y: Int, width: Int, height: Int) -> Picture {
    mapPlanes { plane in
      var plane = plane
      for v in y..<y + height { for u in x..<x + width { plane[u, v] += levels / 255 } }
      return plane
    }
  }
}

@Suite struct DetectionTests {
  private let wafer = Wafer()
  private var clean: [Picture] { (1...4).map { wafer.die($0) } }

  @Test func `light that differs by material leaves no residual`() {
    let scan = wafer.golden.mapPlanes { plane in
      var plane = plane
      for y in 0..<plane.height {
        for x in 0..<plane.width {
          plane[x, y] += wafer.materials[x, y] == 1 ? 0.05 : -0.02 - 0.03 * Float(x) / 384
        }
      }
      return plane
    }
    let residual = wafer.residual(scan)
    // At the border the window sees one side alone.
    let flat = residual.planes[0].samples.indices.filter {
      wafer.edgeDistance.samples[$0] > 5 && (64..<320).contains($0 % 384)
    }
    #expect(flat.allSatisfy { abs(residual.planes[0].samples[$0]) < 0.01 })
  }

  @Test func `light that varies by more than noise leaves no residual where it is strongest`() {
    let scan = wafer.die(3).mapPlanes { plane in
      var plane = plane
      for y in 0..<plane.height {
        // Flat over most of the field, and darker by 16 grey levels at one end.
        for x in 0..<plane.width { plane[x, y] -= 0.065 * min(1, max(0, Float(x - 230) / 90)) }
      }
      return plane
    }
    let residual = wafer.residual(scan).planes[0]
    var (sum, count) = (Float(0), Float(0))
    for y in 120..<320 { for x in 345..<384 { (sum, count) = (sum + residual[x, y], count + 1) } }
    #expect(abs(sum / count) < 0.008, "\(255 * sum / count) grey levels")
  }

  @Test func `a rare material has a light of its own, and a wrong one is none`() {
    var materials = wafer.materials
    var places: [Int] = []
    for (x, y) in [(300, 140), (180, 200), (20, 140), (300, 250)] {
      for v in y..<y + 9 {
        for u in x..<x + 9 {
          materials.values[v * materials.width + u] = 6
          places.append(v * materials.width + u)
        }
      }
    }
    let distance = materials.nearestOther(reach: 32).distance
    func left(_ levels: Float) -> Float {
      let scan = wafer.golden.mapPlanes { plane in
        var plane = plane
        for place in places { plane.samples[place] += levels / 255 }
        return plane
      }
      let residual = Residual(
        scan: scan, golden: wafer.golden, materials: materials, edgeDistance: distance,
        area: Wafer.bounds)
      return 255 * places.reduce(0) { $0 + residual.planes[1].samples[$1] } / Float(places.count)
    }
    #expect(abs(left(6)) < 2)
    #expect(left(80) > 45)
  }

  @Test func `a strong defect is boxed as it is, not as wide filters see it`() throws {
    let scan = wafer.die(5).with(60, x: 180, y: 200, width: 8, height: 6)
    let found = try #require(wafer.findings(scan, wafer.calibration(clean)).first)
    #expect(
      found.box.x >= 178 && found.box.y >= 198 && found.box.width <= 12 && found.box.height <= 10)
    #expect(found.box.width >= 8 && found.box.height >= 6)
    #expect(found.contrast > 30)
  }

  @Test(arguments: [15, 20, 60] as [Float], [2, 3, 5, 10])
  func `a spot casts no rays`(levels: Float, side: Int) {
    let calibration = wafer.calibration(clean)
    for (seed, x) in [(6, 182), (7, 256)] as [(UInt64, Int)] {
      let scan = wafer.die(seed).with(levels, x: x, y: 200, width: side, height: side)
      let boxes = wafer.findings(scan, calibration).map(\.box)
      #expect(boxes.count == 1, "\(boxes)")
    }
  }

  @Test func `motion is told and taken away`() {
    let moved = wafer.golden.mapPlanes {
      $0.resampled(rect: $0.bounds, toSource: .translation(x: -0.4, y: 0.3))
    }
    let without = Residual(
      scan: moved, golden: wafer.golden, materials: wafer.materials,
      edgeDistance: wafer.edgeDistance, area: Wafer.bounds, stages: [.light])
    let with = wafer.residual(moved)
    func size(_ residual: Residual) -> Float {
      residual.planes[0].samples.reduce(0) { $0 + $1 * $1 }
    }
    #expect(size(with) < 0.4 * size(without))
    let told = with.motion(at: Point(x: 160, y: 120))
    #expect(abs(told.x - 0.4) < 0.15 && abs(told.y + 0.3) < 0.15)
  }

  @Test func `other clean dies alarm about as often as was asked for`() {
    let calibration = wafer.calibration(clean)
    let others = (11...18).map { wafer.die($0) }
    let alarms = others.reduce(0) { $0 + wafer.findings($1, calibration, rate: 10).count }
    // About ten are expected on this megapixel; near ones count once.
    #expect((1...30).contains(alarms), "\(alarms)")
    let strict = others.reduce(0) { $0 + wafer.findings($1, calibration).count }
    #expect(strict <= 2)
    #expect(abs(calibration.leastProvenRate - 3 / 0.49152) < 1e-6)
  }

  @Test(arguments: [
    (250, 150, 3, 3, Float(9)), (60, 60, 20, 20, 3), (250, 200, 60, 2, 4), (90, 180, 2, 80, -4),
  ])
  func `faint places are found, and where they are`(
    x: Int, y: Int, width: Int, height: Int, levels: Float
  ) throws {
    let calibration = wafer.calibration(clean)
    let scan = wafer.die(21).with(levels, x: x, y: y, width: width, height: height)
    let findings = wafer.findings(scan, calibration)
    let finding = try #require(findings.first)
    #expect(findings.count <= 2)
    let place = PixelRect(x: x, y: y, width: width, height: height)
    #expect(!finding.box.intersection(place).isEmpty)
    #expect((finding.contrast > 0) == (levels > 0))
    #expect(finding.score >= Calibration.score(rate: 0.1))
  }

  @Test func `what other dies show too is no finding, and what they do not is one`() {
    // The golden is wrong at one place of every die.
    func die(_ seed: UInt64) -> Picture {
      wafer.die(seed).with(20, x: 100, y: 100, width: 12, height: 12)
    }
    let residuals = (31...37).map { wafer.residual(die($0)).planes }
    let place = PlaceVariation(others: residuals)
    let calibration = wafer.calibration(
      (1...4).map { die($0) }, places: Array(repeating: place, count: 4))
    #expect(calibration.usesNeighbours)
    #expect(wafer.findings(die(41), calibration, place: place).isEmpty)
    let bad = die(42).with(12, x: 300, y: 200, width: 6, height: 6)
    let findings = wafer.findings(bad, calibration, place: place)
    #expect(findings.count == 1)
    #expect(findings.first.map { abs($0.center.x - 303) < 2 && abs($0.center.y - 203) < 2 } == true)
  }

  @Test func `where the golden knows nothing, others tell, or nothing is found`() {
    let unknown = PixelRect(x: 90, y: 90, width: 40, height: 20)
    var trust = Plane(width: Wafer.bounds.width, height: Wafer.bounds.height, filling: 1)
    for y in unknown.y..<unknown.maxY { for x in unknown.x..<unknown.maxX { trust[x, y] = 0 } }
    func residual(_ scan: Picture) -> Residual {
      Residual(
        scan: scan, golden: wafer.golden, materials: wafer.materials,
        edgeDistance: wafer.edgeDistance, area: Wafer.bounds, trust: trust)
    }
    func die(_ seed: UInt64) -> Picture {
      wafer.die(seed).with(30, x: unknown.x, y: unknown.y, width: 40, height: 20)
    }
    let bad = die(43).with(25, x: 104, y: 96, width: 6, height: 6)
    func found(_ place: PlaceVariation?) -> [Finding] {
      let calibration = wafer.calibration(
        (1...4).map { die($0) }, places: place.map { Array(repeating: $0, count: 4) })
      return Comparison(
        residual(bad), materials: wafer.materials, edgeDistance: wafer.edgeDistance, place: place,
        calibration: calibration
      ).findings(
        in: Wafer.bounds,
        rules: Comparison.rules(score: Calibration.score(rate: 0.1), calibration: calibration))
    }
    #expect(found(nil).isEmpty)
    let told = found(PlaceVariation(others: (31...37).map { residual(die($0)).planes }))
    #expect(told.count { !$0.box.intersection(unknown).isEmpty } == 1)
    #expect(told.first.map { abs($0.center.x - 107) < 2 && abs($0.center.y - 99) < 2 } == true)
  }

  @Test func `a calibration reads back as it was written`() throws {
    let calibration = wafer.calibration([wafer.die(1)])
    let data = try JSONEncoder().encode(calibration)
    #expect(try JSONDecoder().decode(Calibration.self, from: data) == calibration)
    #expect(calibration.isWellFormed)
  }
}

@Suite struct TemplateComparisonTests {
  private let bounds = PixelRect(x: 0, y: 0, width: 300, height: 200)

  private func board(_ move: (Int) -> (x: Double, y: Double)) -> Picture {
    let tracks = (0..<6).map {
      Box(
        low: Point(x: 15 + 45 * Double($0), y: 10), high: Point(x: 30 + 45 * Double($0), y: 190))
    }
    let cross = [Box(low: Point(x: 5, y: 90), high: Point(x: 295, y: 104))]
    var plane = Plane(width: bounds.width, height: bounds.height)
    for y in 0..<bounds.height {
      for x in 0..<bounds.width {
        let (dx, dy) = move(x)
        let place = Point(x: Double(x) + 0.5 - dx, y: Double(y) + 0.5 - dy)
        let inside = (tracks + cross).contains {
          place.x >= $0.low.x && place.x < $0.high.x && place.y >= $0.low.y && place.y < $0.high.y
        }
        plane[x, y] = inside ? 1 : 0
      }
    }
    return Picture(planes: [plane])
  }

  @Test func `a board whose halves moved apart is as its template`() {
    let scan = board { $0 < 150 ? (x: 3, y: -2) : (x: -2, y: 3) }
    let template = board { _ in (0, 0) }
    #expect(TemplateComparison(scan: scan, template: template).findings.isEmpty)
    var settings = TemplateComparison.Settings()
    settings.radius = 0
    #expect(
      !TemplateComparison(scan: scan, template: template, settings: settings).findings.isEmpty)
  }

  @Test func `a hole and a spur on a moved board are found`() {
    var scan = board { _ in (x: 2, y: 1) }
    for y in 40..<49 { for x in 64..<72 { scan.planes[0][x, y] = 0 } }
    for y in 140..<150 { for x in 212..<222 { scan.planes[0][x, y] = 1 } }
    let findings = TemplateComparison(scan: scan, template: board { _ in (0, 0) }).findings
    #expect(findings.count == 2)
    #expect(findings.contains { $0.contains(x: 68, y: 44) && $0.contrast < 0 })
    #expect(findings.contains { $0.contains(x: 217, y: 145) && $0.contrast > 0 })
  }

  @Test func `what the template does not show is not compared`() {
    // The board lies five pixels further right: its left border shows what lies outside the template.
    var scan = board { _ in (x: 5, y: 0) }
    for y in 30..<50 { for x in 0..<4 { scan.planes[0][x, y] = 1 } }
    let template = board { _ in (0, 0) }
    #expect(TemplateComparison(scan: scan, template: template).findings.isEmpty)
    for y in 30..<50 { for x in 8..<12 { scan.planes[0][x, y] = 1 } }
    #expect(TemplateComparison(scan: scan, template: template).findings.count == 1)
  }

  @Test(arguments: [0, 1, 3, 7]) func `shifts are those that trying each pixel by pixel gives`(
    radius: Int
  ) {
    let (width, height, window) = (37, 29, 7)
    var random = Seeded(state: 5)
    func noise() -> Plane {
      Plane(width: width, height: height) { samples in
        for index in 0..<width * height { samples[index] = Float(random.next() >> 56) / 255 }
      }
    }
    let golden = noise()
    var scan = noise()
    for y in 0..<height {
      for x in 3..<width - 1 { scan[x, y] = golden[x - (x > 18 ? 1 : -1), max(y - 1, 0)] }
    }
    func level(_ plane: Plane, _ x: Int, _ y: Int) -> Int {
      Int((255 * plane[min(max(x, 0), width - 1), min(max(y, 0), height - 1)]).rounded())
    }
    let moved = LocalAlignment(of: golden, to: scan, radius: radius, window: window).moved(golden)
    for y in 0..<height {
      for x in 0..<width {
        var best = (cost: Int.max, u: 0, v: 0)
        for v in -radius...radius {
          for u in -radius...radius {
            var cost = 255 * window * window / 10_000 * (u * u + v * v)
            for j in -3...3 {
              for i in -3...3 {
                // A margin repeats the edge of the scan, and of the golden behind it.
                cost += abs(
                  level(scan, x + i, y + j) - level(golden, x + i + u, y + j + v))
              }
            }
            if cost < best.cost { best = (cost, u, v) }
          }
        }
        let expected = level(golden, x + best.u, y + best.v)
        #expect(level(moved, x, y) == expected, "at \(x), \(y)")
      }
    }
  }
}
