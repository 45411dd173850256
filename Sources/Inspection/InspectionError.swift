/// Why a scan or a recipe could not be used, when no file's own reader says it.
public struct InspectionError: Error, Equatable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Code: String, Sendable {
    /// A layer or cell of the recipe that the layout does not have.
    case notInLayout
    /// Nothing says how large a pixel is.
    case noPixelSize
    /// The scan can't be used as it is: too large, too few rows.
    case unusableScan
    /// A folder is missing, or holds nothing that is looked for.
    case noSuchFile
    /// Two scans would write into the same folder.
    case sameName
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The file at fault.
  public let path: String
  /// One sentence, without the path.
  public let detail: String

  /// A mistake in a file.
  public init(_ code: Code, path: String, _ detail: String) {
    (self.code, self.path, self.detail) = (code, path, detail)
  }

  /// One sentence: path, and what is wrong.
  public var description: String { "\(path): \(detail)" }
}
