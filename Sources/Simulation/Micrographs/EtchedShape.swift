internal import Foundation
internal import Raster

/// How a drawn layer stands on the wafer: corners rounded, lines wider or narrower than drawn.
struct EtchedShape: Sendable {
  /// Standard deviation of the rounding, pixels.
  let sigma: Double
  /// Coverage, when rounded, from which on the pattern stands.
  let level: Float

  /// Distances are told up to here, pixels.
  static let reach = 48

  /// The shape that tells most of a photograph's brightness.
  init(of coverage: Plane, in brightness: Plane) {
    var best: (shape: EtchedShape, rest: Double)?
    for sigma in [1.0, 2, 4, 7, 11] {
      for level in [Float(0.35), 0.5, 0.65] {
        let shape = EtchedShape(sigma: sigma, level: level)
        let distance = shape.distance(shape.rounded(coverage))
        let rest = DistanceProfile(brightness, distance).rest(brightness, distance)
        if rest < best?.rest ?? .infinity { best = (shape, rest) }
      }
    }
    self = best?.shape ?? EtchedShape(sigma: 1, level: 0.5)
  }

  init(sigma: Double, level: Float) { (self.sigma, self.level) = (sigma, level) }

  func rounded(_ coverage: Plane) -> Plane { coverage.smoothed(sigma: sigma) }

  /// Pixels to the border of a rounded layer, above 0 inside.
  func distance(_ rounded: Plane) -> Plane {
    let labels = Labels(
      width: rounded.width, height: rounded.height,
      values: rounded.samples.map { $0 >= level ? 1 : 0 })
    var distance = labels.nearestOther(reach: Self.reach).distance
    // Near a border the coverage tells parts of a pixel; it rises by 1/(σ√2π) a pixel.
    let slope = Float(sigma * 2.5066)
    for index in distance.samples.indices {
      let (far, inside) = (distance.samples[index], labels.values[index] == 1)
      let near = (rounded.samples[index] - level) * slope
      distance.samples[index] = far < 1 && abs(near) < 1 ? near : inside ? far : -far
    }
    return distance
  }
}

/// How bright a photograph is at each distance from the border of its pattern.
struct DistanceProfile: Sendable {
  private static let perPixel: Float = 2
  private var values: [Float]

  init(_ brightness: Plane, _ distance: Plane) {
    let count = Int(Float(2 * EtchedShape.reach) * Self.perPixel) + 1
    var (sums, counts) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    for index in distance.samples.indices {
      let bin = Self.bin(distance.samples[index], count)
      sums[bin] += Double(brightness.samples[index])
      counts[bin] += 1
    }
    values = [Float](repeating: 0, count: count)
    // From the border outwards either way; where there is nothing, as before.
    let middle = count / 2
    func fill(_ bins: some Sequence<Int>) {
      var last = counts[middle] > 0 ? Float(sums[middle] / counts[middle]) : 0.5
      for bin in bins {
        if counts[bin] >= 8 { last = Float(sums[bin] / counts[bin]) }
        values[bin] = last
      }
    }
    fill(middle..<count)
    fill((0...middle).reversed())
  }

  private static func bin(_ distance: Float, _ count: Int) -> Int {
    let reach = Float(EtchedShape.reach)
    return min(max(Int((min(max(distance, -reach), reach) + reach) * perPixel + 0.5), 0), count - 1)
  }

  /// The brightness at a distance, between bins in proportion.
  func value(_ distance: Float) -> Float {
    let reach = Float(EtchedShape.reach)
    let place = (min(max(distance, -reach), reach) + reach) * Self.perPixel
    let low = min(Int(place), values.count - 2)
    let share = place - Float(low)
    return values[low] + share * (values[low + 1] - values[low])
  }

  /// The mean square that it leaves of a photograph near borders.
  func rest(_ brightness: Plane, _ distance: Plane) -> Double {
    var (sum, count) = (0.0, 0.0)
    for index in distance.samples.indices where abs(distance.samples[index]) < 24 {
      let rest = Double(brightness.samples[index] - value(distance.samples[index]))
      sum += rest * rest
      count += 1
    }
    return count > 0 ? sum / count : .infinity
  }

  /// Standard deviation of the blur of a border, pixels: what its steepest rise shows.
  var blur: Double {
    let middle = values.count / 2
    let near = values[middle - 12...middle + 12]
    let height = (near.max() ?? 0) - (near.min() ?? 0)
    let steepest = zip(near.dropFirst(), near).map { abs($0 - $1) * Self.perPixel }.max() ?? 0
    return steepest > 0 ? min(max(Double(height / steepest) / 2.5066, 0.6), 4) : 1
  }
}
