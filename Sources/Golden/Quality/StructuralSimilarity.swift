internal import Foundation
internal import Raster

/// How alike two planes are in structure, pixel by pixel: 1 for the same, 0 and below for nothing in common.
///
/// Source: Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE Trans. Image
/// Processing 2004, eq. 13, with its 11 × 11 Gaussian window of σ 1.5 and a data range of 1.
enum StructuralSimilarity {
  /// Pixels around a pixel that its similarity depends on.
  static let radius = 5

  private static let taps: [Float] = {
    let weights = (0...radius).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let sum = weights[0] + 2 * weights.dropFirst().reduce(0, +)
    return weights.map { Float($0 / sum) }
  }()

  /// The map of two planes of one size; within `radius` of their border it is not defined.
  static func map(_ a: Plane, _ b: Plane) -> Plane {
    // About the middle of the range, so that single precision is enough for the variances.
    let (first, second) = (a.map { $0 - 0.5 }, b.map { $0 - 0.5 })
    func product(_ a: Plane, _ b: Plane) -> Plane {
      Plane(width: a.width, height: a.height) { target in
        for index in a.samples.indices { target[index] = a.samples[index] * b.samples[index] }
      }
    }
    let meanA = first.convolved(taps: taps)
    let meanB = second.convolved(taps: taps)
    let squareA = product(first, first).convolved(taps: taps)
    let squareB = product(second, second).convolved(taps: taps)
    let both = product(first, second).convolved(taps: taps)
    let (c1, c2): (Float, Float) = (0.01 * 0.01, 0.03 * 0.03)
    return Plane(width: a.width, height: a.height) { target in
      for index in both.samples.indices {
        let (mean, other) = (meanA.samples[index], meanB.samples[index])
        let (x, y) = (mean + 0.5, other + 0.5)
        let variance = squareA.samples[index] - mean * mean
        let otherVariance = squareB.samples[index] - other * other
        let covariance = both.samples[index] - mean * other
        target[index] =
          (2 * x * y + c1) * (2 * covariance + c2)
          / ((x * x + y * y + c1) * (variance + otherVariance + c2))
      }
    }
  }
}
