public import Foundation
public import Records

/// The report of a generator's training: one page that needs nothing beside it.
public struct TrainingReport: Sendable {
  /// What is known of the training.
  public var record: TrainingRecord
  /// Windows of the scans held out, each with one golden.
  public var windows: [WindowPictures]

  /// A report of a record with its pictures.
  public init(record: TrainingRecord, windows: [WindowPictures]) {
    (self.record, self.windows) = (record, windows)
  }

  /// The name of the page's file.
  public static let pageName = "training.html"
  /// The name of the record's file.
  public static let recordName = "training.json"

  /// The page: pictures and style inside, nothing fetched; all text from outside escaped.
  ///
  /// - Throws: `ReportError` when a template can't be used.
  public func html() throws -> String { try TrainingPage(self).html() }

  /// Writes page and record as a folder that appears whole, in place of the one before.
  ///
  /// - Throws: `ReportError` when the file system refuses, or the folder there holds anything else; `RecordError` when
  ///   a number is not finite.
  public func write(to folder: URL) throws {
    try writeFolder(folder, [Self.recordName: record.json(), Self.pageName: Data(html().utf8)])
  }

  /// Refuses a folder that `write` would refuse, before time is spent.
  ///
  /// - Throws: `ReportError`.
  public static func check(_ folder: URL) throws {
    try OutputFolder(at: folder).requireOwn([pageName, recordName])
  }
}

/// The comparison of goldens: one page that needs nothing beside it.
public struct ContestReport: Sendable {
  /// What is known of the goldens.
  public var record: ContestRecord
  /// Windows of the scans held out, each with all goldens in the record's order.
  public var windows: [WindowPictures]

  /// A report of a record with its pictures.
  public init(record: ContestRecord, windows: [WindowPictures]) {
    precondition(
      windows.allSatisfy { $0.goldens.count == record.entries.count },
      "a window has a picture of each golden")
    (self.record, self.windows) = (record, windows)
  }

  /// The name of the page's file.
  public static let pageName = "golden.html"
  /// The name of the record's file.
  public static let recordName = "golden.json"

  /// The page: pictures, style and script inside, nothing fetched; all text from outside escaped.
  ///
  /// - Throws: `ReportError` when a template can't be used.
  public func html() throws -> String { try ContestPage(self).html() }

  /// Writes page and record as a folder that appears whole, in place of the one before.
  ///
  /// - Throws: `ReportError` when the file system refuses, or the folder there holds anything else; `RecordError` when
  ///   a number is not finite.
  public func write(to folder: URL) throws {
    try writeFolder(folder, [Self.recordName: record.json(), Self.pageName: Data(html().utf8)])
  }

  /// Refuses a folder that `write` would refuse, before time is spent.
  ///
  /// - Throws: `ReportError`.
  public static func check(_ folder: URL) throws {
    try OutputFolder(at: folder).requireOwn([pageName, recordName])
  }
}

func writeFolder(_ folder: URL, _ files: [String: Data]) throws {
  let output = OutputFolder(at: folder)
  try output.requireOwn(Set(files.keys))
  try output.write { new in
    for (name, data) in files { try OutputFolder.write(data, to: new.appending(path: name)) }
  }
}
