/// A file format for pictures.
public enum ImageFormat: String, Sendable, Codable, CaseIterable {
  /// Portable Network Graphics.
  case png
  /// JPEG, sequential or progressive.
  case jpeg
  /// TIFF or BigTIFF.
  case tiff

  /// The format that a file's first bytes announce, whatever its name says; nil for any other content.
  ///
  /// - Parameter start: the first bytes of the file; eight are enough.
  public init?(start: some Collection<UInt8>) {
    let bytes = [UInt8](start.prefix(8))
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) {
      self = .png
    } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else if Self.tiffMagics.contains(where: { bytes.starts(with: $0) }) {
      self = .tiff
    } else {
      return nil
    }
  }

  /// Little- and big-endian, classic and big.
  private static let tiffMagics: [[UInt8]] = [
    [0x49, 0x49, 0x2a, 0], [0x49, 0x49, 0x2b, 0], [0x4d, 0x4d, 0, 0x2a], [0x4d, 0x4d, 0, 0x2b],
  ]

  /// The format's name in a sentence.
  var name: String { rawValue.uppercased() }
}
