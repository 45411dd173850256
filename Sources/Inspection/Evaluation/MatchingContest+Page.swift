public import Foundation
public import Records
internal import Reports

extension MatchingContest {
  /// Writes `matching.json`.
  ///
  /// - Parameter folder: made where it is missing.
  /// - Throws: `ReportError` when it can't be written.
  public func write(_ record: DetectionRecord, to folder: URL) throws {
    try OutputFolder.write(try record.json(), to: folder.appending(path: "matching.json"))
  }
}
