/// Why a simulated wafer could not be made.
public struct SimulationError: Error, Equatable, CustomStringConvertible {
  /// The kind of reason.
  public enum Code: String, Sendable {
    /// The folder holds something; nothing is overwritten.
    case notEmpty
    /// The system does not let it be written.
    case cannotWrite
  }

  /// The kind of reason.
  public let code: Code
  /// The folder or file at fault.
  public let path: String
  /// What is wrong, in words that follow "path: ".
  public let detail: String

  /// A failure with one sentence about it.
  public init(_ code: Code, path: String, detail: String) {
    (self.code, self.path, self.detail) = (code, path, detail)
  }

  /// The path, and what is wrong with it.
  public var description: String { "\(path): \(detail)" }
}
