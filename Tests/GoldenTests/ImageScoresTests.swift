import Foundation
import Golden
import Raster
import TestSupport
import Testing

@Suite struct ImageScoresTests {
  private func scores(
    _ golden: [Plane], _ photograph: [Plane], materials: Labels? = nil, distance: Plane? = nil,
    area: PixelRect? = nil, weights: Plane? = nil
  ) -> ImageScores {
    let bounds = golden[0].bounds
    var scores = ImageScores()
    scores.add(
      golden: Picture(planes: golden), photograph: Picture(planes: photograph),
      materials: materials
        ?? Labels(
          width: bounds.width, height: bounds.height,
          values: .init(repeating: 0, count: bounds.area)),
      edgeDistance: distance ?? Plane(width: bounds.width, height: bounds.height, filling: 32),
      area: area ?? bounds, weights: weights)
    return scores
  }

  @Test func `scores agree with scikit-image`() throws {
    struct Fixture: Decodable {
      struct Case: Decodable {
        let name: String
        let golden, photograph: [[Float]]
        let l1, psnr, ssim: Double
      }
      let tolerance: Double
      let width, height: Int
      let cases: [Case]
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/scores.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    #expect(fixture.cases.count == 2)
    for expected in fixture.cases {
      func planes(_ levels: [[Float]]) -> [Plane] {
        levels.map {
          Plane(width: fixture.width, height: fixture.height, samples: $0.map { $0 / 255 })
        }
      }
      let found = scores(planes(expected.golden), planes(expected.photograph)).all
      #expect(abs(found.l1 - expected.l1) < fixture.tolerance, "\(expected.name)")
      #expect(abs(found.psnr - expected.psnr) < fixture.tolerance, "\(expected.name)")
      #expect(abs(found.ssim - expected.ssim) < fixture.tolerance, "\(expected.name)")
    }
  }

  @Test func `scores are those worked by hand`() {
    let rect = PixelRect(x: 0, y: 0, width: 40, height: 30)
    // Left of column 10 an edge region, off by 0.1 too bright; elsewhere off by 0.2 too dark.
    let golden = Plane(rect) { x, _ in x < 10 ? 0.6 : 0.3 }
    let photograph = Plane(rect) { _, _ in 0.5 }
    let distance = Plane(rect) { x, _ in x < 10 ? 3 : 4.5 }
    let materials = Labels(
      width: 40, height: 30, values: (0..<1200).map { $0 % 40 < 10 ? 0b101 : 0b100 })
    let found = scores([golden], [photograph], materials: materials, distance: distance)
    #expect(found.edges.pixels == 300 && found.flats.pixels == 900 && found.all.pixels == 1200)
    #expect(abs(found.edges.l1 - 0.1) < 1e-6 && abs(found.flats.l1 - 0.2) < 1e-6)
    #expect(abs(found.all.l1 - 0.175) < 1e-6)
    #expect(abs(found.edges.psnr - 20) < 1e-4)
    // A step of 0.3 seen by the two columns beside it, of 38: half of 0.3 each, in one of two directions.
    #expect(abs(found.all.gradientL1 - 0.15 * 2 / 38 / 2) < 1e-6)
    #expect(abs(found.edges.gradientL1 - 0.15 / 9 / 2) < 1e-6)
    #expect(abs(found.byDistance[3].bias - 0.1) < 1e-6 && found.byDistance[3].pixels == 300)
    #expect(abs(found.byDistance[4].bias + 0.2) < 1e-6 && found.byDistance[4].pixels == 900)
    #expect(abs(found.residual(ofLayer: 0).l1 - 0.1) < 1e-6)
    #expect(abs(found.residual(ofLayer: 2).l1 - 0.175) < 1e-6)
    #expect(found.residual(ofLayer: 1).pixels == 0)
  }

  @Test func `what is the same scores best`() {
    var random = Seeded(state: 41)
    let plane = Plane(PixelRect(x: 0, y: 0, width: 30, height: 30)) { _, _ in
      Float.random(in: 0...1, using: &random)
    }
    let found = scores([plane], [plane]).all
    #expect(found.l1 == 0 && found.gradientL1 == 0 && found.psnr == .infinity)
    #expect(abs(found.ssim - 1) < 1e-6)
  }

  @Test func `parts merged are the whole`() throws {
    var random = Seeded(state: 42)
    let rect = PixelRect(x: 0, y: 0, width: 50, height: 40)
    func noise() -> Plane { Plane(rect) { _, _ in Float.random(in: 0...1, using: &random) } }
    let (golden, photograph) = (noise(), noise())
    let distance = noise().map { $0 * 8 }
    let areas = [
      PixelRect(x: 6, y: 6, width: 20, height: 28), PixelRect(x: 26, y: 6, width: 17, height: 28),
    ]
    let whole = scores(
      [golden], [photograph], distance: distance,
      area: PixelRect(x: 6, y: 6, width: 37, height: 28))
    var merged = ImageScores()
    for area in areas {
      merged.merge(scores([golden], [photograph], distance: distance, area: area))
    }
    let read = try JSONDecoder().decode(ImageScores.self, from: JSONEncoder().encode(merged))
    #expect(read == merged)
    for part in [\ImageScores.all, \.edges, \.flats] {
      let (a, b) = (whole[keyPath: part], read[keyPath: part])
      #expect(a.pixels > 100 && abs(a.pixels - b.pixels) < 1e-6 && abs(a.l1 - b.l1) < 1e-9)
      #expect(abs(a.ssim - b.ssim) < 1e-9 && abs(a.gradientL1 - b.gradientL1) < 1e-9)
    }
  }

  @Test func `what is ignored changes nothing`() {
    var random = Seeded(state: 43)
    let rect = PixelRect(x: 0, y: 0, width: 60, height: 40)
    let golden = Plane(rect) { _, _ in Float.random(in: 0...1, using: &random) }
    let photograph = golden.map { $0 + Float.random(in: -0.1...0.1, using: &random) }
    let defect = PixelRect(x: 20, y: 10, width: 7, height: 9)
    let marred = Plane(rect) { x, y in defect.contains(x: x, y: y) ? 1 : photograph[x, y] }
    let weights = Plane(rect) { x, y in defect.contains(x: x, y: y) ? 0 : 1 }
    let clean = scores([golden], [photograph], weights: weights)
    #expect(clean == scores([golden], [marred], weights: weights))
    #expect(clean != scores([golden], [marred]))
    #expect(clean.all.pixels == Double(rect.area - defect.area))
  }

  @Test func `the ratio to a noise floor is 1 for a golden as noisy as a photograph`() throws {
    var random = Seeded(state: 44)
    let rect = PixelRect(x: 0, y: 0, width: 200, height: 100)
    let clean = Plane(rect) { x, _ in x < 100 ? 0.3 : 0.7 }
    func photograph() -> Plane {
      // Sums of uniform numbers are normal enough.
      clean.map { value in
        (0..<6).reduce(value) { sum, _ in sum + Float.random(in: -0.01...0.01, using: &random) }
      }
    }
    let distance = Plane(rect) { x, _ in abs(Float(x) - 100) }
    let (first, second, third) = (photograph(), photograph(), photograph())
    let floor = scores([first], [second], distance: distance)
    let noisy = scores([third], [second], distance: distance).ratio(toFloor: floor)
    #expect(abs(try #require(noisy.all) - 1) < 0.03)
    let perfect = scores([clean], [second], distance: distance).ratio(toFloor: floor)
    #expect(abs(try #require(perfect.all) - 0.5.squareRoot()) < 0.03)
    #expect(abs(try #require(perfect.edges) - 0.5.squareRoot()) < 0.1)
    #expect(scores([clean], [clean]).ratio(toFloor: scores([clean], [clean])).flats == nil)
  }
}
