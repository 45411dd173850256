public import Networks

/// Which rule goes to which layer of a network.
///
/// Sources: Montavon et al., "Layer-Wise Relevance Propagation: An Overview", 2019; Kohlbrenner et al., "Towards Best Practice
/// in Explaining Neural Network Decisions with LRP", IJCNN 2020.
public struct Composite: Sendable, Hashable, Codable {
  /// What it is called.
  public var name: String
  /// The rule of the layers that read the input; nil is the rule of their kind.
  public var first: RelevanceRule?
  /// The rule of convolutions, transposed ones too.
  public var convolutions: RelevanceRule
  /// The rule of dense layers.
  public var dense: RelevanceRule

  /// A composite of given rules.
  public init(
    _ name: String, first: RelevanceRule? = nil, convolutions: RelevanceRule,
    dense: RelevanceRule = .epsilon(RelevanceRule.usualEpsilon)
  ) {
    (self.name, self.first, self.convolutions, self.dense) = (name, first, convolutions, dense)
  }

  /// flat / z⁺ / ε.
  public static let epsilonPlusFlat = Composite(
    "EpsilonPlusFlat", first: .flat, convolutions: .zPlus)
  /// – / z⁺ / ε.
  public static let epsilonPlus = Composite("EpsilonPlus", convolutions: .zPlus)
  /// – / α2β1 / ε.
  public static let epsilonAlpha2Beta1 = Composite(
    "EpsilonAlpha2Beta1", convolutions: .alphaBeta(alpha: 2))
  /// z^B / γ / ε, for inputs between two bounds.
  public static func epsilonGammaBox(low: Float, high: Float) -> Composite {
    Composite("EpsilonGammaBox", first: .zBox(low: low, high: high), convolutions: .gamma(0.25))
  }
  /// ε everywhere.
  public static let epsilon = Composite(
    "Epsilon", convolutions: .epsilon(RelevanceRule.usualEpsilon))
  /// γ everywhere but in dense layers.
  public static let gamma = Composite("Gamma", convolutions: .gamma(0.25))

  /// The rule of each layer with weights.
  public func rules(for network: Network) -> [String: RelevanceRule] {
    var rules: [String: RelevanceRule] = [:]
    // Layers that no weights have worked on yet.
    var raw: Set<String> = [network.input]
    for layer in network.layers {
      let readsInput = layer.inputs.contains(where: raw.contains)
      switch layer.operation {
      case .convolution, .transposedConvolution:
        rules[layer.name] = readsInput ? first ?? convolutions : convolutions
      case .dense: rules[layer.name] = readsInput ? first ?? dense : dense
      default: if readsInput { raw.insert(layer.name) }
      }
    }
    return rules
  }
}
