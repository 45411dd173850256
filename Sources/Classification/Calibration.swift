internal import Foundation

/// How well confidence meets truth, and the temperature that makes it do so.
///
/// Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
public struct Calibration: Sendable, Equatable, Codable {
  /// A tenth of the confidences, for a reliability diagram.
  public struct Bin: Sendable, Equatable, Codable {
    /// Findings with such a confidence.
    public var count = 0
    /// Their mean confidence.
    public var confidence = 0.0
    /// The share of them that was named right.
    public var accuracy = 0.0
  }

  /// Ten bins from 0 to 1.
  public let bins: [Bin]
  /// The mean distance of confidence from accuracy, over all findings.
  public let error: Double
  /// The share of findings named right.
  public let accuracy: Double

  /// Judges confidences.
  ///
  /// - Parameters:
  ///   - scores: of every class before temperature, one row a finding.
  ///   - labels: the true classes.
  public init(scores: [[Double]], labels: [Int], temperature: Double) {
    self.init(
      probabilities: scores.map { Self.probabilities($0, temperature: temperature) },
      labels: labels)
  }

  /// Judges confidences.
  ///
  /// - Parameters:
  ///   - probabilities: of every class, one row a finding.
  ///   - labels: the true classes.
  public init(probabilities: [[Double]], labels: [Int]) {
    precondition(probabilities.count == labels.count, "each finding has its label")
    var bins = [Bin](repeating: Bin(), count: 10)
    var right = 0
    for (probabilities, label) in zip(probabilities, labels) {
      let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
      let bin = min(9, Int(probabilities[best] * 10))
      bins[bin].count += 1
      bins[bin].confidence += probabilities[best]
      if best == label {
        bins[bin].accuracy += 1
        right += 1
      }
    }
    let count = Double(max(1, labels.count))
    error = bins.reduce(0) { $0 + abs($1.confidence - $1.accuracy) } / count
    accuracy = Double(right) / count
    self.bins = bins.map { bin in
      let count = Double(max(1, bin.count))
      return Bin(
        count: bin.count, confidence: bin.confidence / count, accuracy: bin.accuracy / count)
    }
  }

  /// Softmax of scores over a temperature.
  ///
  /// - Parameter added: to each score over its temperature; nil where nothing is.
  public static func probabilities(
    _ scores: [Double], temperature: Double, added: [Double]? = nil
  ) -> [Double] {
    if let added {
      return probabilities(zip(scores, added).map { $0 / temperature + $1 }, temperature: 1)
    }
    let most = scores.max() ?? 0
    let powers = scores.map { exp(($0 - most) / temperature) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// The temperature under which the labels are most probable, 0.05…20.
  ///
  /// - Parameters:
  ///   - scores: of findings that the classifier did not learn from, one row each.
  ///   - labels: the true classes.
  ///   - added: to each score over its temperature, one row a finding; nil where nothing is.
  public static func temperature(
    scores: [[Double]], labels: [Int], added: [[Double]]? = nil
  ) -> Double {
    precondition(scores.count == labels.count, "each finding has its label")
    func loss(_ logarithm: Double) -> Double {
      Self.loss(scores: scores, labels: labels, added: added, temperature: exp(logarithm))
    }
    // The loss has one minimum over the temperature's logarithm; the golden section closes in on it.
    var (low, high) = (log(0.05), log(20.0))
    let share = (5.0.squareRoot() - 1) / 2
    for _ in 0..<60 {
      let (a, b) = (high - share * (high - low), low + share * (high - low))
      if loss(a) <= loss(b) { high = b } else { low = a }
    }
    return exp((low + high) / 2)
  }

  /// The sum over findings of −log p of the true class; see `temperature(scores:labels:added:)`.
  static func loss(
    scores: [[Double]], labels: [Int], added: [[Double]]?, temperature: Double
  ) -> Double {
    labels.indices.reduce(0) { sum, finding in
      let p = probabilities(scores[finding], temperature: temperature, added: added?[finding])
      return sum - log(max(p[labels[finding]], 1e-300))
    }
  }
}
