/// Why a report or its folder could not be written or read.
public struct ReportError: Error, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public enum Code: String, Sendable {
    /// The path does not exist.
    case noSuchFile
    /// The path may not be written: rights, a read-only disk, or a file where a folder is needed.
    case notWritable
    /// The disk or the quota is full.
    case diskFull
    /// Any other answer of the file system.
    case fileSystem
    /// A page template could not be used.
    case template
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// The file or folder that it happened to; empty for a template.
  public let path: String
  /// What was attempted and the answer, in words.
  public let detail: String

  /// An error of a kind, with the path and what happened to it.
  public init(_ code: Code, path: String, _ detail: String) {
    (self.code, self.path, self.detail) = (code, path, detail)
  }

  /// One sentence.
  public var description: String {
    path.isEmpty ? "report: \(detail)" : "report: \(path): \(detail)"
  }
}
