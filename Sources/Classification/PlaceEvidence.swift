internal import Foundation

/// What layers and measures of a place add to a network's scores.
///
/// A linear model: to the logarithms of the odds that a network gives, each class adds one number for the place's kind and one
/// for each measure, times what that is from the usual. Weights are those under which the places learnt from are most probable
/// beside the network; all of it counts to a share under which places held out are.
public struct PlaceEvidence: Sendable, Equatable, Codable {
  /// A place's class, what the network tells of it as logarithms of probability, and what is measured.
  public typealias Lesson = (label: Int, logarithms: [Double], place: PlaceMeasures)

  /// The share, 0…1.
  public var weight: Double
  /// The usual value of each measure, and its standard deviation.
  public let means, deviations: [Double]
  /// For each class, the first being no defect: a number for itself, for each kind of place, for none, and for each measure.
  public let weights: [[Double]]

  /// Measures further from the usual count as so many standard deviations.
  private static let furthest = 4.0
  /// What keeps weights small where few places tell them: as if each were known to be 0 ± 1/√3.
  private static let penalty = 3.0
  /// Numbers before those of measures.
  private static let before = 1 + PlaceKind.count + 1

  /// Learns from places.
  ///
  /// To classes that no place shows nothing is added.
  ///
  /// - Parameters:
  ///   - places: one at least, of as many classes as there are logarithms.
  ///   - harmless: classes that are no defects, which are one here: what is told of one of them is told of all.
  public init(of places: [Lesson], harmless: Set<Int> = [0], weight: Double) {
    precondition(!places.isEmpty, "there is something to learn from")
    self.weight = weight
    let count = Double(places.count)
    let measures = PlaceMeasures.Measure.allCases.indices
    let means = measures.map { measure in
      places.reduce(0) { $0 + $1.place.values[measure] } / count
    }
    let deviations = measures.map { measure in
      let squares = places.reduce(0) {
        let off = $1.place.values[measure] - means[measure]
        return $0 + off * off
      }
      // What never varies tells nothing.
      return max((squares / count).squareRoot(), 1e-6)
    }
    (self.means, self.deviations) = (means, deviations)
    let seen = Set(places.map(\.label))
    let classes = places[0].logarithms.indices
    // Each group of classes is one to be told from the others.
    let groups = ([harmless] + classes.filter { !harmless.contains($0) }.map { [$0] })
      .filter { !$0.isDisjoint(with: seen) }
    let learnt = LogisticFit(
      features: places.map { Self.features($0.place, means, deviations) },
      offsets: places.map { place in
        groups.map { log($0.reduce(0) { $0 + exp(place.logarithms[$1]) }) }
      },
      labels: places.map { place in groups.firstIndex { $0.contains(place.label) } ?? 0 },
      penalty: Self.penalty
    ).weights
    let nothing = learnt[0].map { _ in 0.0 }
    weights = classes.map { label in
      groups.firstIndex { $0.contains(label) }.map { learnt[$0] } ?? nothing
    }
  }

  /// Whether it is of so many classes, and of numbers that make sense.
  func fits(classes: Int) -> Bool {
    let measures = PlaceMeasures.Measure.allCases.count
    return (0...1).contains(weight) && means.count == measures && deviations.count == measures
      && means.allSatisfy(\.isFinite) && deviations.allSatisfy { $0.isFinite && $0 > 0 }
      && weights.count == classes
      && weights.allSatisfy { $0.count == Self.before + measures && $0.allSatisfy(\.isFinite) }
  }

  /// What is added to the logarithms of each class's probability.
  public func logarithms(_ place: PlaceMeasures) -> [Double] {
    let features = Self.features(place, means, deviations)
    return weights.map { own in weight * zip(own, features).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// What the kind of a place, and each of its measures, adds to the logarithm of the odds of a class against all others, which
  /// count by their probability.
  ///
  /// - Returns: the kind's part, and those of measures in the order of `PlaceMeasures.Measure.allCases`.
  public func parts(
    of label: Int, beside probabilities: [Double], _ place: PlaceMeasures
  ) -> (kind: Double, measures: [Double]) {
    let features = Self.features(place, means, deviations)
    let others = weights.indices.filter { $0 != label }
    let sum = max(others.reduce(0) { $0 + probabilities[$1] }, .leastNormalMagnitude)
    func part(_ feature: Int) -> Double {
      let usual = others.reduce(0) { $0 + probabilities[$1] / sum * weights[$1][feature] }
      return weight * (weights[label][feature] - usual) * features[feature]
    }
    return (
      (1..<Self.before).reduce(0) { $0 + part($1) },
      (Self.before..<features.count).map(part)
    )
  }

  private static func features(
    _ place: PlaceMeasures, _ means: [Double], _ deviations: [Double]
  ) -> [Double] {
    var features = [Double](repeating: 0, count: before)
    features[0] = 1
    features[1 + (place.kind?.number ?? PlaceKind.count)] = 1
    for (measure, value) in place.values.enumerated() {
      let off = (value - means[measure]) / deviations[measure]
      features.append(max(-furthest, min(furthest, off)))
    }
    return features
  }
}
