/// Why a network could not be built, read or run.
public struct NetworkError: Error, Equatable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Code: String, Sendable {
    case wrongShape, missingTensor, unsupported
  }
  /// What kind of trouble it is.
  public let code: Code
  /// One sentence that says what, where, and what was expected.
  public let detail: String
  /// The detail, with the module's name.
  public var description: String { "network: \(detail)" }

  /// An error.
  public init(_ code: Code, _ detail: String) { (self.code, self.detail) = (code, detail) }
}
