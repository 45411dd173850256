internal import Foundation
internal import Raster

/// Second moments of residuals, kind by kind.
struct NoiseSums {
  private let kinds: Strata
  private let planes: Int
  /// One noise for all.
  private let isFlat: Bool
  /// Whether the scans may hold defects, many even: sizes are then told by their lower quantiles.
  private let isSuspect: Bool
  /// For each kind: the upper triangle of products, then the square of brightness, then the count.
  private var sums: [Double]
  /// How much greater the variance is taken to be on materials that clean scans hardly showed: goldens did not learn them
  /// either.
  private static let doubt = 4.0
  private var size: Int { planes * (planes + 1) / 2 + 2 }

  init(kinds: Strata, planes: Int, isFlat: Bool, isSuspect: Bool) {
    (self.kinds, self.planes, self.isFlat) = (kinds, planes, isFlat)
    self.isSuspect = isSuspect
    sums = [Double](repeating: 0, count: kinds.count * (planes * (planes + 1) / 2 + 2))
  }

  /// Adds the pixels of an area, every other of them, sizes beyond five times the usual clipped; of a suspect scan, which tells
  /// of itself alone, every eighth for four.
  ///
  /// - Parameter holds: whether a pixel counts.
  mutating func add(
    _ residual: [Plane], _ strata: Labels, area: PixelRect, isAlone: Bool,
    where holds: (Int, Int) -> Bool
  ) {
    let (across, down) = isSuspect ? (4, 2) : (2, 1)
    func visit(_ body: (UnsafePointer<Float>, Int) -> Void) {
      Rows.reading(residual) { rows in
        strata.withUnsafeRows { strata in
          withUnsafeTemporaryAllocation(of: Float.self, capacity: planes) { values in
            guard let base = values.baseAddress else { return }
            for (line, y) in stride(from: area.y, to: area.maxY, by: down).enumerated() {
              let first = area.x + (isSuspect ? line : y) % across
              let kinds = strata.row(y)
              rows.row(y) { samples in
                for x in stride(from: first, to: area.maxX, by: across) {
                  let kind = Int(kinds[x])
                  // Where others do not tell is learnt from the view without others.
                  guard isAlone == (kind >= self.kinds.half), holds(x, y) else { continue }
                  for plane in 0..<planes { base[plane] = samples[plane]?[x] ?? 0 }
                  body(base, kind)
                }
              }
            }
          }
        }
      }
    }
    let limits = limits(visit)
    let light = ScoreMap.light(planes)
    let weight = Double(across * down) / 2
    var sums = sums
    sums.withUnsafeMutableBufferPointer { sums in
      limits.withUnsafeBufferPointer { limits in
        visit { values, kind in
          let own = UnsafeBufferPointer(rebasing: limits[kind * planes..<(kind + 1) * planes])
          if isSuspect {
            for plane in 0..<planes where abs(values[plane]) > own[plane] { return }
          }
          var place = kind * size
          var brightness: Float = 0
          for first in 0..<planes {
            let value = min(max(values[first], -own[first]), own[first])
            brightness += light[first] * value
            for second in first..<planes {
              let other = min(max(values[second], -own[second]), own[second])
              sums[place] += weight * Double(value * other)
              place += 1
            }
          }
          sums[place] += weight * Double(brightness * brightness)
          sums[place + 1] += weight
        }
      }
    }
    self.sums = sums
  }

