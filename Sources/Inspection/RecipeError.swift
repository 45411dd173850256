/// Why a recipe, or a file that an inspection reads beside it (centre table, sidecar, scan), could not be used.
public struct RecipeError: Error, Equatable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Code: String, Sendable {
    /// The file, or a file it names, is not there.
    case noSuchFile
    /// The file is there but can't be read: a folder, no permission, too large, not UTF-8.
    case unreadable
    /// The file holds nothing.
    case empty
    /// The file is not well-formed YAML, JSON or a table.
    case syntax
    /// A key that means nothing here.
    case unknownKey
    /// A key, or a table's row, given more than once.
    case duplicateKey
    /// A key that has to be given and is not.
    case missingKey
    /// A value of another kind than expected, such as text in place of a number.
    case wrongType
    /// A value of the right kind outside its range.
    case badValue
    /// A key or value that a later version will know.
    case notAvailable
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The file at fault.
  public let path: String
  /// The line at fault, from 1; nil where none is known.
  public let line: Int?
  /// One sentence, without path and line.
  public let detail: String

  /// A mistake in a file, at a line where one is known.
  public init(_ code: Code, path: String, line: Int? = nil, detail: String) {
    (self.code, self.path, self.line, self.detail) = (code, path, line, detail)
  }

  /// One sentence: path, line, and what is wrong there.
  public var description: String {
    if let line { "\(path), line \(line): \(detail)" } else { "\(path): \(detail)" }
  }
}
