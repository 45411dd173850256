internal import Foundation

/// How often the places of each class are of each kind: what layers add to a network's scores.
///
/// The probabilities that a network gives are multiplied by those of a place's kind under each class, to a power that makes the
/// places held out most probable: what a network sees and what layers tell are not independent.
public struct LayerEvidence: Sendable, Equatable, Codable {
  /// The power, 0…1.
  public var weight: Double
  /// For each class, the first being no defect, the share of each kind, with a few places of all classes added.
  public let shares: [[Double]]

  /// So many places as usual are added to each class.
  private static let usualPlaces = 4.0
  /// No kind is less usual than this.
  private static let leastShare = 0.002

  /// Counts places.
  ///
  /// - Parameters:
  ///   - places: the label and the kind of each.
  ///   - classes: how many there are, the first being no defect.
  public init(of places: [(label: Int, kind: PlaceKind)], classes: Int, weight: Double) {
    self.weight = weight
    var counts = [[Double]](
      repeating: [Double](repeating: 0, count: PlaceKind.count), count: classes)
    for place in places { counts[place.label][place.kind.number] += 1 }
    let all = Double(max(1, places.count))
    let usual = (0..<PlaceKind.count).map { kind in
      max(counts.reduce(0) { $0 + $1[kind] } / all, Self.leastShare)
    }
    shares = counts.map { own in
      let sum = own.reduce(0, +) + Self.usualPlaces
      return zip(own, usual).map { ($0 + Self.usualPlaces * $1) / sum }
    }
  }

  /// Whether it is of so many classes, and of numbers that make sense.
  func fits(classes: Int) -> Bool {
    (0...1).contains(weight) && shares.count == classes
      && shares.allSatisfy { own in
        own.count == PlaceKind.count && own.allSatisfy { $0 > 0 && $0 <= 1 }
      }
  }

  /// What is added to the logarithms of each class's probability.
  public func logarithms(_ kind: PlaceKind) -> [Double] {
    shares.map { weight * log($0[kind.number]) }
  }
}
