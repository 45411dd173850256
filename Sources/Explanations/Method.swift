internal import Networks

/// A way to tell what spoke for a network's answer.
public enum Method: Sendable, Hashable, Codable {
  /// Layer-wise relevance propagation by a composite.
  case relevance(Composite)
  /// The gradient of what is explained.
  case gradient
  /// The gradient times what it is the gradient by.
  case gradientTimesInput
  /// A channel's mean gradient times its values, at the layer that is asked about.
  ///
  /// Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks", ICCV 2017, channel by channel.
  case gradCAM
  /// The values alone, whatever is explained: a baseline.
  case activation
  /// Numbers by chance: a baseline.
  case random(seed: UInt64)

  /// What explains where nobody says otherwise: LRP by α2β1, which ranked the concepts that scores are made of most faithfully;
  /// those of deep layers ε does.
  public static let usual = Method.relevance(.epsilonAlpha2Beta1)

  /// What it is called in tables.
  public var name: String {
    switch self {
    case .relevance(let composite): "LRP \(composite.name)"
    case .gradient: "gradient"
    case .gradientTimesInput: "gradient × input"
    case .gradCAM: "Grad-CAM"
    case .activation: "activation"
    case .random: "random"
    }
  }

  /// What the plan behind it is for.
  func purpose(_ network: Network) -> Plan.Purpose {
    if case .relevance(let composite) = self {
      return .relevance(composite.rules(for: network))
    }
    return .attribution
  }

  /// The share that each place of a layer has in the answer.
  ///
  /// - Parameters:
  ///   - back: what a pass left at the layer.
  ///   - value: what the layer gave.
  func share(_ back: Tensor, _ value: Tensor) -> Tensor {
    switch self {
    case .relevance, .gradient: return back
    case .gradientTimesInput:
      var result = back
      for place in result.values.indices { result.values[place] *= value.values[place] }
      return result
    case .gradCAM:
      let means = back.channelSums.map { Float($0 / Double(back.height * back.width)) }
      var result = value
      for place in result.values.indices { result.values[place] *= means[place % value.channels] }
      return result
    case .activation: return value
    case .random(let seed):
      // Other pictures, other numbers.
      var state = value.values.reduce(seed) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01B3 }
      var result = value
      for place in result.values.indices {
        // Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        result.values[place] = Float((z ^ (z >> 31)) >> 40) / Float(1 << 23) - 1
      }
      return result
    }
  }

  /// Whether a heat map is the layer's own shares, enlarged, and not what a pass brings down to the input.
  public var staysAtLayer: Bool {
    switch self {
    case .relevance, .gradient, .gradientTimesInput: false
    case .gradCAM, .activation, .random: true
    }
  }
}
