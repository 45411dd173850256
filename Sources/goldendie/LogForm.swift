import ArgumentParser
import Foundation
import Logging

/// How log lines are written on standard error.
enum LogForm: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text, json

  func handler(label: String) -> any LogHandler {
    switch self {
    case .text: StreamLogHandler.standardError(label: label)
    case .json: JSONLogHandler(label: label)
    }
  }
}

/// Writes each message as a JSON object on a line of standard error: time, level, label, message, and its metadata.
struct JSONLogHandler: LogHandler {
  let label: String
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  init(label: String) { self.label = label }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line: [String: String] = [
      "time": Date().formatted(
        Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt)),
      "level": event.level.rawValue, "label": label, "message": "\(event.message)",
    ]
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
      line["metadata.\(key)"] = "\(value)"
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(line) else { return }
    try? FileHandle.standardError.write(contentsOf: data + Data("\n".utf8))
  }
}
