/// What is known of a training while it runs.
public struct TrainingProgress: Sendable {
  /// Steps done.
  public var step: Int
  /// Steps in all.
  public var steps: Int
  /// Seconds since it began.
  public var seconds: Double
  /// Seconds that are left.
  public var secondsLeft: Double
  /// The loss on the patches it learns from, averaged over some steps.
  public var loss: Double
  /// The latest figure of what is held out, in the training's own terms; nil before the first, or when nothing is.
  public var heldOut: Double?

  /// Progress with all its parts.
  public init(
    step: Int, steps: Int, seconds: Double, secondsLeft: Double, loss: Double, heldOut: Double?
  ) {
    (self.step, self.steps, self.seconds, self.secondsLeft) = (step, steps, seconds, secondsLeft)
    (self.loss, self.heldOut) = (loss, heldOut)
  }
}

/// What is asked of a training while it runs.
public enum TrainingCommand: Sendable { case goOn, stop }

/// Why a training ended.
public enum TrainingEnding: String, Sendable, Codable { case finished, noBetter, stopped }
