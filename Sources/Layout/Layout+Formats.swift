import Raster

extension Layout {
  /// What the reader of the content's format makes of it.
  ///
  /// - Parameter release: is told now and then up to where the bytes are not needed any more.
  static func draft(
    of bytes: UnsafeRawBufferPointer, limits: Limits, release: @escaping (Int) -> Void
  ) throws -> LayoutDraft {
    if bytes.isEmpty { throw LayoutError(.notALayout, at: 0, "the file is empty") }
    if bytes.starts(with: [0x00, 0x06, 0x00, 0x02]) {
      return try GDSIIReader.read(bytes, limits: limits, release: release)
    }
    if bytes.starts(with: OASISReader.magic) {
      return try OASISReader.read(bytes, limits: limits, release: release)
    }
    throw LayoutError(
      .notALayout, at: 0, "the content is neither GDSII (00 06 00 02) nor OASIS (%SEMI-OASIS)")
  }
}
