/// Why an explanation, or what belongs to one, can't be used.
public struct ExplanationError: Error, Equatable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Code: String, Sendable {
    /// It belongs to another model or layer.
    case otherModel
    /// It belongs to other data, or was made in another way.
    case otherData
  }

  /// What kind of trouble it is.
  public let code: Code
  /// What is wrong.
  public let detail: String

  init(_ code: Code, _ detail: String) { (self.code, self.detail) = (code, detail) }

  /// One sentence with all of it.
  public var description: String { detail }
}
