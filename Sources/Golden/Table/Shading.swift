internal import Raster

/// How much brighter or darker than its table colour a material is by how open its surroundings are: a quadratic of the
/// openness at three scales, fitted robustly.
struct Shading: Sendable, Equatable {
  /// What was learnt of a material.
  private struct Law: Equatable {
    /// Coefficients of `Openness.features`, one set a channel.
    var coefficients: [SIMD16<Float>]
    /// The openness at each scale that it was learnt from; beyond it goes on level.
    var range: (low: SIMD4<Float>, high: SIMD4<Float>)

    static func == (a: Law, b: Law) -> Bool {
      a.coefficients == b.coefficients && a.range.low == b.range.low && a.range.high == b.range.high
    }

    func features(_ openness: SIMD4<Float>) -> SIMD16<Float> {
      Openness.features(openness.clamped(lowerBound: range.low, upperBound: range.high))
    }

    func shade(_ features: SIMD16<Float>, channel: Int) -> Float {
      let value = (features * coefficients[min(channel, coefficients.count - 1)]).sum()
      return min(max(value, -Shading.greatest), Shading.greatest)
    }
  }

  private var laws: [UInt16: Law] = [:]
  /// Materials that have a law of their own, the commonest.
  private static let mostMaterials = 48
  /// No surroundings change a material's brightness by more.
  private static let greatest: Float = 0.12
  /// Places nearer to an edge show its profile; and in features as fine as this, one that failed to print could pass for
  /// shade.
  private static let leastEdgeDistance: Float = 5

  /// No shading.
  init() {}

  /// Learns from what a table leaves unexplained.
  ///
  /// - Parameter lessons: photographs less what the table paints.
  init(_ lessons: [TrainingSet.Lesson]) {
    var places: [UInt16: [[(x: Int, y: Int)]]] = [:]
    for (number, lesson) in lessons.enumerated() {
      let (area, stack) = (lesson.area, lesson.stack)
      for y in stride(from: area.y, to: area.maxY, by: 4) {
        for x in stride(from: area.x + (y / 4) % 4, to: area.maxX, by: 4)
        where stack.edgeDistance[x, y] >= Shading.leastEdgeDistance {
          places[stack.materials[x, y], default: Array(repeating: [], count: lessons.count)][number]
            .append((x, y))
        }
      }
    }
    let common = places.map { (material: $0.key, places: $0.value, count: $0.value.joined().count) }
      .filter { $0.count >= 400 }.sorted { ($0.count, $1.material) > ($1.count, $0.material) }
    for (material, places, _) in common.prefix(Shading.mostMaterials) {
      var values: [SIMD4<Float>] = []
      var residuals = [[Float]](repeating: [], count: lessons[0].photograph.channels)
      for (lesson, places) in zip(lessons, places) where !places.isEmpty {
        let openness = lesson.stack.openness(of: material)
        values.append(contentsOf: places.map { openness($0.x, $0.y) })
        for (channel, plane) in lesson.photograph.planes.enumerated() {
          residuals[channel].append(contentsOf: places.map { plane[$0.x, $0.y] })
        }
      }
      let features = values.map(Openness.features)
      laws[material] = Law(
        coefficients: residuals.map { Shading.fit(features, $0) }, range: Shading.range(values))
    }
  }

  /// All but the outermost hundredth of the values on both sides, scale by scale.
  private static func range(_ values: [SIMD4<Float>]) -> (low: SIMD4<Float>, high: SIMD4<Float>) {
    var range = (low: SIMD4<Float>(repeating: 0), high: SIMD4<Float>(repeating: 0))
    for scale in 0..<Openness.scales.count {
      var column = values.map { $0[scale] }
      range.low[scale] = column.takeQuantile(0.01)
      range.high[scale] = column.takeQuantile(0.99)
    }
    return range
  }

  /// Least squares with residuals clipped at 2.5 robust standard deviations, three rounds.
  private static func fit(_ features: [SIMD16<Float>], _ values: [Float]) -> SIMD16<Float> {
    let count = Openness.featureCount
    var solution = SIMD16<Float>(repeating: 0)
    var gram = [Double](repeating: 0, count: count * count)
    for f in features {
      for i in 0..<count {
        for j in i..<count { gram[i * count + j] += Double(f[i] * f[j]) }
      }
    }
    for i in 0..<count {
      for j in 0..<i { gram[i * count + j] = gram[j * count + i] }
      // The openness of one scale nearly follows from another's in plain layouts: a little stiffness decides.
      gram[i * count + i] += 1e-4 * Double(features.count)
    }
    for _ in 0..<3 {
      var rest = values
      for index in rest.indices { rest[index] -= (features[index] * solution).sum() }
      let (center, sigma) = rest.robustCenterAndScale()
      let reach = max(2.5 * sigma, 0.005)
      var right = [Double](repeating: 0, count: count)
      for index in rest.indices {
        let clipped = min(max(rest[index], center - reach), center + reach)
        for i in 0..<count { right[i] += Double(features[index][i] * clipped) }
      }
      let step = SymmetricSystem.solution(gram, right)
      for i in 0..<count { solution[i] += Float(step[i]) }
    }
    return solution
  }

  /// Adds the shading to a painted picture.
  func apply(to picture: inout Picture, stack: StackRegion) {
    let (width, height) = (picture.width, picture.height)
    for (material, law) in laws.sorted(by: { $0.key < $1.key })
    where stack.presentMaterials.contains(material) {
      let openness = stack.openness(of: material)
      picture.withUnsafeMutableRows { planes in
        RowBands(height: height).inParallel { band in
          for y in band {
            for x in 0..<width where stack.materials[x, y] == material {
              let features = law.features(openness(x, y))
              for channel in planes.indices {
                planes[channel].row(y)[x] += law.shade(features, channel: channel)
              }
            }
          }
        }
      }
    }
  }
}
