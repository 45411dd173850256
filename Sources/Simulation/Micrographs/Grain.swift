internal import Foundation
internal import Raster

/// The noise of a photograph, as its flat places show it.
struct Grain: Sendable {
  /// Flat places with a standard deviation of 1.
  private var patches: [Plane] = []
  /// Brightness and variance outside and inside the pattern.
  private var levels: [(brightness: Float, variance: Float)] = []

  /// What lies within this of a border is not flat, pixels.
  private static let margin: Float = 10
  /// What is smoother than this is no noise, pixels.
  private static let scale = 5.0

  init(_ plane: Plane, _ distance: Plane) {
    var rest = plane
    let smooth = plane.smoothed(sigma: Self.scale)
    for index in rest.samples.indices { rest.samples[index] -= smooth.samples[index] }
    for side in [Float(-1), 1] {
      var (values, squares) = ([Float](), [Float]())
      for index in stride(from: 0, to: rest.samples.count, by: 7)
      where side * distance.samples[index] > Self.margin {
        values.append(plane.samples[index])
        squares.append(rest.samples[index] * rest.samples[index])
      }
      guard values.count > 200 else { continue }
      // The mean square of a normal distribution is 2.2 times its median square.
      levels.append((values.takeQuantile(0.5), 2.198 * squares.takeQuantile(0.5)))
    }
    for side in [96, 64, 40, 24] where patches.count < 4 {
      for y in stride(from: 0, through: rest.height - side, by: side) {
        for x in stride(from: 0, through: rest.width - side, by: side) where patches.count < 24 {
          let window = PixelRect(x: x, y: y, width: side, height: side)
          let (near, own) = (distance.crop(window).samples, rest.crop(window))
          guard near.allSatisfy({ abs($0) > Self.margin }) else { continue }
          let square = own.samples.reduce(0) { $0 + $1 * $1 } / Float(own.samples.count)
          let scale = 1 / max(square, 1e-8).squareRoot()
          patches.append(own.map { $0 * scale })
        }
      }
    }
  }

  /// Its standard deviation at a brightness: the variance follows brightness as it does from one flat to the other.
  func sigma(_ brightness: Float) -> Float {
    guard let first = levels.first else { return 4 / 255 }
    let last = levels[levels.count - 1]
    let step = last.brightness - first.brightness
    let (low, high) = (
      min(first.variance, last.variance), max(first.variance, last.variance)
    )
    let slope = abs(step) > 0.02 ? (last.variance - first.variance) / step : 0
    let variance = first.variance + slope * (brightness - first.brightness)
    return min(max(variance, 0.5 * low), 2 * high).squareRoot()
  }

  /// Noise of standard deviation 1, from a flat place, mirrored on where that is too small.
  func patch(width: Int, height: Int, using random: inout some RandomNumberGenerator) -> Plane {
    guard !patches.isEmpty else {
      var noise = Plane(width: width, height: height)
      for index in noise.samples.indices { noise.samples[index] = Float(random.normal(sigma: 1)) }
      return noise
    }
    let source = random.pick(patches)
    let (left, top) = (random.whole(0, source.width - 1), random.whole(0, source.height - 1))
    func mirrored(_ place: Int, _ count: Int) -> Int {
      let turn = place % (2 * count)
      return turn < count ? turn : 2 * count - 1 - turn
    }
    var noise = Plane(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width {
        noise[x, y] = source[mirrored(left + x, source.width), mirrored(top + y, source.height)]
      }
    }
    return noise
  }
}
