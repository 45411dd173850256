/// What is known of a training while it runs.
public struct TrainingProgress: Sendable {
  /// Steps done, and steps in all.
  public var step: Int
  public var steps: Int
  /// Seconds since it began, and seconds that are left.
  public var seconds: Double
  public var secondsLeft: Double
  /// The loss on the patches it learns from, averaged over some steps.
  public var loss: Double
  /// The latest residual on patches held out; nil before the first, or when none are.
  public var heldOut: Double?
}

/// A point of the curves of a training.
public struct TrainingPoint: Sendable, Equatable, Codable {
  /// Steps done.
  public var step: Int
  /// Mean loss since the point before.
  public var loss: Double
  /// Mean residual on patches held out, less each patch's own mean, 0…1.
  public var heldOut: Double?
  /// The learning rate.
  public var rate: Double
}
