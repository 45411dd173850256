internal import Foundation
internal import Networks

/// Adam with its usual constants and a rate of 10⁻³, as the peers are given it.
struct PlainAdam {
  private(set) var parameters: Parameters
  private var mean: [Float]
  private var square: [Float]
  private var steps = 0

  init(_ parameters: Parameters) {
    self.parameters = parameters
    mean = parameters.values.map { _ in 0 }
    square = mean
  }

  mutating func step(_ gradient: [Float]) {
    steps += 1
    let (first, second) = (1 - pow(0.9, Float(steps)), 1 - pow(0.999, Float(steps)))
    for place in gradient.indices {
      let slope = gradient[place]
      mean[place] += 0.1 * (slope - mean[place])
      square[place] += 0.001 * (slope * slope - square[place])
      parameters.values[place] -=
        1e-3 * mean[place] / first / ((square[place] / second).squareRoot() + 1e-8)
    }
  }
}
