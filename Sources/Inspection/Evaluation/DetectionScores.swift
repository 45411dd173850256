internal import Foundation
internal import Raster
internal import Records

/// Recall at rates of false alarms, over the judgements of several scans.
struct DetectionScores {
  /// The rates that are told, false alarms a Mpx.
  static let rates = [0.1, 1, greatestRate]
  static let greatestRate = 10.0
  /// Draws of the bootstrap.
  private static let draws = 1000

  let judgements: [Judgement]

  private var mpx: Double { judgements.reduce(0) { $0 + $1.mpx } }

  /// Sorted from the greatest.
  private static func alarms(_ judgements: [Judgement]) -> [Double] {
    judgements.flatMap(\.falseAlarms).sorted(by: >)
  }

  /// The least score at which no more than `rate` false alarms a Mpx are left.
  private static func threshold(_ alarms: [Double], mpx: Double, rate: Double) -> Double {
    let allowed = Int((rate * mpx).rounded(.down))
    // Just above the first that is too many.
    return alarms.count > allowed ? alarms[allowed].nextUp : -.greatestFiniteMagnitude
  }

  /// Which defects a group takes.
  typealias Kind = (name: String, holds: (Judgement.Defect) -> Bool)

  private static let sizes: [(String, Range<Int>)] = [
    ("< 12 px", 0..<12), ("12–49 px", 12..<50), ("50–249 px", 50..<250),
    ("≥ 250 px", 250..<Int.max),
  ]
  private static let contrasts: [(String, Range<Double>)] = [
    ("contrast < 4", 0..<4), ("contrast 4–9", 4..<10), ("contrast 10–29", 10..<30),
    ("contrast ≥ 30", 30..<Double.infinity),
  ]

  /// Contrast of 10 grey levels or more on 12 px or more.
  static func isPlain(_ defect: Judgement.Defect) -> Bool {
    defect.contrast >= 10 && defect.areaPx >= 12
  }

  /// Not plain, but 4 grey levels or more on 5 px or more.
  static func isFaint(_ defect: Judgement.Defect) -> Bool {
    !isPlain(defect) && defect.contrast >= 4 && defect.areaPx >= 5
  }

  private var kinds: [Kind] {
    let classes = Set(judgements.flatMap { $0.defects.map(\.class) }).sorted()
    var kinds: [Kind] = [("all", { _ in true }), ("plain", Self.isPlain), ("faint", Self.isFaint)]
    kinds += classes.map { name in (name, { $0.class == name }) }
    kinds += Self.sizes.map { size in (size.0, { size.1.contains($0.areaPx) }) }
    kinds += Self.contrasts.map { contrast in (contrast.0, { contrast.1.contains($0.contrast) }) }
    for name in classes {
      for size in Self.sizes {
        for contrast in Self.contrasts {
          kinds.append(
            (
              "\(name), \(size.0), \(contrast.0)",
              {
                $0.class == name && size.1.contains($0.areaPx) && contrast.1.contains($0.contrast)
              }
            ))
        }
      }
    }
    return kinds
  }

  private static func found(
    _ judgements: [Judgement], _ kind: Kind, from threshold: Double
  ) -> (found: Int, all: Int) {
    var (found, all) = (0, 0)
    for judgement in judgements {
      for defect in judgement.defects where kind.holds(defect) {
        all += 1
        if let score = defect.score, score >= threshold { found += 1 }
      }
    }
    return (found, all)
  }

  /// The groups that hold a defect, with 95 % intervals for the first three.
  ///
  /// - Parameter atRate: what is found at the threshold that stands for a rate.
  func groups(
    _ atRate: [Judgement], threshold: Double, rate: Double
  ) -> [DetectionRecord.Group] {
    let alarms = Self.alarms(judgements)
    let mpx = mpx
    let thresholds = Self.rates.map { Self.threshold(alarms, mpx: mpx, rate: $0) }
    return kinds.enumerated().compactMap { number, kind in
      let all = Self.found(judgements, kind, from: -.infinity).all
      guard all > 0 || number < 3 else { return nil }
      let spread = number < 3 ? intervals(kind) : nil
      let recalls = zip(Self.rates, thresholds).enumerated().map { index, level in
        var recall = DetectionRecord.Recall(
          rate: level.0, threshold: max(level.1, -1e9),
          found: Self.found(judgements, kind, from: level.1).found, of: all)
        if let interval = spread?[index] { (recall.low, recall.high) = interval }
        return recall
      }
      var group = DetectionRecord.Group(name: kind.name, defects: all, recalls: recalls)
      group.atThreshold = DetectionRecord.Recall(
        rate: rate, threshold: threshold,
        found: Self.found(atRate, kind, from: -.infinity).found, of: all)
      return group
    }
  }

  /// 95 % intervals of recall at each rate: scans drawn with replacement, the threshold set anew in each draw.
  ///
  /// Source: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, the percentile interval.
  private func intervals(_ kind: Kind) -> [(Double, Double)?] {
    guard judgements.count > 1 else { return Self.rates.map { _ in nil } }
    var random = Draws(state: 0x9E37_79B9)
    var recalls = [[Double]](repeating: [], count: Self.rates.count)
    for _ in 0..<Self.draws {
      let drawn = judgements.indices.map { _ in
        judgements[Int(random.next() % UInt64(judgements.count))]
      }
      let alarms = Self.alarms(drawn)
      let mpx = drawn.reduce(0) { $0 + $1.mpx }
      for (index, rate) in Self.rates.enumerated() {
        let found = Self.found(
          drawn, kind, from: Self.threshold(alarms, mpx: mpx, rate: rate))
        if found.all > 0 { recalls[index].append(Double(found.found) / Double(found.all)) }
      }
    }
    return recalls.map { values in
      guard values.count > 40 else { return nil }
      let sorted = values.sorted()
      return (
        sorted[Int(0.025 * Double(sorted.count))], sorted[Int(0.975 * Double(sorted.count - 1))]
      )
    }
  }

  /// The free-response curve: a point for each defect that is found with the threshold lowered to it.
  var curve: [DetectionRecord.CurvePoint] {
    let alarms = Self.alarms(judgements)
    let scores = judgements.flatMap { $0.defects.compactMap(\.score) }.sorted(by: >)
    let all = judgements.reduce(0) { $0 + $1.defects.count }
    guard all > 0, mpx > 0 else { return [] }
    var passed = 0
    var points: [DetectionRecord.CurvePoint] = []
    for (index, score) in scores.enumerated() {
      while passed < alarms.count, alarms[passed] >= score { passed += 1 }
      let point = DetectionRecord.CurvePoint(
        rate: Double(passed) / mpx, recall: Double(index + 1) / Double(all))
      if points.last?.rate == point.rate {
        points[points.count - 1] = point
      } else {
        points.append(point)
      }
    }
    return points
  }

  /// The area under precision over recall, each defect weighing the same.
  var averagePrecision: Double {
    let alarms = Self.alarms(judgements)
    let scores = judgements.flatMap { $0.defects.compactMap(\.score) }.sorted(by: >)
    let all = judgements.reduce(0) { $0 + $1.defects.count }
    guard all > 0 else { return 0 }
    var (passed, sum) = (0, 0.0)
    for (index, score) in scores.enumerated() {
      while passed < alarms.count, alarms[passed] >= score { passed += 1 }
      sum += Double(index + 1) / Double(index + 1 + passed)
    }
    return sum / Double(all)
  }
}

/// SplitMix64, so that the same evaluation gives the same intervals.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
private struct Draws {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
