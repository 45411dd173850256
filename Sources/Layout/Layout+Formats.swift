import Foundation

extension Layout {
  /// The bytes of a file, mapped where the system can.
  static func contents(of path: String) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw LayoutError(.noSuchFile, "there is no such file")
    }
    guard !isFolder.boolValue else {
      throw LayoutError(.unreadable, "this is a folder; a layout file is expected")
    }
    do {
      return try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    } catch {
      throw LayoutError(.unreadable, "the file can't be opened: \(error.localizedDescription)")
    }
  }

  /// What the reader of the content's format makes of it.
  static func draft(of bytes: UnsafeRawBufferPointer) throws -> LayoutDraft {
    if bytes.isEmpty { throw LayoutError(.notALayout, at: 0, "the file is empty") }
    if bytes.starts(with: [0x00, 0x06, 0x00, 0x02]) { return try GDSIIReader.read(bytes) }
    if bytes.starts(with: "%SEMI-OASIS".utf8) {
      throw LayoutError(.unsupportedFormat, at: 0, "OASIS is not read yet")
    }
    throw LayoutError(
      .notALayout, at: 0, "the content is neither GDSII (00 06 00 02) nor OASIS (%SEMI-OASIS)")
  }
}
