public import Foundation

/// What was learnt with and from which scans.
public struct LessonRecord: Sendable, Equatable, Codable {
  /// A scan that could not be used.
  public struct Refused: Sendable, Equatable, Codable {
    /// Its file name.
    public var name: String
    /// Why.
    public var reason: String

    /// A scan that could not be used, and why.
    public init(name: String, reason: String) { (self.name, self.reason) = (name, reason) }
  }

  /// Version of the program.
  public var program: String
  /// The device named by the recipe.
  public var device: String
  /// The recipe, which names the layers.
  public var recipe: FileRecord
  /// The layout; absent where the recipe has none.
  public var layout: FileRecord?
  /// File names of the scans learnt from.
  public var taught: [String]
  /// File names of the scans held out to judge by.
  public var heldOut: [String]
  /// The scans that could not be used.
  public var refused: [Refused]
  /// Steps that were asked for.
  public var stepsAsked: Int
  /// The seed of everything random.
  public var seed: UInt64

  /// A lesson with all its parts.
  public init(
    program: String, device: String, recipe: FileRecord, layout: FileRecord?, taught: [String],
    heldOut: [String], refused: [Refused], stepsAsked: Int, seed: UInt64
  ) {
    (self.program, self.device, self.recipe, self.layout) = (program, device, recipe, layout)
    (self.taught, self.heldOut, self.refused) = (taught, heldOut, refused)
    (self.stepsAsked, self.seed) = (stepsAsked, seed)
  }
}

/// What is recorded of the training of a generator, and the content of `training.json` (format `goldendie.training/1`).
///
/// Absent parts have no key. Brightness is in grey levels of 255.
public struct TrainingRecord: Sendable, Equatable, Codable {
  /// Names the format and its version.
  public static let format = "goldendie.training/1"

  /// A point of the curves.
  public struct Point: Sendable, Equatable, Codable {
    /// Steps done.
    public var step: Int
    /// Mean loss since the point before, in the objective's own unit.
    public var loss: Double
    /// Mean residual on patches held out, each less its mean, grey levels of 255; absent where none are.
    public var heldOut: Double?
    /// The learning rate.
    public var rate: Double

    /// A point.
    public init(step: Int, loss: Double, heldOut: Double?, rate: Double) {
      (self.step, self.loss, self.heldOut, self.rate) = (step, loss, heldOut, rate)
    }
  }

  /// Why a training ended.
  public enum Ending: String, Sendable, Codable {
    /// All steps were done.
    case finished
    /// It got no better.
    case noBetter = "no_better"
    /// It was told to.
    case stopped
  }

  /// `TrainingRecord.format`.
  public var format = TrainingRecord.format
  /// What was learnt from.
  public var lesson: LessonRecord
  /// What came of it.
  public var model: ModelRecord
  /// Why it ended.
  public var ending: Ending
  /// The curves.
  public var curve: [Point]
  /// Scores on the whole scans held out, after the photometric fit.
  public var scores: ScoresRecord
  /// Residual of the pixels of each layer, and of those that none covers; layers overlap.
  public var byLayer: [ResidualRecord]
  /// Residual by whole pixels to the nearest edge, rising; the last is anything further off.
  public var byDistance: [ResidualRecord]

  /// A record with all its parts.
  public init(
    lesson: LessonRecord, model: ModelRecord, ending: Ending, curve: [Point],
    scores: ScoresRecord, byLayer: [ResidualRecord], byDistance: [ResidualRecord]
  ) {
    (self.lesson, self.model, self.ending, self.curve) = (lesson, model, ending, curve)
    (self.scores, self.byLayer, self.byDistance) = (scores, byLayer, byDistance)
  }

  /// The content of `training.json`: keys sorted, indented, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func json() throws -> Data { try LearningJSON.data(self) }

  /// The record in the content of a `training.json`.
  ///
  /// - Throws: `RecordError` when the bytes are no record of this format.
  public init(json: Data) throws { self = try LearningJSON.record(Self.self, Self.format, json) }
}
