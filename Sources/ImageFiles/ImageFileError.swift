/// Why a picture could not be read or written.
public struct ImageFileError: Error, Equatable, CustomStringConvertible {
  /// The kind of reason.
  public enum Code: String, Sendable {
    /// Nothing is at the path.
    case noSuchFile
    /// The system does not let it be read: a folder, no permission, a failing disk.
    case cannotRead
    /// The content is neither PNG nor JPEG nor TIFF.
    case notAPicture
    /// The file stops before the picture does.
    case endsEarly
    /// Bytes inside cannot be right.
    case damaged
    /// A sound picture of a kind that is not read.
    case unsupported
    /// Reading would take more than the limits allow.
    case tooLarge
    /// The system does not let it be written.
    case cannotWrite
  }

  /// The kind of reason.
  public let code: Code
  /// The path as the caller gave it.
  public let path: String
  /// What is wrong, in words that follow "path: ".
  public let detail: String
  /// The picture row, from 0, that could not be decoded, where one is known.
  public let row: Int?
  /// Bytes of the file that were consumed when it happened, where known; the damage is not behind them.
  public let offset: Int?

  /// A failure with one sentence about it.
  public init(code: Code, path: String, detail: String, row: Int? = nil, offset: Int? = nil) {
    (self.code, self.path, self.row, self.offset) = (code, path, row, offset)
    // A codec's words may repeat bytes of a damaged file; the sentence stays one line.
    self.detail = String(
      String.UnicodeScalarView(
        detail.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{fffd}" : $0 }))
  }

  /// The path, what is wrong with it, and the byte where that is known.
  public var description: String {
    guard let offset else { return "\(path): \(detail)" }
    return "\(path): \(detail) (at byte \(offset) or before)"
  }
}
