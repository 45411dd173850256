public import Foundation

/// One entry of the audit chain: what happened, and the hash of all that happened before.
///
/// The hash is the SHA-256 of the entry's canonical JSON (`JSONValue.canonical`, RFC 8785) without the member `hash`. It
/// holds the hash of the entry before, 64 zeros for the first, so that no entry can be changed, left out or put in
/// without changing every hash after it. Cutting entries off the end is what a chain alone can't show: an export that was
/// signed before tells how long the chain was.
public struct AuditEntry: Sendable, Equatable {
  /// What kind of thing happened.
  public enum Event: String, Sendable {
    /// A scan was inspected, or found not inspectable.
    case inspected
    /// Someone decided on a finding.
    case decided
    /// A finding was explained anew.
    case explained
  }

  /// 1, 2, … without gaps.
  public let sequence: Int
  /// When it was written, ISO 8601 in UTC; the order is the sequence's, for clocks jump.
  public let time: String
  /// What kind of thing happened.
  public let event: Event
  /// What happened, with the hashes of everything it refers to.
  public let body: JSONValue
  /// Hash of the entry before; 64 zeros for the first.
  public let previous: String
  /// Hash of this entry.
  public let hash: String

  /// The next entry of a chain.
  public init(after last: AuditEntry?, time: Date, event: Event, body: JSONValue) {
    sequence = (last?.sequence ?? 0) + 1
    self.time = Self.text(of: time)
    (self.event, self.body, previous) = (event, body, last?.hash ?? Digest.none)
    hash = Self.hash(sequence, self.time, event.rawValue, body, previous)
  }

  /// An entry with the hash it was stored with.
  init(sequence: Int, time: String, event: Event, body: JSONValue, previous: String, hash: String) {
    (self.sequence, self.time, self.event) = (sequence, time, event)
    (self.body, self.previous, self.hash) = (body, previous, hash)
  }

  /// The entry on a line of an export.
  ///
  /// - Throws: `RecordError` unless the line is the canonical JSON of an entry.
  public init(line: Data) throws(RecordError) {
    let value = try JSONValue(parsing: line)
    guard case .object(let members) = value, members.count == 6,
      let sequence = value["sequence"]?.int, let time = value["time"]?.string,
      let event = value["event"]?.string.flatMap(Event.init), let body = value["body"],
      let previous = value["previous"]?.string, let hash = value["hash"]?.string
    else { throw RecordError(.inconsistent, "is no audit entry") }
    guard value.canonical == line else {
      throw RecordError(.inconsistent, "is not in the canonical form")
    }
    self.init(
      sequence: sequence, time: time, event: event, body: body, previous: previous, hash: hash)
  }

  /// The entry as canonical JSON.
  public var line: Data {
    guard
      case .object(var members) = Self.content(sequence, time, event.rawValue, body, previous)
    else { preconditionFailure("the content of an entry is an object") }
    members["hash"] = .text(hash)
    return JSONValue.object(members).canonical
  }

  /// Why the entry doesn't fit behind another; nil when it does.
  ///
  /// - Parameter last: the entry before; nil for the first of the chain.
  public func misfit(after last: AuditEntry?) -> String? {
    let expected = (last?.sequence ?? 0) + 1
    if sequence != expected { return "it is numbered \(sequence), expected \(expected)" }
    if previous != last?.hash ?? Digest.none { return "it does not follow on the entry before" }
    return contentMisfit
  }

  /// Why the entry's hash is not that of its content; nil when it is.
  public var contentMisfit: String? {
    hash == Self.hash(sequence, time, event.rawValue, body, previous)
      ? nil : "its hash is not that of its content"
  }

  private static func content(
    _ sequence: Int, _ time: String, _ event: String, _ body: JSONValue, _ previous: String
  ) -> JSONValue {
    .object([
      "sequence": .integer(sequence), "time": .text(time), "event": .text(event), "body": body,
      "previous": .text(previous),
    ])
  }

  private static func hash(
    _ sequence: Int, _ time: String, _ event: String, _ body: JSONValue, _ previous: String
  ) -> String {
    Digest.sha256(content(sequence, time, event, body, previous).canonical)
  }

  /// ISO 8601 in UTC, to the millisecond.
  static func text(of time: Date) -> String {
    time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt))
  }
}
