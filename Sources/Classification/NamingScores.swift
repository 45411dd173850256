/// How places whose class is known were named.
public struct NamingScores: Sendable, Equatable, Codable {
  /// Names of the classes, the first of them for no defect.
  public let classes: [String]
  /// Places by their true class and by the class that they were named, unknown ones by that which came next.
  public private(set) var confusion: [[Int]]
  /// Places of each true class that were called unknown.
  public private(set) var unknown: [Int]
  /// How confidence meets truth.
  public private(set) var calibration: Calibration

  /// Judges names.
  ///
  /// - Parameters:
  ///   - named: what each place was called.
  ///   - labels: its true class.
  public init(_ named: [Naming], labels: [Int], classes: [String]) {
    precondition(named.count == labels.count, "each place has its class")
    self.classes = classes
    var confusion = [[Int]](
      repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
    var unknown = [Int](repeating: 0, count: classes.count)
    for (naming, label) in zip(named, labels) {
      confusion[label][naming.label] += 1
      if naming.verdict == .unknown { unknown[label] += 1 }
    }
    (self.confusion, self.unknown) = (confusion, unknown)
    calibration = Calibration(probabilities: named.map(\.probabilities), labels: labels)
  }

  /// Places in all.
  public var count: Int { confusion.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of places of these classes that were named right; nil where there are none.
  public func accuracy(of labels: some Sequence<Int>) -> Double? {
    var (right, all) = (0, 0)
    for label in labels {
      right += confusion[label][label]
      all += confusion[label].reduce(0, +)
    }
    return all == 0 ? nil : Double(right) / Double(all)
  }
}
