internal import CKernels
public import Raster

/// What an objective says of a prediction.
public struct ObjectiveValue: Sendable, Equatable {
  /// The weighted sum of the terms.
  public let loss: Double
  /// Each term by itself, unweighted; those that need another network are absent.
  public let terms: [Objective.Term: Double]
  /// The slope of the loss by each sample of the prediction; of its size.
  public let gradient: Picture
}

extension Objective {
  /// The least width and height of pictures for `ssim` and `msSsim`, px.
  public static let leastSidePx = 11

  /// The loss of a prediction and its exact gradient, of the terms that need no other network.
  ///
  /// Each term is a weighted mean over pixels and channels. On one thread, in a fixed order.
  ///
  /// - Parameters:
  ///   - prediction: brightness, about 0…1.
  ///   - target: of the same size and channels; at least `leastSidePx` wide and high for `ssim` and `msSsim`.
  ///   - weight: of that size, 0…1, 0 leaves a pixel out; nil is 1 everywhere. A window of `ssim` counts by the
  ///     weight at its middle, a pair of neighbours by the product of both, a coarser scale's pixel by the mean of
  ///     its four. What has no weight at all is 0.
  public func value(
    prediction: Picture, target: Picture, weight: Plane? = nil
  ) -> ObjectiveValue {
    var gradient = prediction.mapPlanes { Plane(width: $0.width, height: $0.height) }
    let (loss, terms) = addValue(
      prediction: prediction, target: target, weight: weight, to: &gradient)
    return ObjectiveValue(loss: loss, terms: terms, gradient: gradient)
  }

  /// The same, with the slopes times `share` added to a gradient that the caller keeps from patch to patch.
  ///
  /// - Parameters:
  ///   - share: what the slopes are multiplied with, such as 1 / patches. The default is 1.
  ///   - gradient: of the prediction's size.
  /// - Returns: the weighted sum of the terms, and each by itself; `share` changes neither.
  public func addValue(
    prediction: Picture, target: Picture, weight: Plane? = nil, share: Double = 1,
    to gradient: inout Picture
  ) -> (loss: Double, terms: [Term: Double]) {
    let channels = prediction.channels
    precondition(
      prediction.bounds == target.bounds && channels == target.channels
        && prediction.bounds == gradient.bounds && channels == gradient.channels
        && (weight.map { $0.bounds == prediction.bounds } ?? true),
      "prediction, target, weight and gradient have one size")
    precondition(!prediction.bounds.isEmpty, "an objective needs pixels")
    var terms: [Term: Double] = [:]
    var loss = 0.0
    for (term, factor) in weights where !term.needsNetwork {
      var sum = 0.0
      let scales = term.scales(of: target.bounds, weight: weight)
      for channel in 0..<channels {
        let pair = PlanePair(
          prediction: prediction.planes[channel], target: target.planes[channel], weight: weight)
        sum += pair.measure(
          term, scales: scales, share: share * factor / Double(channels),
          into: &gradient.planes[channel])
      }
      terms[term] = sum / Double(channels)
      loss += factor * sum / Double(channels)
    }
    return (loss, terms)
  }
}

/// One channel of both pictures, at one scale.
struct PlanePair {
  let prediction: Plane
  let target: Plane
  let weight: Plane?

  /// The mean of a term, whose slope times `share` is added to `gradient`.
  func measure(
    _ term: Objective.Term, scales: [TermScale], share: Double, into gradient: inout Plane
  ) -> Double {
    switch term {
    case .l1: points(GD_L1, scales[0], share, &gradient)
    case .l2: points(GD_L2, scales[0], share, &gradient)
    case .charbonnier: points(GD_CHARBONNIER, scales[0], share, &gradient)
    case .gradient: neighbours(scales[0], share, &gradient)
    case .ssim:
      windows(withLuminance: true, share: share * scales[0].norm, &gradient) * scales[0].norm
    case .msSsim: multiscale(scales, share: share, &gradient)
    case .features, .adversarial, .adversarialHinge:
      preconditionFailure("the term needs another network")
    }
  }

  /// Calls `body` with the samples of prediction, target, weight or nil, and gradient.
  private func withSamples<Result>(
    _ gradient: inout Plane,
    _ body: (
      UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?,
      UnsafeMutablePointer<Float>
    ) -> Result
  ) -> Result {
    gradient.withUnsafeMutableRows { gradient in
      prediction.withUnsafeRows { prediction in
        target.withUnsafeRows { target in
          guard let weight else {
            return body(prediction.row(0), target.row(0), nil, gradient.row(0))
          }
          return weight.withUnsafeRows {
            body(prediction.row(0), target.row(0), $0.row(0), gradient.row(0))
          }
        }
      }
    }
  }

  private func points(
    _ kind: Int, _ scale: TermScale, _ share: Double, _ gradient: inout Plane
  ) -> Double {
    withSamples(&gradient) {
      gd_point_loss(
        Int32(kind), $0, $1, $2, target.width, target.height, 1e-3, Float(share * scale.norm), $3)
    } * scale.norm
  }

  private func neighbours(
    _ scale: TermScale, _ share: Double, _ gradient: inout Plane
  ) -> Double {
    var sums = [0.0, 0.0]
    withSamples(&gradient) { prediction, target, weight, gradient in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * self.target.width + 2) {
        scratch in
        guard let scratch = scratch.baseAddress else { return }
        gd_gradient_loss(
          prediction, target, weight, self.target.width, self.target.height,
          Float(share * scale.norm), Float(share * scale.columnNorm), gradient, scratch, &sums)
      }
    }
    return sums[0] * scale.norm + sums[1] * scale.columnNorm
  }

  /// The sum over all windows of 1 − SSIM, or without luminance of 1 − contrast and structure.
  func windows(withLuminance: Bool, share: Double, _ gradient: inout Plane) -> Double {
    let (width, height) = (target.width, target.height)
    let middle = target.roughMean
    return withSamples(&gradient) { prediction, target, weight, gradient in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: gd_ssim_scratch(width)) { scratch in
        guard let scratch = scratch.baseAddress else { return 0 }
        return gd_ssim_loss(
          prediction, target, weight, width, height, TermScale.taps, middle,
          withLuminance ? 1 : 0, Float(share), gradient, scratch)
      }
    }
  }
}
