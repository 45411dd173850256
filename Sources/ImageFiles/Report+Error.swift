import CImageCodecs

extension gd_report {
  /// The library's own words.
  var words: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// The failure of a reader as the module's error.
  ///
  /// - Parameters:
  ///   - format: whose data it is.
  ///   - place: where it happened, such as "row 812 of 1536"; nil for the header.
  ///   - row: the row from 0.
  func error(path: String, format: ImageFormat, place: String?, row: Int? = nil) -> ImageFileError {
    let part = place == nil ? "header" : "data"
    let more = words == "the file ends" ? "" : ": \(words)"
    let at = place.map { ", at \($0)" } ?? ""
    let (code, detail): (ImageFileError.Code, String) =
      switch kind {
      case gd_ends_early:
        (.endsEarly, "the \(format.name) \(part) ends early\(at)\(more)")
      case gd_unsupported: (.unsupported, "this kind of \(format.name) is not read: \(words)")
      case gd_too_large: (.tooLarge, "the \(format.name) asks for too much memory: \(words)")
      case gd_io: (.cannotRead, "cannot be read\(at): \(words)")
      default: (.damaged, "the \(format.name) \(part) is damaged\(at): \(words)")
      }
    return ImageFileError(
      code: code, path: path, detail: detail, row: row, offset: offset >= 0 ? Int(offset) : nil)
  }
}
