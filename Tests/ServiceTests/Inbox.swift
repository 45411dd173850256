import Foundation
import Logging
import Service
import Synchronization
import TestSupport

/// An inbox for one test, with a log that remembers.
final class Inbox: Sendable {
  let folder: URL
  let log = Log()

  init(_ folder: URL) { self.folder = folder }

  /// A watch of the inbox, ready to be polled.
  func watch(stablePolls: Int = 2) -> WatchFolder {
    var settings = WatchFolder.Settings()
    settings.stablePolls = stablePolls
    settings.pollSeconds = 0.01
    return WatchFolder(inbox: folder, settings: settings, logger: logger)
  }

  /// A logger that writes into the log.
  var logger: Logger {
    let log = log
    return Logger(label: "test") { _ in log }
  }

  /// Writes a file and gives it an age, so that the order of files is known.
  func write(_ name: String, _ text: String, age: Double = 100) throws {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_750_000_000 - age)], ofItemAtPath: file.path
    )
  }

  /// The text of a file; nil where there is none.
  func text(_ name: String) -> String? {
    try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  /// Every file in the inbox, dot-files of the top and the lock left out.
  var files: [String] {
    let all = FileManager.default.subpaths(atPath: folder.path) ?? []
    return all.filter {
      var isFolder: ObjCBool = false
      let path = folder.appending(path: $0).path
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && !isFolder.boolValue
        && $0 != ".working/.lock"
    }.sorted()
  }
}

/// What was logged, as "level message".
final class Log: LogHandler, Sendable {
  private let stored = Mutex<[String]>([])
  var lines: [String] { stored.withLock { $0 } }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    stored.withLock { $0.append("\(event.level) \(event.message)") }
  }
}

/// Runs a test in an inbox of its own.
func withInbox<Result>(_ body: (Inbox) throws -> Result) throws -> Result {
  try withTemporaryFolder { try body(Inbox($0)) }
}
