public import Foundation

/// How goldens of several kinds did on the same scans, and the content of `golden.json` (format `goldendie.golden/1`).
///
/// Absent parts have no key. Brightness is in grey levels of 255.
public struct ContestRecord: Sendable, Equatable, Codable {
  /// Names the format and its version.
  public static let format = "goldendie.golden/1"

  /// How one golden did.
  public struct Entry: Sendable, Equatable, Codable {
    /// What it is called: `table`, `tree`, or an architecture with an objective.
    public var name: String
    /// Its scores on the scans held out, after the photometric fit.
    public var scores: ScoresRecord
    /// The mean residual over the noise floor: everywhere, at edges, on flats; absent where that is not known.
    public var overFloor, edgesOverFloor, flatsOverFloor: Double?
    /// Seconds that learning took.
    public var seconds: Double
    /// Millions of pixels painted a second, with everything that a comparison needs of the layout.
    public var mpxPerSecond: Double

    /// An entry without a noise floor.
    public init(name: String, scores: ScoresRecord, seconds: Double, mpxPerSecond: Double) {
      (self.name, self.scores, self.seconds) = (name, scores, seconds)
      self.mpxPerSecond = mpxPerSecond
    }
  }

  /// `ContestRecord.format`.
  public var format = ContestRecord.format
  /// What was learnt from.
  public var lesson: LessonRecord
  /// What two photographs of the dies held out differ by; absent without second photographs.
  public var floor: ScoresRecord?
  /// The goldens, in the order they were asked for.
  public var entries: [Entry]

  /// A record with all its parts.
  public init(lesson: LessonRecord, floor: ScoresRecord?, entries: [Entry]) {
    (self.lesson, self.floor, self.entries) = (lesson, floor, entries)
  }

  /// The content of `golden.json`: keys sorted, indented, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func json() throws -> Data { try LearningJSON.data(self) }

  /// The record in the content of a `golden.json`.
  ///
  /// - Throws: `RecordError` when the bytes are no record of this format.
  public init(json: Data) throws { self = try LearningJSON.record(Self.self, Self.format, json) }
}