  /// Sizes beyond which a residual is clipped, or of a suspect scan left out, for each kind and plane.
  private func limits(_ visit: ((UnsafePointer<Float>, Int) -> Void) -> Void) -> [Float] {
    if isSuspect {
      var sizes = SizeCounts(kinds: kinds.count * planes)
      visit { values, kind in
        for plane in 0..<planes { sizes.add(values[plane], to: kind * planes + plane) }
      }
      // 30 % of a normal distribution lie within 0.385 σ.
      return (0..<kinds.count * planes).map { 3 * sizes.quantile(0.3, of: $0) / 0.3853 }
    }
    var sizes = [Double](repeating: 0, count: kinds.count * (planes + 1))
    visit { values, kind in
      let base = kind * (planes + 1)
      for plane in 0..<planes { sizes[base + plane] += Double(abs(values[plane])) }
      sizes[base + planes] += 1
    }
    return (0..<kinds.count * planes).map {
      let base = $0 / planes * (planes + 1)
      return Float(5 * sizes[base + $0 % planes] / max(1, sizes[base + planes]))
    }
  }

  /// For each kind what makes its noise equal; kinds with few pixels lean on those at their distance from edges.
  func whitening(floor: Double, trust: Double) -> [Float] {
    let half = kinds.half
    func total(_ chosen: [Int]) -> [Double] {
      (0..<size).map { part in chosen.reduce(0) { $0 + sums[$1 * size + part] } }
    }
    func leaning(_ own: [Double], on prior: [Double], _ weight: Double) -> [Double] {
      var result = (0..<size - 1).map {
        (own[$0] + weight * prior[$0]) / (own[size - 1] + weight)
      }
      result.append(1)
      return result
    }
    var table: [Float] = []
    for side in 0..<2 {
      var all = total(Array(side * half..<(side + 1) * half))
      if all[size - 1] == 0 { all = total(Array(half..<2 * half)) }
      let mean = leaning(
        all, on: [Double](repeating: 0, count: size), 1e-9)
      let bins = (0..<Strata.bins).map { bin in
        leaning(
          total(stride(from: side * half + bin, to: (side + 1) * half, by: Strata.bins).map { $0 }),
          on: mean, trust / 3)
      }
      for kind in side * half..<(side + 1) * half {
        let own = Array(sums[kind * size..<(kind + 1) * size])
        let doubtful = bins[kind % Strata.bins].map { $0 * Self.doubt }
        let moments = isFlat ? mean : leaning(own, on: doubtful, trust)
        table += triangle(moments, floor: floor)
      }
    }
    return table
  }

  /// The upper triangle of Lᵀ where L Lᵀ is the inverse of the covariance, row by row, and 1/σ of brightness.
  private func triangle(_ moments: [Double], floor: Double) -> [Float] {
    let light = 1 / (moments[size - 2] + floor * floor).squareRoot()
    guard planes == 3 else {
      return [Float(1 / (moments[0] + floor * floor).squareRoot()), Float(light)]
    }
    let (a, b, c) = (moments[0] + floor * floor, moments[1], moments[2])
    let (d, e, f) = (moments[3] + floor * floor, moments[4], moments[5] + floor * floor)
    // The inverse of the symmetric matrix a b c / b d e / c e f.
    let (m00, m01, m02) = (d * f - e * e, c * e - b * f, b * e - c * d)
    let (m11, m12, m22) = (a * f - c * c, b * c - a * e, a * d - b * b)
    let determinant = max(a * m00 + b * m01 + c * m02, 1e-300)
    let inverse = [m00, m01, m02, m11, m12, m22].map { $0 / determinant }
    let l00 = max(inverse[0], 1e-12).squareRoot()
    let (l10, l20) = (inverse[1] / l00, inverse[2] / l00)
    let l11 = max(inverse[3] - l10 * l10, 1e-12).squareRoot()
    let l21 = (inverse[4] - l10 * l20) / l11
    let l22 = max(inverse[5] - l20 * l20 - l21 * l21, 1e-12).squareRoot()
    return [l00, l10, l20, l11, l21, l22, light].map { Float($0) }
  }
}

/// How often sizes occur, in steps of about a twentieth, kind by kind.
struct SizeCounts {
  private var counts: [Int32]
  /// The leading bits of a number in single precision, which step by a sixteenth of its power of 2: so many are dropped, and
  /// those of the least size, brightness.
  private static let dropped: UInt32 = 19, first = Int(Float(1e-4).bitPattern >> dropped)
  private static let bins = Int(Float(4).bitPattern >> dropped) - first

