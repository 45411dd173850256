/// Why the records could not be kept or read.
public struct StoreError: Error, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public enum Code: String, Sendable {
    /// There are no records at the place.
    case noSuchFile
    /// The file is no database, or a page of it is damaged.
    case damaged
    /// The place may not be written, or not be opened.
    case notWritable
    /// The disk is full.
    case diskFull
    /// Another process holds the records, and did not let go in time.
    case busy
    /// The records were made by a newer version of the program.
    case newer
    /// No scan or finding is called so.
    case unknown
    /// Any other answer of the database.
    case failed
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// The records' file, or what was asked for.
  public let path: String
  /// One sentence, without the path.
  public let detail: String

  /// An error of a kind.
  public init(_ code: Code, path: String, _ detail: String) {
    (self.code, self.path, self.detail) = (code, path, detail)
  }

  /// One sentence: path, and what is wrong.
  public var description: String { "records: \(path): \(detail)" }
}
