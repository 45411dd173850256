/// How well detections meet the truth, as DeepPCB counts it: a detection is right when it overlaps a place of its class, that
/// no surer one has taken, by more than a share of their union.
///
/// Source: Tang et al., "Online PCB Defect Detector On A New PCB Defect Dataset", 2019, whose share is 0.33; average
/// precision is the mean precision at every right detection, missed ones as 0.
public struct DetectionScores: Sendable, Equatable {
  /// Average precision of every class that the truth has, by its number.
  public private(set) var averagePrecision: [Int: Double] = [:]
  /// Places in the truth of each class.
  public private(set) var places: [Int: Int] = [:]
  private var judged: [(confidence: Double, label: Int, isRight: Bool)] = []

  /// Judges the detections of pictures.
  ///
  /// - Parameters:
  ///   - found, truth: one list a picture.
  ///   - overlap: intersection over union must be more. The default is 0.33.
  public init(
    _ found: [[Detection]], truth: [[LabelledBox]], overlap: Double = 0.33
  ) {
    precondition(found.count == truth.count, "each picture has its truth")
    for (found, truth) in zip(found, truth) {
      for place in truth { places[place.label, default: 0] += 1 }
      var taken = Set<Int>()
      for detection in found.sorted(by: { $0.confidence > $1.confidence }) {
        let best = truth.indices
          .filter { !taken.contains($0) && truth[$0].label == detection.label }
          .map { (place: $0, overlap: truth[$0].box.overlap(detection.box)) }
          .max { $0.overlap < $1.overlap }
        let isRight = best.map { $0.overlap > overlap } ?? false
        if let best, isRight { taken.insert(best.place) }
        judged.append((detection.confidence, detection.label, isRight))
      }
    }
    judged.sort { $0.confidence > $1.confidence }
    for (label, count) in places {
      var (right, all, sum) = (0, 0, 0.0)
      for one in judged where one.label == label {
        all += 1
        if one.isRight {
          right += 1
          sum += Double(right) / Double(all)
        }
      }
      averagePrecision[label] = sum / Double(count)
    }
  }

  /// The mean of the classes' average precision.
  public var meanAveragePrecision: Double {
    averagePrecision.values.reduce(0, +) / Double(max(1, averagePrecision.count))
  }

  /// Precision, recall and their harmonic mean of the detections that are as sure as this or surer.
  public func rates(
    from confidence: Double
  ) -> (precision: Double, recall: Double, f: Double) {
    let kept = judged.filter { $0.confidence >= confidence }
    let right = Double(kept.count { $0.isRight })
    let all = Double(places.values.reduce(0, +))
    let (precision, recall) = (right / Double(max(1, kept.count)), right / max(1, all))
    return (
      precision, recall, right == 0 ? 0 : 2 * precision * recall / (precision + recall)
    )
  }

  /// The confidence from which detections give the greatest F.
  public var bestConfidence: Double {
    let all = places.values.reduce(0, +)
    var (best, found, right) = ((f: -1.0, confidence: 0.5), 0, 0)
    for one in judged {
      found += 1
      if one.isRight { right += 1 }
      let f = 2 * Double(right) / Double(found + all)
      if f > best.f { best = (f, one.confidence) }
    }
    return best.confidence
  }

  /// Two are equal when they say the same.
  public static func == (left: DetectionScores, right: DetectionScores) -> Bool {
    left.averagePrecision == right.averagePrecision && left.places == right.places
      && left.judged.elementsEqual(right.judged) { $0 == $1 }
  }
}
