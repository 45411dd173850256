internal import Foundation

/// What a generator is trained to make small: a weighted sum of terms, each a difference of two pictures.
///
/// As text: `charbonnier`, or `l1 + 0.2*ms-ssim + 0.5*gradient`. With r = prediction − target, brightness 0…1.
public struct Objective: Sendable, Hashable, LosslessStringConvertible {
  /// One way to measure a difference.
  public enum Term: String, CaseIterable, Sendable, Codable {
    /// Mean |r|.
    case l1
    /// Mean r².
    case l2
    /// Mean √(r² + 10⁻⁶): |r|, rounded at its tip.
    ///
    /// Source: Charbonnier et al., "Two deterministic half-quadratic regularization algorithms", ICIP 1994.
    case charbonnier
    /// 1 − SSIM: mean over the windows inside the picture, 11 × 11, Gaussian of σ 1.5, range 1.
    ///
    /// Source: Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.
    case ssim
    /// 1 − MS-SSIM, on five scales; on as many as keep 11 px on the shorter side (128 px: four), their exponents then
    /// divided by their sum.
    ///
    /// Odd last columns and rows are left out by the halving. A scale's mean below 0.01 goes on as an exponential,
    /// for a power has no slope below 0.
    ///
    /// Source: Wang et al., "Multiscale structural similarity for image quality assessment", 2003.
    case msSsim = "ms-ssim"
    /// Mean |difference of r| of neighbours along rows, plus the same along columns.
    case gradient
    /// Mean difference of the hidden layers of a second network that learns to tell photographs from paintings; the
    /// trainer measures it.
    ///
    /// Source: Wang et al., "High-resolution image synthesis and semantic manipulation with conditional GANs", CVPR 2018.
    case features
    /// Mean square of what that network's verdicts on the prediction lack to 1, its verdict on photographs; the trainer
    /// measures it.
    ///
    /// Source: Mao et al., "Least squares generative adversarial networks", ICCV 2017.
    case adversarial
    /// Less the mean of that network's verdicts, where it is taught to keep the two beyond ±1; the trainer measures it.
    ///
    /// Source: Lim and Ye, "Geometric GAN", 2017.
    case adversarialHinge = "adversarial-hinge"

    /// Whether another network is needed, so that `Objective.value` leaves it out.
    public var needsNetwork: Bool {
      switch self {
      case .features, .adversarial, .adversarialHinge: true
      default: false
      }
    }
  }

  /// The terms with their weights, above 0, in the order of `Term`; each once, at least one.
  public let weights: [(term: Term, weight: Double)]

  /// A sum of terms; weights are 1e-6…1e6.
  public init(_ weights: [Term: Double]) {
    precondition(!weights.isEmpty, "an objective has a term")
    precondition(
      weights.values.allSatisfy(Self.weightRange.contains), "an objective's weights are 1e-6…1e6")
    self.weights = Term.allCases.compactMap { term in weights[term].map { (term, $0) } }
  }

  /// The weight of a term; 0 where it does not occur.
  public func weight(of term: Term) -> Double {
    weights.first { $0.term == term }?.weight ?? 0
  }

  /// Whether a term needs another network.
  public var needsNetwork: Bool { weights.contains { $0.term.needsNetwork } }

  static let weightRange = 1e-6...1e6

  /// Whether the terms and weights are the same.
  public static func == (left: Objective, right: Objective) -> Bool {
    left.weights.elementsEqual(right.weights, by: ==)
  }

  /// Hashes the terms and weights.
  public func hash(into hasher: inout Hasher) {
    for (term, weight) in weights {
      hasher.combine(term)
      hasher.combine(weight)
    }
  }
}

extension Objective {
  /// The objective that a text says: terms joined by `+`, each with a weight before a `*` or without; any case.
  ///
  /// - Throws: `ObjectiveError`, which lists what is known.
  public init(text: String) throws(ObjectiveError) {
    var weights: [Term: Double] = [:]
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      let factors = part.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      let name = factors[factors.count - 1]
      guard !name.isEmpty else {
        throw ObjectiveError(code: .empty, text: text, detail: "a term is missing")
      }
      guard let term = Term(rawValue: name.lowercased()) else {
        throw ObjectiveError(code: .unknownTerm, text: text, detail: "'\(name)' is unknown")
      }
      var weight: Double? = 1
      if factors.count == 2 {
        let isPlain = factors[0].allSatisfy { "0123456789.e-E".contains($0) }
        weight = isPlain ? Double(factors[0]) : nil
      }
      guard let weight, Self.weightRange.contains(weight) else {
        throw ObjectiveError(
          code: .badWeight, text: text, detail: "'\(factors[0])' is no weight from 1e-6 to 1e6")
      }
      guard weights.updateValue(weight, forKey: term) == nil else {
        throw ObjectiveError(
          code: .duplicateTerm, text: text, detail: "'\(term.rawValue)' stands there twice")
      }
    }
    self.init(weights)
  }

  /// The objective that a text says; nil for a bad text.
  public init?(_ description: String) {
    guard let objective = try? Objective(text: description) else { return nil }
    self = objective
  }

  /// The text, terms in the order of `Term`; it reads back as the same objective.
  public var description: String {
    weights.map { term, weight in
      if weight == 1 { return term.rawValue }
      return (weight == weight.rounded() ? "\(Int(weight))" : "\(weight)") + "*\(term.rawValue)"
    }.joined(separator: " + ")
  }
}

extension Objective: Codable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do {
      try self.init(text: container.decode(String.self))
    } catch let error as ObjectiveError {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
