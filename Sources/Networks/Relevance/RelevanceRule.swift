/// How a layer with weights hands the relevance of its output on to its input, by layer-wise relevance propagation.
///
/// Each rule is a sum over groups of outputs. A group has a denominator z, made of the layer's own linear map with other
/// weights, other biases and parts of the input; relevance R becomes s = R / (z + ε·sign z) with sign 0 = 1, and each part
/// of the input takes its share of it, part ⊙ Wᵀs.
///
/// Sources: Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance
/// Propagation", PLOS ONE 2015; Montavon et al., "Layer-Wise Relevance Propagation: An Overview", 2019.
public enum RelevanceRule: Sendable, Hashable, Codable {
  /// By each input's share of the output: z = Wx + b, held away from 0 by ε.
  case epsilon(Float)
  /// By the share of what speaks for the output alone: w⁺x⁺ + w⁻x⁻ + b⁺.
  case zPlus
  /// α times what speaks for the output less α − 1 times what speaks against it.
  case alphaBeta(alpha: Float)
  /// As ε, with what speaks for the output's sign taken 1 + γ times.
  case gamma(Float)
  /// Evenly over the inputs that a value is made of.
  case flat
  /// By the squares of the weights.
  case wSquare
  /// For inputs between two bounds.
  case zBox(low: Float, high: Float)

  /// What denominators are held away from 0 by where a rule does not say it.
  public static let usualEpsilon: Float = 1e-6

  var stabiliser: Float {
    if case .epsilon(let epsilon) = self { epsilon } else { RelevanceRule.usualEpsilon }
  }

  /// Whether it reads what the layer gives before an activation.
  var readsOutput: Bool {
    switch self {
    case .epsilon, .gamma: true
    case .zPlus, .alphaBeta, .flat, .wSquare, .zBox: false
    }
  }

  /// What a term takes of each input value.
  enum Part: Equatable {
    case whole, positive, negative
    case constant(Float)

    /// The part's number and constant, as the kernels in C are told.
    var code: (kind: Int32, constant: Float) {
      switch self {
      case .whole: (0, 0)
      case .positive: (1, 0)
      case .negative: (2, 0)
      case .constant(let value): (3, value)
      }
    }
  }

  /// One part of the input and the weights that it meets.
  struct Term {
    var part: Part
    var weight: @Sendable (Float) -> Float
  }

  /// Terms with one denominator.
  struct Group {
    /// 0 all outputs, 1 those above 0, -1 the others.
    var outputs: Int32 = 0
    var factor: Float = 1
    /// The denominator is the layer's own output.
    var isOutput = false
    var bias: @Sendable (Float) -> Float
    var terms: [Term]
  }

  /// The rule's groups.
  ///
  /// - Parameter isPositive: whether no input is below 0, so that terms of negative parts are empty.
  func groups(isPositive: Bool) -> [Group] {
    let above: @Sendable (Float) -> Float = { max($0, 0) }
    let below: @Sendable (Float) -> Float = { min($0, 0) }
    let same: @Sendable (Float) -> Float = { $0 }
    let none: @Sendable (Float) -> Float = { _ in 0 }
    func pair(
      _ ofPositive: @escaping @Sendable (Float) -> Float,
      _ ofNegative: @escaping @Sendable (Float) -> Float
    ) -> [Term] {
      isPositive
        ? [Term(part: .whole, weight: ofPositive)]
        : [
          Term(part: .positive, weight: ofPositive), Term(part: .negative, weight: ofNegative),
        ]
    }
    switch self {
    case .epsilon:
      return [Group(isOutput: true, bias: same, terms: [Term(part: .whole, weight: same)])]
    case .zPlus: return [Group(bias: above, terms: pair(above, below))]
    case .alphaBeta(let alpha):
      return [
        Group(factor: alpha, bias: above, terms: pair(above, below)),
        Group(factor: 1 - alpha, bias: below, terms: pair(below, above)),
      ]
    case .gamma(let gamma):
      let more: @Sendable (Float) -> Float = { $0 + gamma * max($0, 0) }
      let less: @Sendable (Float) -> Float = { $0 + gamma * min($0, 0) }
      return [
        Group(outputs: 1, bias: more, terms: pair(more, less)),
        Group(outputs: -1, bias: less, terms: pair(less, more)),
      ]
    case .flat:
      return [Group(bias: none, terms: [Term(part: .constant(1), weight: { _ in 1 })])]
    case .wSquare:
      return [Group(bias: { $0 * $0 }, terms: [Term(part: .constant(1), weight: { $0 * $0 })])]
    case .zBox(let low, let high):
      return [
        Group(
          bias: { $0 - max($0, 0) - min($0, 0) },
          terms: [
            Term(part: .whole, weight: same), Term(part: .constant(-low), weight: above),
            Term(part: .constant(-high), weight: below),
          ])
      ]
    }
  }
}
