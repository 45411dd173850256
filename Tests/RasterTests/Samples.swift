import Raster
import TestSupport

/// Sizes that no vector or band divides.
let oddSizes = [(1, 1), (17, 9), (65, 130)]

/// A plane of random samples, 0…1.
func randomPlane(_ width: Int, _ height: Int, seed: UInt64 = 1) -> Plane {
  var random = Seeded(state: seed)
  return Plane(
    width: width, height: height,
    samples: (0..<width * height).map { _ in Float.random(in: 0...1, using: &random) })
}

extension Plane {
  /// The sample at a place, that of the nearest pixel outside.
  func clamped(_ x: Int, _ y: Int) -> Float {
    self[min(max(x, 0), width - 1), min(max(y, 0), height - 1)]
  }

  /// A plane of the same size from each pixel's column and row.
  func byPixel(_ value: (_ x: Int, _ y: Int) -> Float) -> Plane {
    var result = self
    for y in 0..<height { for x in 0..<width { result[x, y] = value(x, y) } }
    return result
  }

  /// The greatest difference of two planes; infinite when their sizes differ.
  func distance(to other: Plane) -> Float {
    guard width == other.width, height == other.height else { return .infinity }
    return zip(samples, other.samples).map { abs($0 - $1) }.max() ?? 0
  }
}
