import Foundation
import Raster

/// How a wafer was made: films, heights and metals, and how they drift from its middle to its edge.
struct WaferProcess: Sendable {
  /// What a film of its own thickness lies on, in this order in vectors.
  enum Ground: Int { case field, ridge, label, trench }

  /// Thickness of the film on each ground, nm.
  let filmNm: SIMD4<Float>
  /// By how much the two drifts show in the film on each ground.
  let firstShare: SIMD4<Float>
  let secondShare: SIMD4<Float>
  /// Drift of the film over the wafer, nm, by place in µm from its middle: two causes, which no ground sees alike.
  let firstDrift: SlowField
  let secondDrift: SlowField
  /// Brightness of the metals.
  let pMetal: SIMD3<Float>
  let nMetal: SIMD3<Float>
  /// Of each layer over what lies beneath, µm, in the order of `ProcessLayer`.
  let heightsUm: [Float]
  /// By how much each layer's edges move outwards on the whole wafer, µm.
  let etchBiasUm: [Double]
  /// Towards the lamp, as seen in the layout (y up); of length 1.
  let light: Point

  init(seed: UInt64, settings: SimulationSettings) {
    var random = SeededGenerator(seed: seed, .wafer)
    filmNm = Self.films(using: &random)
    firstShare = SIMD4(1, Float(random.uniform(0.7, 1.2)), 1, 0.6)
    secondShare = SIMD4(
      Float(random.uniform(-0.3, 0.3)), 1, Float(random.uniform(-1, 1)), Float(random.uniform(0, 1))
    )
    let wafer = 4 * ScanPlace.diePitchUm(settings)
    let drift = settings.waferDriftNm
    firstDrift = SlowField(
      amplitude: 0.4 * drift, extent: wafer, bowl: random.uniform(-drift, drift), using: &random)
    secondDrift = SlowField(
      amplitude: 0.3 * drift, extent: wafer, bowl: random.uniform(-0.5, 0.5) * drift,
      using: &random)
    let yellow = Float(random.uniform(-0.03, 0.03))
    pMetal = SIMD3(0.92, 0.76 + yellow, 0.43 + 1.5 * yellow)
    nMetal =
      random.chance(0.5)
      ? SIMD3(0.80, 0.71 + yellow, 0.55) : SIMD3(0.74, 0.72, 0.66 + yellow)
    heightsUm = [
      random.uniform(1, 2), random.uniform(-4, -2.5), random.uniform(0.6, 1.2),
      random.uniform(0.3, 0.6), random.uniform(-0.4, -0.2), random.uniform(-0.8, -0.4),
    ].map { Float($0) }
    etchBiasUm = ProcessLayer.allCases.map { _ in
      settings.etchBiasUm + random.normal(sigma: 0.5 * settings.etchBiasUm)
    }
    let angle = random.uniform(0, 2 * .pi)
    light = Point(x: cos(angle), y: sin(angle))
  }

  /// Films that tell a ridge from the field beside it, and are not all dark.
  private static func films(using random: inout some RandomNumberGenerator) -> SIMD4<Float> {
    let film = Film()
    while true {
      let field = random.uniform(88, 210)
      let ridge = field + random.uniform(14, 45) * (random.chance(0.7) ? 1 : -1)
      let label = field + random.uniform(-30, 20)
      let (one, other) = (film.colour(Float(field)), film.colour(Float(ridge)))
      let difference = one - other
      let most = max(abs(difference.x), abs(difference.y), abs(difference.z))
      let brightness = (one.x + one.y + one.z) / 3
      guard (0.05...0.22).contains(most), (0.24...0.55).contains(brightness) else { continue }
      return SIMD4(Float(field), Float(ridge), Float(label), Float(random.uniform(30, 70)))
    }
  }
}

/// What is different in one die of a wafer.
struct DieProcess: Sendable {
  /// Thickness of the film on each ground in the die's middle of the drift, nm.
  let filmNm: SIMD4<Float>
  /// By how much each layer's edges move outwards, µm.
  let etchBiasUm: [Double]
  /// Drift of the film that belongs to this die, nm, by layout µm.
  let ownDrift: SlowField
  let pMetal: SIMD3<Float>
  let nMetal: SIMD3<Float>
  /// Grain of the metals, and what is rough on etched floors and edges.
  let fineGrain: Texture
  let coarseGrain: Texture

  init(seed: UInt64, index: Int, wafer: WaferProcess, settings: SimulationSettings) {
    var random = SeededGenerator(seed: seed, .process, index)
    var films = wafer.filmNm
    for ground in 0..<4 { films[ground] += Float(random.normal(sigma: settings.dieFilmNm)) }
    filmNm = films
    let spread = settings.dieEtchBiasUm
    let common = random.normal(sigma: 0.5 * spread)
    etchBiasUm = wafer.etchBiasUm.map { $0 + common + random.normal(sigma: 0.85 * spread) }
    ownDrift = SlowField(
      amplitude: settings.filmDriftNm, extent: 500, using: &random)
    pMetal = wafer.pMetal * Float(1 + random.normal(sigma: 0.015))
    nMetal = wafer.nMetal * Float(1 + random.normal(sigma: 0.02))
    fineGrain = Texture(seed: seed, index: 2 * index, grainUm: 0.7)
    coarseGrain = Texture(seed: seed, index: 2 * index + 1, grainUm: 2.6)
  }
}
