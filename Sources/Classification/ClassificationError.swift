/// Why labelled pictures, or a classifier, can't be used.
public struct ClassificationError: Error, Equatable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Code: String, Sendable {
    /// There is no such file or folder.
    case noSuchFile
    /// It can't be read.
    case cannotRead
    /// It says something that makes no sense.
    case damaged
    /// It has nothing to learn from.
    case empty
  }

  /// What kind of trouble it is.
  public let code: Code
  /// Where: a path, with the line where that is known.
  public let place: String
  /// What is wrong.
  public let detail: String

  init(_ code: Code, _ place: String, _ detail: String) {
    (self.code, self.place, self.detail) = (code, place, detail)
  }

  /// One sentence with all of it.
  public var description: String { "\(place): \(detail)" }
}
