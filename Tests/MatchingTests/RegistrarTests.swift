import Foundation
import Matching
import Raster
import Testing

/// Registers a scan in which the reference's origin was meant to be in the middle.
private func register(
  _ scan: Plane, to reference: Rectangles, pixelSizes: ClosedRange<Double> = 0.96...1.04
) throws -> RegistrationOutcome {
  var settings = RegistrationSettings()
  settings.searchPx = 0.15 * Double(field.width)
  settings.pixelSizes = [pixelSizes]
  return try Registrar(reference: reference, settings: settings)
    .register(scan, field: field, referencePoint: Point(x: 0, y: 0), scanPoint: middle)
}

/// The registration, or a failed expectation.
private func registered(_ outcome: RegistrationOutcome) throws -> Registration {
  guard case .registered(let registration) = outcome else {
    Issue.record("refused: \(outcome)")
    throw CancellationError()
  }
  return registration
}

private func isRefused(_ outcome: RegistrationOutcome) -> Bool {
  if case .refused = outcome { true } else { false }
}

/// The greatest distance at the field's corners between two places, pixels.
private func cornerError(_ found: Affine, _ truth: Affine) -> Double {
  [(0, 0), (field.width, 0), (0, field.height), (field.width, field.height)].map { x, y in
    let corner = Point(x: Double(x), y: Double(y))
    let image = found(truth.inverse(corner))
    return hypot(image.x - corner.x, image.y - corner.y)
  }.max() ?? .infinity
}

@Suite struct RegistrarTests {
  /// 12 % of the field aside, pixels 3 % larger than meant, turned by half a degree.
  private let truth = place(
    offset: Point(x: 0.12 * 640, y: -0.12 * 480), pixelSize: 1.03, rotation: 0.5 * .pi / 180)
  private let reference = Rectangles.random(seed: 1)

  private func scan(dark: Float, light: Float, noise: Float) -> Plane {
    reference.drawn(truth, width: field.width, height: field.height)
      .photographed(dark: dark, light: light, noise: noise)
  }

  @Test(
    arguments: [
      (dark: 0.3, light: 0.7, noise: 0.01), (dark: 0.8, light: 0.2, noise: 0.01),
      (dark: 0.3, light: 0.7, noise: 0.08),
    ] as [(dark: Float, light: Float, noise: Float)])
  func `a similarity is found again, in either polarity and in noise`(
    look: (dark: Float, light: Float, noise: Float)
  ) throws {
    let scan = scan(dark: look.dark, light: look.light, noise: look.noise)
    let found = try registered(register(scan, to: reference))
    #expect(cornerError(found.toScan, truth) < 0.5)
    #expect(abs(found.pixelSize / 1.03 - 1) < 0.002)
    #expect(abs(found.rotation - 0.5 * .pi / 180) < 0.001)
    #expect(abs(found.offset.x - 76.8) < 0.5 && abs(found.offset.y + 57.6) < 0.5)
    #expect(found.ambiguities.isEmpty && found.confidence > 0.5)
    #expect(try #require(found.halvesDisagreePx) <= 0.01 * Double(field.width))
  }

  @Test func `the map is in pixels of the scan when the field begins further down`() throws {
    let whole = scan(dark: 0.3, light: 0.7, noise: 0.01)
    let lower = PixelRect(x: 0, y: 60, width: 640, height: 420)
    var settings = RegistrationSettings()
    settings.searchPx = 100
    settings.pixelSizes = [0.96...1.04]
    let found = try registered(
      Registrar(reference: reference, settings: settings).register(
        whole.crop(lower), field: lower, referencePoint: Point(x: 0, y: 0), scanPoint: middle))
    #expect(cornerError(found.toScan, truth) < 0.6)
  }

  @Test(arguments: 11...15)
  func `another reference is refused`(seed: UInt64) throws {
    let scan = scan(dark: 0.3, light: 0.7, noise: 0.01)
    #expect(try isRefused(register(scan, to: .random(seed: seed))))
  }

  @Test func `noise and an empty scan are refused`() throws {
    let grey = Plane(width: field.width, height: field.height, filling: 0.5)
    #expect(try isRefused(register(grey, to: reference)))
    #expect(
      try isRefused(register(grey.photographed(dark: 0, light: 1, noise: 0.1), to: reference)))
  }

  @Test func `a picture of which half shows something else is refused`() throws {
    let there = place(offset: Point(x: 20, y: 10))
    let right = Rectangles.random(seed: 9).drawn(there, width: field.width, height: field.height)
    var scan = reference.drawn(there, width: field.width, height: field.height)
    for y in 0..<field.height { for x in 320..<field.width { scan[x, y] = right[x, y] } }
    #expect(try isRefused(register(scan.photographed(), to: reference)))
  }

  @Test func `two halves that are off against each other are refused or told`() throws {
    let here = reference.drawn(place(), width: field.width, height: field.height)
    let there = reference.drawn(
      place(offset: Point(x: 0, y: 0.03 * 640)), width: field.width, height: field.height)
    var scan = here
    for y in 0..<field.height { for x in 320..<field.width { scan[x, y] = there[x, y] } }
    let outcome = try register(scan.photographed(), to: reference)
    if case .registered(let found) = outcome {
      #expect(try #require(found.halvesDisagreePx) > 0.01 * Double(field.width))
    }
  }
}

