internal import Foundation

/// Why a layout could not be read, asked or written.
public struct LayoutError: Error, Equatable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Code: String, Sendable {
    /// The path names nothing.
    case noSuchFile
    /// The path names a folder, or the file can't be opened.
    case unreadable
    /// The file can't be written.
    case unwritable
    /// The content is neither GDSII nor OASIS.
    case notALayout
    /// The content is no layer properties file of KLayout.
    case notLayerStyles
    /// The content is a layout of a kind that is not read.
    case unsupportedFormat
    /// A record runs past the end of the file.
    case truncatedRecord
    /// A record's length is below four bytes, odd, or wrong for its kind.
    case badRecordLength
    /// A record is of the wrong kind, in the wrong place, or holds an impossible value.
    case badRecord
    /// An element lacks a record it needs.
    case missingRecord
    /// A list of coordinates ends in the middle of a point.
    case oddCoordinates
    /// The file ends before the library does.
    case missingEnd
    /// The checksum at the end of the file is not that of its bytes.
    case wrongChecksum
    /// A coordinate leaves the range that can be represented.
    case outOfRange
    /// Two cells have one name.
    case duplicateCell
    /// A reference names a cell that the file does not define.
    case unknownCell
    /// A cell contains itself.
    case cyclicReference
    /// The hierarchy is deeper or larger than can be handled.
    case tooComplex
  }

  /// What kind of failure it is.
  public let code: Code
  /// Byte of the file at which it was found; nil where no byte is to blame.
  public let offset: Int?
  /// What was found and what was expected, in a sentence.
  public let detail: String
  /// The file.
  public let path: String

  /// A failure with all its parts.
  public init(_ code: Code, at offset: Int? = nil, _ detail: String, path: String = "") {
    (self.code, self.offset, self.path) = (code, offset, path)
    // A damaged file's names hold anything; the sentence stays one line that can be read.
    self.detail = String(
      String.UnicodeScalarView(
        detail.unicodeScalars.prefix(400).map {
          CharacterSet.controlCharacters.contains($0) || CharacterSet.newlines.contains($0)
            ? "\u{fffd}" : $0
        }))
  }

  /// One line with everything that is known.
  public var description: String {
    let place = offset.map { " at byte \($0)" } ?? ""
    let file = path.isEmpty ? "" : " (\(path))"
    return "layout: \(code.rawValue)\(place): \(detail)\(file)"
  }

  /// The same failure, saying in which file.
  func inFile(_ path: String) -> LayoutError { LayoutError(code, at: offset, detail, path: path) }
}
