/// Why a record could not be written or read.
public struct RecordError: Error, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public enum Code: String, Sendable {
    /// The bytes are no JSON, or lack a key, or hold a value of another type.
    case badJSON
    /// The format or its version is another.
    case unknownFormat
    /// A number is infinite or not a number.
    case notFinite
    /// The parts contradict each other.
    case inconsistent
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// Where and what, in words.
  public let detail: String

  /// An error of a kind, with where and what.
  public init(_ code: Code, _ detail: String) { (self.code, self.detail) = (code, detail) }

  /// One sentence.
  public var description: String { "findings record: \(detail)" }
}
