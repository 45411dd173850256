public import Networks

extension Method {
  /// The method with all its numbers in words that `init(text:)` reads again, such as
  /// `lrp first=flat convolutions=zplus dense=epsilon(1e-06)`.
  public var text: String {
    switch self {
    case .relevance(let composite):
      (["lrp"] + [composite.first.map { "first=\($0.text)" }].compactMap { $0 } + [
        "convolutions=\(composite.convolutions.text)", "dense=\(composite.dense.text)",
      ]).joined(separator: " ")
    case .gradient: "gradient"
    case .gradientTimesInput: "gradient-times-input"
    case .gradCAM: "grad-cam"
    case .activation: "activation"
    case .random(let seed): "random(\(seed))"
    }
  }

  /// The method of such words; nil for others.
  public init?(text: String) {
    let words = text.split(separator: " ").map(String.init)
    switch words.first {
    case "gradient" where words.count == 1: self = .gradient
    case "gradient-times-input" where words.count == 1: self = .gradientTimesInput
    case "grad-cam" where words.count == 1: self = .gradCAM
    case "activation" where words.count == 1: self = .activation
    case "lrp":
      var rules: [String: RelevanceRule] = [:]
      for word in words.dropFirst() {
        let parts = word.split(separator: "=").map(String.init)
        guard parts.count == 2, let rule = RelevanceRule(text: parts[1]) else { return nil }
        rules[parts[0]] = rule
      }
      guard let convolutions = rules["convolutions"], let dense = rules["dense"],
        Set(rules.keys).isSubset(of: ["first", "convolutions", "dense"])
      else { return nil }
      let made = Composite("", first: rules["first"], convolutions: convolutions, dense: dense)
      let name = Composite.named.first { $0.hasSameRules(as: made) }?.name ?? "of its own"
      self = .relevance(
        Composite(name, first: made.first, convolutions: convolutions, dense: dense))
    case let word? where words.count == 1 && word.hasPrefix("random("):
      guard let seed = UInt64(word.dropFirst(7).dropLast()), word.hasSuffix(")") else { return nil }
      self = .random(seed: seed)
    default: return nil
    }
  }
}

extension Composite {
  /// The composites that have a name; inputs lie between -1 and 1.
  public static let named: [Composite] = [
    .epsilon, .epsilonPlus, .epsilonPlusFlat, .epsilonAlpha2Beta1, .gamma,
    .epsilonGammaBox(low: -1, high: 1),
  ]

  fileprivate func hasSameRules(as other: Composite) -> Bool {
    first == other.first && convolutions == other.convolutions && dense == other.dense
  }
}

extension RelevanceRule {
  /// The rule with its numbers in words that `init(text:)` reads again, such as `epsilon(1e-06)`.
  public var text: String {
    switch self {
    case .epsilon(let epsilon): "epsilon(\(epsilon))"
    case .zPlus: "zplus"
    case .alphaBeta(let alpha): "alphabeta(\(alpha))"
    case .gamma(let gamma): "gamma(\(gamma))"
    case .flat: "flat"
    case .wSquare: "wsquare"
    case .zBox(let low, let high): "zbox(\(low),\(high))"
    }
  }

  /// The rule of such words; nil for others.
  public init?(text: String) {
    let parts = text.split(separator: "(", maxSplits: 1).map(String.init)
    let inner = parts.count > 1 ? parts[1] : ""
    guard let name = parts.first, text.contains("(") == (parts.count == 2),
      parts.count == 1 || inner.hasSuffix(")")
    else { return nil }
    let numbers = inner.dropLast().split(separator: ",").compactMap { Float($0) }
    guard numbers.allSatisfy(\.isFinite) else { return nil }
    switch (name, numbers.count, parts.count) {
    case ("epsilon", 1, 2) where numbers[0] > 0: self = .epsilon(numbers[0])
    case ("zplus", 0, 1): self = .zPlus
    case ("alphabeta", 1, 2) where numbers[0] >= 1: self = .alphaBeta(alpha: numbers[0])
    case ("gamma", 1, 2) where numbers[0] >= 0: self = .gamma(numbers[0])
    case ("flat", 0, 1): self = .flat
    case ("wsquare", 0, 1): self = .wSquare
    case ("zbox", 2, 2) where numbers[0] <= 0 && numbers[1] >= 0:
      self = .zBox(low: numbers[0], high: numbers[1])
    default: return nil
    }
  }
}