  init(kinds: Int) { counts = [Int32](repeating: 0, count: kinds * Self.bins) }

  mutating func add(_ value: Float, to kind: Int) {
    let step = Int(abs(value).bitPattern >> Self.dropped) - Self.first
    counts[kind * Self.bins + min(max(step, 0), Self.bins - 1)] += 1
  }

  /// The size that a share of them does not exceed; 0 where there is none.
  func quantile(_ share: Double, of kind: Int) -> Float {
    let own = counts[kind * Self.bins..<(kind + 1) * Self.bins]
    var left = share * own.reduce(0) { $0 + Double($1) }
    guard left > 0 else { return 0 }
    for (step, count) in own.enumerated() {
      left -= Double(count)
      if left <= 0 {
        func edge(_ step: Int) -> Float {
          Float(bitPattern: UInt32(step + Self.first) << Self.dropped)
        }
        return 0.5 * (edge(step) + edge(step + 1))
      }
    }
    return 1
  }
}

/// Mean squares of a channel's length, kind by kind.
struct LengthSums {
  private let kinds: Strata
  private let isSuspect: Bool
  private var sums: [Double]
  private var counts: [Double]

  init(kinds: Strata, isSuspect: Bool) {
    (self.kinds, self.isSuspect) = (kinds, isSuspect)
    sums = [Double](repeating: 0, count: kinds.count)
    counts = sums
  }

  mutating func add(
    _ z: Plane, _ strata: Labels, step: Int, area: PixelRect, isAlone: Bool,
    where holds: (Int, Int) -> Bool
  ) {
    var (means, numbers) = (
      [Double](repeating: 0, count: kinds.count), [Double](repeating: 0, count: kinds.count)
    )
    func visit(_ body: (Int, Float) -> Void) {
      for y in area.y / step..<min(z.height, area.maxY / step) {
        for x in area.x / step..<min(z.width, area.maxX / step) {
          let kind = Int(strata[x * step + step / 2, y * step + step / 2])
          if isAlone == (kind >= kinds.half), holds(x * step + step / 2, y * step + step / 2) {
            body(kind, z.samples[y * z.width + x])
          }
        }
      }
    }
    var sizes = SizeCounts(kinds: isSuspect ? kinds.count : 0)
    visit { kind, value in
      means[kind] += Double(value)
      numbers[kind] += 1
      if isSuspect { sizes.add(value, to: kind) }
    }
    let limits = (0..<kinds.count).map { kind in
      // Lengths of two or three dimensions: 30 % of them lie within 1 to 1.2 times their typical part.
      isSuspect
        ? 3 * sizes.quantile(0.3, of: kind) : Float(4 * means[kind] / max(numbers[kind], 1))
    }
    visit { kind, value in
      if isSuspect, value > limits[kind] { return }
      let held = min(value, limits[kind])
      sums[kind] += Double(held * held)
      counts[kind] += 1
    }
  }

  /// What makes the root of the mean square 1.
  func scales(trust: Double) -> [Float] {
    let half = kinds.half
    return (0..<2).flatMap { side in
      let range = side * half..<(side + 1) * half
      let (sum, count) = (sums[range].reduce(0, +), counts[range].reduce(0, +))
      let all = count > 0 ? sum / count : 1
      return range.map { kind in
        let bin = stride(
          from: range.lowerBound + kind % Strata.bins, to: range.upperBound, by: Strata.bins)
        let (binSum, binCount) = bin.reduce((0.0, 0.0)) { ($0.0 + sums[$1], $0.1 + counts[$1]) }
        let weight = trust / 3
        let prior = (binSum + weight * all) / (binCount + weight)
        let mean = (sums[kind] + weight * prior) / (counts[kind] + weight)
        return Float(1 / max(mean, 1e-6).squareRoot())
      }
    }
  }
}
