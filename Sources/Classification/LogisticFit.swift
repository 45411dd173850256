internal import Foundation

/// Weights of a linear model under which the classes of places are most probable.
///
/// The logarithms of a place's odds are what is known of them before plus weighted features: multinomial logistic regression with
/// offsets, and a penalty on squared weights. Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 4.4.
/// The minimum is found by L-BFGS; source: Nocedal and Wright, "Numerical Optimization", algorithm 7.4.
struct LogisticFit {
  /// The features of each place, all of one number.
  let features: [[Double]]
  /// What is known before: a logarithm for each class.
  let offsets: [[Double]]
  /// The class of each place.
  let labels: [Int]
  /// Half of it times the sum of squared weights is added to the sum of −log p.
  let penalty: Double

  /// Steps at most, and steps whose curvature is remembered.
  private static let (steps, remembered) = (400, 12)
  /// The greatest slope of the sum that is left, for each place.
  private static let flat = 1e-6

  private var classes: Int { offsets[0].count }
  private var count: Int { features[0].count }

  /// The weights: of each class, each feature's.
  ///
  /// - Precondition: there is a place.
  var weights: [[Double]] {
    var point = [Double](repeating: 0, count: classes * count)
    var (value, slope) = loss(point)
    var past: [(step: [Double], change: [Double], curvature: Double)] = []
    for _ in 0..<Self.steps {
      guard slope.contains(where: { abs($0) > Self.flat * Double(labels.count) }) else { break }
      // Two loops over what is remembered give the inverse curvature times the slope.
      var direction = slope.map { -$0 }
      var shares: [Double] = []
      for one in past.reversed() {
        let share = Self.dot(one.step, direction) / one.curvature
        shares.append(share)
        Self.add(-share, one.change, to: &direction)
      }
      if let last = past.last {
        let scale = last.curvature / Self.dot(last.change, last.change)
        for index in direction.indices { direction[index] *= scale }
      } else {
        let length = Self.dot(slope, slope).squareRoot()
        for index in direction.indices { direction[index] /= max(1, length) }
      }
      for (one, share) in zip(past, shares.reversed()) {
        Self.add(share - Self.dot(one.change, direction) / one.curvature, one.step, to: &direction)
      }
      let fall = Self.dot(slope, direction)
      var length = 1.0
      var next = point
      var found: (value: Double, slope: [Double])?
      // The sum is convex, so that some step along the direction lowers it; by so much, or it is halved.
      for _ in 0..<40 {
        next = point
        Self.add(length, direction, to: &next)
        let tried = loss(next)
        if tried.value <= value + 1e-4 * length * fall {
          found = tried
          break
        }
        length /= 2
      }
      guard let found else { break }
      let step = zip(next, point).map { $0 - $1 }
      let change = zip(found.slope, slope).map { $0 - $1 }
      let curvature = Self.dot(step, change)
      if curvature > 0 {
        past.append((step, change, curvature))
        if past.count > Self.remembered { past.removeFirst() }
      }
      (point, value, slope) = (next, found.value, found.slope)
    }
    return (0..<classes).map { Array(point[$0 * count..<($0 + 1) * count]) }
  }

  /// The sum of −log p with the penalty, and its slope by each weight.
  private func loss(_ weights: [Double]) -> (value: Double, slope: [Double]) {
    let (classes, count) = (classes, count)
    var value = penalty / 2 * Self.dot(weights, weights)
    var slope = weights.map { penalty * $0 }
    slope.withUnsafeMutableBufferPointer { slope in
      weights.withUnsafeBufferPointer { weights in
        for (place, label) in labels.enumerated() {
          features[place].withUnsafeBufferPointer { features in
            var scores = offsets[place]
            for index in 0..<classes {
              for feature in 0..<count {
                scores[index] += weights[index &* count &+ feature] * features[feature]
              }
            }
            let probabilities = Calibration.probabilities(scores, temperature: 1)
            value -= log(max(probabilities[label], 1e-300))
            for index in 0..<classes {
              let off = probabilities[index] - (index == label ? 1 : 0)
              for feature in 0..<count {
                slope[index &* count &+ feature] += off * features[feature]
              }
            }
          }
        }
      }
    }
    return (value, slope)
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func add(_ share: Double, _ other: [Double], to sum: inout [Double]) {
    for index in sum.indices { sum[index] += share * other[index] }
  }
}
