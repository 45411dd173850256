import Foundation
import Golden
import Raster
import TestSupport
import Testing

@Suite struct ObjectiveTests {
  static let measured = Objective.Term.allCases.filter { !$0.needsNetwork }

  static func random(
    width: Int, height: Int, channels: Int = 1, seed: UInt64, in range: ClosedRange<Float> = 0...1
  ) -> Picture {
    var generator = Seeded(state: seed)
    return Picture(
      planes: (0..<channels).map { _ in
        Plane(
          width: width, height: height,
          samples: (0..<width * height).map { _ in Float.random(in: range, using: &generator) })
      })
  }

  static func grey(_ rows: [[Float]]) -> Picture {
    Picture(
      planes: [Plane(width: rows[0].count, height: rows.count, samples: Array(rows.joined()))])
  }

  @Test func `is what the hand gives`() {
    let target = Self.grey([[0, 0], [0, 0]])
    let prediction = Self.grey([[0.5, 0], [-0.25, 0.25]])
    let objective = Objective([.l1: 1, .l2: 2, .gradient: 4])
    let value = objective.value(prediction: prediction, target: target)
    #expect(value.terms == [.l1: 0.25, .l2: 0.09375, .gradient: 1])
    #expect(value.loss == 0.25 + 2 * 0.09375 + 4)
    // Slopes: l1 ¼ sign; l2 ½ r; gradient ½ for each neighbour below, -½ for each above.
    let l2: [Float] = [0.5 * 0.5 * 2, 0, -0.25 * 0.5 * 2, 0.25 * 0.5 * 2]
    let l1: [Float] = [0.25, 0, -0.25, 0.25]
    let gradient: [Float] = [4, -4, -4, 4]
    let sum = (0..<4).map { l1[$0] + l2[$0] + gradient[$0] }
    #expect(value.gradient.planes[0].samples == sum)
  }

  @Test func `leaves out what has no weight`() {
    let target = Self.grey([[0, 0, 0]])
    let prediction = Self.grey([[0.5, 0.25, 9]])
    let weight = Plane(width: 3, height: 1, samples: [1, 0.5, 0])
    let value = Objective([.l1: 1, .gradient: 1]).value(
      prediction: prediction, target: target, weight: weight)
    #expect(value.terms[.l1].map { abs($0 - 0.625 / 1.5) < 1e-7 } == true)
    #expect(value.terms[.gradient] == 0.25)
    #expect(value.gradient.planes[0].samples[2] == 0)
  }

  @Test(arguments: measured) func `is 0 for no weight and least for the target`(
    term: Objective.Term
  ) {
    let target = Self.random(width: 40, height: 33, channels: 3, seed: 1)
    let same = Objective([term: 1]).value(prediction: target, target: target)
    #expect(abs(same.loss - (term == .charbonnier ? 1e-3 : 0)) < 1e-9)
    #expect(same.gradient.planes.allSatisfy { $0.samples.allSatisfy { $0 == 0 } })
    let other = Self.random(width: 40, height: 33, channels: 3, seed: 2)
    let none = Objective([term: 1]).value(
      prediction: other, target: target, weight: Plane(width: 40, height: 33))
    #expect(none.loss == 0)
    #expect(none.gradient.planes.allSatisfy { $0.samples.allSatisfy { $0 == 0 } })
  }

  /// The loss along a random direction, whose slope the gradient must give.
  ///
  /// The steps are of 2⁻¹¹, so that the
  /// loss, whose sums carry about 7 digits, changes by more than it is rounded.
  @Test(arguments: measured, [false, true]) func `has the slope of finite differences`(
    term: Objective.Term, weighted: Bool
  ) {
    let (width, height) = (53, 47)
    let target = Self.random(width: width, height: height, channels: 3, seed: 3)
    // Residuals keep away from the corners of |r| by more than a step; so do, mostly, their differences.
    let offset = Self.random(width: width, height: height, channels: 3, seed: 4, in: 0.05...0.3)
    var generator = Seeded(state: 5)
    var prediction = target
    var direction = target
    for channel in 0..<3 {
      for index in 0..<width * height {
        let sign: Float = Bool.random(using: &generator) ? 1 : -1
        prediction.planes[channel].samples[index] += sign * offset.planes[channel].samples[index]
        direction.planes[channel].samples[index] = Float.random(in: -1...1, using: &generator)
      }
    }
    let weight =
      weighted ? Self.random(width: width, height: height, seed: 6).planes[0] : nil
    let objective = Objective([term: 3])
    let gradient = objective.value(
      prediction: prediction, target: target, weight: weight
    ).gradient
    // Along the gradient's own signs, so that the slope is large, roughened by the random direction.
    var slope = 0.0
    for channel in 0..<3 {
      for index in 0..<width * height {
        let g = gradient.planes[channel].samples[index]
        let d = direction.planes[channel].samples[index] * 0.5 + (g > 0 ? 1 : -1)
        direction.planes[channel].samples[index] = d
        slope += Double(g) * Double(d)
      }
    }
    func loss(_ step: Float) -> Double {
      var moved = prediction
      for channel in 0..<3 {
        for index in 0..<width * height {
          moved.planes[channel].samples[index] += step * direction.planes[channel].samples[index]
        }
      }
      return objective.value(prediction: moved, target: target, weight: weight).loss
    }
    let step: Float = 0x1p-11
    let measured = (loss(step) - loss(-step)) / (2 * Double(step))
    #expect(slope > 0)
    #expect(abs(measured - slope) < 2e-3 * slope, "\(measured), \(slope)")
  }

