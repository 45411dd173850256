/// A point of the curves of a training.
public struct TrainingPoint: Sendable, Equatable, Codable {
  /// Steps done.
  public var step: Int
  /// Mean loss since the point before.
  public var loss: Double
  /// The same of each term of the objective by its name, unweighted; where there is a critic, also its own error as
  /// `critic`.
  public var terms: [String: Double]
  /// Mean residual on patches held out, less each patch's own mean, 0…1.
  public var heldOut: Double?
  /// The learning rate.
  public var rate: Double
}

/// The losses of steps, until a point of the curves sums them up.
struct RunningLoss: Codable {
  private(set) var steps = 0
  private var loss = 0.0
  private var terms: [String: Double] = [:]

  /// Takes in the patches of a step.
  mutating func add(_ patches: [Judgement]) {
    let share = 1 / Double(max(1, patches.count))
    steps += 1
    for patch in patches {
      loss += share * patch.loss
      for (term, value) in patch.terms { terms[term.rawValue, default: 0] += share * value }
      if let lesson = patch.lesson { terms["critic", default: 0] += share * lesson.error }
    }
  }

  /// The means over the steps.
  var means: (loss: Double, terms: [String: Double]) {
    let count = Double(max(1, steps))
    return (loss / count, terms.mapValues { $0 / count })
  }
}
