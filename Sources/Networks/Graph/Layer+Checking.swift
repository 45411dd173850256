extension Layer {
  /// No layer that is of use has more.
  static let mostChannels = 1 << 16
  private static let mostWeights = 1 << 28
  private static let largestNumber = 1 << 12

  /// Refuses numbers that make no layer, as they may come from a file.
  ///
  /// - Parameter channels: of the inputs.
  func check(channels: [Int]) throws(NetworkError) {
    let first = channels.first ?? 0
    let isSound: Bool
    switch operation {
    case .input(let channels): isSound = inputs.isEmpty && isCount(channels)
    case .convolution(let outputs, let kernel, let stride, let padding, let groups):
      isSound =
        isCount(outputs) && isCount(groups) && isSize(kernel, stride) && padding >= 0
        && padding < kernel && outputs % groups == 0 && first % groups == 0
    case .transposedConvolution(let outputs, let kernel, let stride, let padding):
      isSound = isCount(outputs) && isSize(kernel, stride) && padding >= 0 && 2 * padding < kernel
    case .dense(let values, let outputs):
      isSound = (1...1 << 28).contains(values) && isCount(outputs)
    case .pooling(_, let size, let stride): isSound = size == 0 || isSize(size, stride)
    case .upsampling(_, let factor): isSound = isSize(factor)
    case .pixelShuffle(let factor): isSound = isSize(factor) && first % (factor * factor) == 0
    case .pixelUnshuffle(let factor):
      isSound = isSize(factor) && first * factor * factor <= Layer.mostChannels
    case .activation(.relu(let slope)): isSound = slope >= 0 && slope.isFinite
    case .batchNorm(let epsilon): isSound = epsilon >= 0 && epsilon.isFinite
    case .activation, .sum, .concatenation: isSound = true
    }
    let isInput = if case .input = operation { true } else { false }
    let joins = operation == .sum || operation == .concatenation
    guard isInput || (joins ? inputs.count > 1 : inputs.count == 1) else {
      throw NetworkError(
        .unsupported, "layer '\(name)' takes \(inputs.count) inputs, which no such layer does")
    }
    guard isSound, !name.isEmpty else {
      throw NetworkError(.unsupported, "layer '\(name)' has numbers that make no such layer")
    }
    guard weights(first) <= Double(Layer.mostWeights) else {
      throw NetworkError(.unsupported, "layer '\(name)' has more weights than any network")
    }
  }

  /// How many weights it has, told without running over.
  private func weights(_ inputs: Int) -> Double {
    switch operation {
    case .convolution(let outputs, let kernel, _, _, let groups):
      Double(outputs) * Double(inputs / groups) * Double(kernel * kernel)
    case .transposedConvolution(let outputs, let kernel, _, _):
      Double(outputs) * Double(inputs) * Double(kernel * kernel)
    case .dense(let values, let outputs): Double(values) * Double(outputs)
    default: 0
    }
  }

  private func isCount(_ number: Int) -> Bool { (1...Layer.mostChannels).contains(number) }

  private func isSize(_ numbers: Int...) -> Bool {
    numbers.allSatisfy { (1...Layer.largestNumber).contains($0) }
  }
}