  /// One sample at a time, so that a slope at the wrong place is seen.
  @Test(arguments: measured) func `has each sample's slope`(term: Objective.Term) {
    let target = Self.random(width: 25, height: 23, seed: 7)
    let prediction = Self.random(width: 25, height: 23, seed: 8)
    let weight = Self.random(width: 25, height: 23, seed: 9).planes[0]
    let objective = Objective([term: 1000])
    let value = objective.value(prediction: prediction, target: target, weight: weight)
    let slopes = value.gradient.planes[0].samples
    let greatest = Double(slopes.map(abs).max() ?? 0)
    for index in [0, 24, 25 * 22, 25 * 23 - 1, 12 * 25 + 12, 3 * 25 + 17, 19 * 25 + 5] {
      var (more, less) = (prediction, prediction)
      let step: Float = 0x1p-8
      more.planes[0].samples[index] += step
      less.planes[0].samples[index] -= step
      let difference =
        objective.value(prediction: more, target: target, weight: weight).loss
        - objective.value(prediction: less, target: target, weight: weight).loss
      let measured = difference / (2 * Double(step))
      #expect(abs(measured - Double(slopes[index])) < 0.02 * greatest, "\(index)")
    }
  }

  @Test(arguments: measured) func `keeps channels apart`(term: Objective.Term) {
    let target = Self.random(width: 30, height: 26, channels: 3, seed: 10)
    let prediction = Self.random(width: 30, height: 26, channels: 3, seed: 11)
    let objective = Objective([term: 1])
    let whole = objective.value(prediction: prediction, target: target)
    let parts = (0..<3).map {
      objective.value(
        prediction: Picture(planes: [prediction.planes[$0]]),
        target: Picture(planes: [target.planes[$0]]))
    }
    #expect(abs(whole.loss - parts.reduce(0) { $0 + $1.loss } / 3) < 1e-7)
    for channel in 0..<3 {
      for (one, three) in zip(
        parts[channel].gradient.planes[0].samples, whole.gradient.planes[channel].samples)
      {
        #expect(abs(one / 3 - three) <= 1e-5 * abs(one) + 1e-9)
      }
    }
  }

  @Test func `stays finite for pictures that have nothing in common`() {
    let target = Self.random(width: 128, height: 128, seed: 12)
    let negative = Picture(planes: [target.planes[0].map { 1 - $0 }])
    let value = Objective([.msSsim: 1, .ssim: 1]).value(prediction: negative, target: target)
    #expect(value.loss.isFinite && value.loss > 1)
    #expect(value.gradient.planes[0].samples.allSatisfy { $0.isFinite })
    #expect(value.gradient.planes[0].samples.contains { $0 != 0 })
  }

  @Test(arguments: measured) func `adds a share of its slopes to what is there`(
    term: Objective.Term
  ) {
    let target = Self.random(width: 26, height: 24, seed: 15)
    let prediction = Self.random(width: 26, height: 24, seed: 16)
    let objective = Objective([term: 2])
    let whole = objective.value(prediction: prediction, target: target)
    var gradient = target
    let (loss, terms) = objective.addValue(
      prediction: prediction, target: target, share: 0.25, to: &gradient)
    #expect(loss == whole.loss)
    #expect(terms == whole.terms)
    for index in target.planes[0].samples.indices {
      let added = gradient.planes[0].samples[index] - target.planes[0].samples[index]
      #expect(abs(added - whole.gradient.planes[0].samples[index] / 4) < 1e-6)
    }
  }

  @Test func `leaves other networks' terms to the trainer`() {
    let target = Self.random(width: 12, height: 12, seed: 13)
    let prediction = Self.random(width: 12, height: 12, seed: 14)
    let plain = Objective([.l1: 1]).value(prediction: prediction, target: target)
    let more = Objective([.l1: 1, .features: 5, .adversarial: 1]).value(
      prediction: prediction, target: target)
    #expect(plain == more)
  }
}
