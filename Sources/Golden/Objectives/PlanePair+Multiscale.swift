internal import CKernels
internal import Foundation
internal import Raster

extension PlanePair {
  /// 1 − MS-SSIM, whose slope times `share` is added to `gradient`.
  func multiscale(_ scales: [TermScale], share: Double, _ gradient: inout Plane) -> Double {
    var pair = self
    var slopes: [Plane] = []
    var steps: [Double] = []
    var logarithm = 0.0
    let isWhole = scales.count == TermScale.exponents.count
    let exponents = isWhole ? 1 : scales.reduce(0) { $0 + $1.exponent }
    for (index, scale) in scales.enumerated() {
      if index > 0 { pair = pair.halved(weight: scale.weight) }
      var slope = Plane(width: pair.target.width, height: pair.target.height)
      let isLast = index == scales.count - 1
      let mean =
        pair.windows(withLuminance: isLast, share: scale.norm, &slope) * scale.norm
      let power = Self.logarithmicPower(of: 1 - mean, exponent: scale.exponent / exponents)
      logarithm += power.value
      slopes.append(slope)
      steps.append(power.slope)
    }
    let similarity = exp(logarithm)
    // From the coarsest scale back to the picture's own, each handing on its slopes to the next finer.
    for index in slopes.indices.dropFirst().reversed() {
      var whole = Plane(width: slopes[index].width, height: slopes[index].height)
      whole.add(slopes[index], times: share * similarity * steps[index])
      if index + 1 < slopes.count { slopes[index + 1].addHalvedBack(to: &whole) }
      slopes[index] = whole
    }
    gradient.add(slopes[0], times: share * similarity * steps[0])
    if slopes.count > 1 { slopes[1].addHalvedBack(to: &gradient) }
    return 1 - similarity
  }

  /// ln(similarity) × exponent and its slope; below 0.01 the tangent goes on, so that both stay finite.
  private static func logarithmicPower(
    of similarity: Double, exponent: Double
  ) -> (value: Double, slope: Double) {
    let least = 0.01
    guard similarity < least else { return (exponent * log(similarity), exponent / similarity) }
    return (exponent * (log(least) + similarity / least - 1), exponent / least)
  }

  private func halved(weight: Plane?) -> PlanePair {
    PlanePair(prediction: prediction.halved, target: target.halved, weight: weight)
  }
}

extension Plane {
  /// The means of 2 × 2 blocks, on the calling thread; an odd last column or row is left out.
  var halved: Plane {
    Plane(width: width / 2, height: height / 2) { target in
      self.withUnsafeRows { gd_halve($0.row(0), width, height, target) }
    }
  }

  /// Hands these slopes back to the plane that was halved.
  fileprivate func addHalvedBack(to fine: inout Plane) {
    self.withUnsafeRows { slopes in
      fine.withUnsafeMutableRows { fine in
        gd_halve_back(slopes.row(0), fine.width, fine.height, fine.row(0))
      }
    }
  }

  fileprivate mutating func add(_ other: Plane, times factor: Double) {
    let count = width * height
    other.withUnsafeRows { source in
      self.withUnsafeMutableRows { gd_add_scaled(source.row(0), Float(factor), count, $0.row(0)) }
    }
  }
}
