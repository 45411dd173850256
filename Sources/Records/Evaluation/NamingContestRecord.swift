public import Foundation

/// How findings on scans with known defects were named, and what a second look at them does.
public struct NamingContestRecord: Sendable, Equatable, Codable {
  /// The classifier.
  public var model: FileRecord
  /// Scans that were inspected, the area compared, and scans that could not be.
  public var scans = 0, mpx = 0.0, refused = 0
  /// Visible defects (10 grey levels and 12 pixels or more), those found, and those still found once nuisances are not counted.
  public var defects = 0, found = 0, foundLeft = 0
  /// Found defects whose findings lie on another defect too, so that they have no name of their own.
  public var shared = 0
  /// False alarms, and those left once nuisances are not counted.
  public var falseAlarms = 0, falseAlarmsLeft = 0
  /// Names of the visible defects found.
  public var names: NamingRecord?

  /// A record of nothing yet.
  public init(model: FileRecord) { self.model = model }

  /// The record as JSON: keys sorted, indented, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func json() throws -> Data { try LearningJSON.data(self) }
}