@Suite struct AmbiguityTests {
  @Test func `a grating is ambiguous by its period`() throws {
    // Bars of three heights, all repeated every 44 units along x.
    var boxes: [Box] = []
    for k in -30...30 {
      let x = 44 * Double(k)
      boxes.append(Box(low: Point(x: x, y: -150), high: Point(x: x + 20, y: 40)))
      boxes.append(Box(low: Point(x: x + 8, y: 60), high: Point(x: x + 30, y: 95)))
      boxes.append(Box(low: Point(x: x - 5, y: 130), high: Point(x: x + 12, y: 190)))
    }
    let grating = Rectangles(boxes: boxes)
    let truth = place(offset: Point(x: 9, y: -35), pixelSize: 1.01)
    let scan = grating.drawn(truth, width: field.width, height: field.height).photographed()
    let found = try registered(register(scan, to: grating))
    // Of all places that look the same, the nearest to where the stage was sent.
    #expect(cornerError(found.toScan, truth) < 0.5)
    #expect(found.ambiguities.map(\.axis) == ["x"])
    let period = try #require(found.ambiguities.first).px
    #expect(abs(period / (44 / 1.01) - 1) < 0.02)
  }

  @Test func `straight lines say nothing of the place along them`() throws {
    let lines = Rectangles(
      boxes: [-400.0, -330, -210, -150, -20, 30, 70, 180, 205, 330].map {
        Box(low: Point(x: -5000, y: $0), high: Point(x: 5000, y: $0 + 18))
      })
    let truth = place(offset: Point(x: 0, y: 30))
    let scan = lines.drawn(truth, width: field.width, height: field.height).photographed()
    let found = try registered(register(scan, to: lines, pixelSizes: 0.99...1.01))
    #expect(abs(found.toScan(Point(x: 0, y: 30)).y - truth(Point(x: 0, y: 30)).y) < 0.5)
    #expect(found.ambiguities.map(\.axis) == ["x"])
    #expect(found.ambiguities.map(\.px) == [0])
  }
}

@Suite struct MeshTests {
  private let reference = Rectangles.random(seed: 2, reach: 900, count: 420)
  private let field = PixelRect(x: 0, y: 0, width: 1280, height: 960)
  private let truth = place(offset: Point(x: 320, y: 240))

  private func mesh(_ scan: Plane) throws -> DisplacementMesh {
    try Registrar(reference: reference, settings: RegistrationSettings())
      .mesh(scan.photographed(), field: field, toScan: truth)
  }

  /// The corners of rectangles that no other rectangle hides, in the field.
  private var corners: [Point] {
    reference.boxes.flatMap { [$0.low, $0.high] }.filter { corner in
      reference.boxes.count {
        $0.low.x <= corner.x && corner.x <= $0.high.x && $0.low.y <= corner.y
          && corner.y <= $0.high.y
      } == 1
    }
    .map { truth($0) }
    .filter { $0.x > 20 && $0.x < 1260 && $0.y > 20 && $0.y < 940 }
  }

  /// How far the mesh is off at each corner, in rising order, for a sinusoidal displacement of the picture.
  private func errors(greatestPx: Double) throws -> [Double] {
    func displacement(_ place: Point) -> Point {
      Point(
        x: greatestPx * sin(2 * .pi * place.y / 960), y: greatestPx * cos(2 * .pi * place.x / 1280))
    }
    // Drawn a little wider than the field, so that what moves in is there.
    let margin = 8
    let wide = reference.drawn(
      truth.then(.translation(x: Double(margin), y: Double(margin))),
      width: field.width + 2 * margin, height: field.height + 2 * margin)
    let fine = DisplacementMesh(
      field: field, columns: 64, rows: 48,
      nodes: (0..<64 * 48).map {
        displacement(Point(x: Double($0 % 64) * 20 + 10, y: Double($0 / 64) * 20 + 10))
      })
    let mesh = try mesh(
      wide.resampled(
        rect: field, toSource: .translation(x: Double(margin), y: Double(margin)), mesh: fine))
    let errors = corners.map { corner in
      hypot(mesh(corner).x - displacement(corner).x, mesh(corner).y - displacement(corner).y)
    }
    #expect(errors.count > 60)
    return errors.sorted()
  }

  @Test(arguments: [1.0, 3])
  func `a smooth displacement is met where there is structure`(greatestPx: Double) throws {
    let errors = try errors(greatestPx: greatestPx)
    #expect(try #require(errors.last) < 1)
    #expect(errors[errors.count / 2] < 0.4)
  }

  @Test func `a smooth displacement is halved at least`() throws {
    let errors = try errors(greatestPx: 3)
    #expect(errors[errors.count / 2] < 1.5)
  }

  @Test func `what is not displaced stays`() throws {
    let mesh = try mesh(reference.drawn(truth, width: field.width, height: field.height))
    #expect(corners.allSatisfy { hypot(mesh($0).x, mesh($0).y) < 0.3 })
  }
}
