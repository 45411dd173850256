import Raster
import Simulation
import Testing

/// Lines 24 pixels wide, 16 apart, as an electron microscope shows them: darker between, bright at their borders.
@Suite struct MicrographTests {
  private static let width = 960, height = 720
  private static let noise: Float = 0.02

  private let coverage = Plane(width: width, height: height) { target in
    for y in 0..<height {
      for x in 0..<width { target[y * width + x] = x % 40 < 24 && x < 640 ? 1 : 0 }
    }
  }

  private var photograph: Plane {
    var random = SeededGenerator(seed: 5)
    var result = coverage.smoothed(sigma: 1.2)
    let rim = result.gradientMagnitude()
    for index in result.samples.indices {
      let grain = (0..<12).reduce(-6) { sum, _ in sum + Float.random(in: 0..<1, using: &random) }
      result.samples[index] =
        0.2 + 0.25 * result.samples[index] + 0.4 * rim.samples[index] + Self.noise * grain
    }
    return result
  }

  private func marred(
    _ kinds: [Flaw], seed: UInt64 = 1
  ) -> (picture: Picture, flaws: [PlantedFlaw], clean: Plane) {
    let clean = photograph
    var random = SeededGenerator(seed: seed)
    let area = clean.bounds.expanded(by: -20)
    let result = Micrograph(Picture(planes: [clean]), coverage: coverage)
      .marred(with: kinds, in: area, using: &random)
    return (result.picture, result.flaws, clean)
  }

  /// Mean and standard deviation over the pixels of a flaw.
  private func moments(_ plane: Plane, _ flaw: PlantedFlaw) -> (mean: Float, sigma: Float) {
    var values: [Float] = []
    for y in 0..<flaw.box.height {
      for x in 0..<flaw.box.width where flaw.mask[x, y] > 0 {
        values.append(plane[flaw.box.x + x, flaw.box.y + y])
      }
    }
    let mean = values.reduce(0, +) / Float(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
    return (mean, square.squareRoot())
  }

  @Test func `all kinds find a place, apart from each other, and nothing else changes`() {
    let (picture, flaws, clean) = marred(Flaw.allCases)
    #expect(Set(flaws.map(\.kind)) == Set(Flaw.allCases))
    let windows = flaws.map { $0.box.expanded(by: 40) }
    var greatest: Float = 0
    for y in 0..<clean.height {
      for x in 0..<clean.width where !windows.contains(where: { $0.contains(x: x, y: y) }) {
        greatest = max(greatest, abs(picture.planes[0][x, y] - clean[x, y]))
      }
    }
    #expect(greatest < 0.5 / 255)
    for (index, flaw) in flaws.enumerated() {
      #expect(flaw.contrast >= 2.5 && flaw.mask.samples.contains { $0 > 0 })
      for other in flaws[..<index] { #expect(flaw.box.intersection(other.box).isEmpty) }
    }
  }

  @Test(arguments: [
    (kind: Flaw.closedGap, isBrighter: true), (kind: .bridgedLine, isBrighter: true),
    (kind: .brokenLine, isBrighter: false), (kind: .particle, isBrighter: true),
  ])
  func `what is added is bright and what is gone is dark, by the contrast told`(
    kind: Flaw, isBrighter: Bool
  ) throws {
    for seed in UInt64(1)...4 {
      let (picture, flaws, clean) = marred([kind], seed: seed)
      let flaw = try #require(flaws.first)
      let change = moments(picture.planes[0], flaw).mean - moments(clean, flaw).mean
      #expect((change > 0) == isBrighter, "\(seed): \(change)")
      #expect(Double(abs(change)) * 255 < flaw.contrast + 6)
    }
  }

  @Test func `a closed gap is as noisy as its surroundings`() throws {
    let (picture, flaws, _) = marred([.closedGap], seed: 3)
    let flaw = try #require(flaws.first)
    var rest = picture.planes[0]
    let smooth = rest.smoothed(sigma: 2)
    for index in rest.samples.indices { rest.samples[index] -= smooth.samples[index] }
    // Of noise less its own smoothing about nine tenths are left; borders add a little.
    let sigma = moments(rest, flaw).sigma
    #expect(sigma > 0.7 * Self.noise && sigma < 2 * Self.noise)
  }

  @Test func `the same seed gives the same picture`() {
    let (first, again) = (
      marred([.debris, .residue, .pinhole]), marred([.debris, .residue, .pinhole])
    )
    #expect(first.picture == again.picture && first.flaws == again.flaws)
    #expect(first.flaws != marred([.debris, .residue, .pinhole], seed: 2).flaws)
  }
}
