/// Reads an OASIS stream into a draft.
struct OASISReader {
  /// What every OASIS file begins with.
  static let magic = Array("%SEMI-OASIS\r\n".utf8)

  static func read(
    _ bytes: UnsafeRawBufferPointer, limits: Layout.Limits, release: @escaping (Int) -> Void
  ) throws -> LayoutDraft {
    throw LayoutError(.unsupportedFormat, at: 0, "OASIS is not read yet")
  }
}
