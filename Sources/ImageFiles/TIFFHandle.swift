import CImageCodecs

/// One decoder of a TIFF's directory, with the block that it decoded last.
///
/// Several may be used at once on one file, each on one thread.
final class TIFFHandle {
  let tiff: OpaquePointer
  /// What the decoder wrote last.
  private(set) var scratch: UnsafeMutableRawPointer
  private var capacity = 0
  /// The number of the block in `scratch`, so that bands that cut a strip don't decode it again each.
  var held: Int?

  private var madeInflater: OpaquePointer?
  /// Decodes deflated blocks; nil where there is no memory for it.
  var inflater: OpaquePointer? {
    if madeInflater == nil { madeInflater = gd_inflater_make() }
    return madeInflater
  }

  /// Takes over an open decoder.
  init(_ tiff: OpaquePointer) {
    self.tiff = tiff
    scratch = .allocate(byteCount: 0, alignment: 16)
  }

  /// Another decoder of the same directory.
  convenience init(file: InputFile, limit: UInt64, directory: UInt64) throws {
    var (info, report) = (gd_tiff_info(), gd_report())
    guard let tiff = gd_tiff_open(file.descriptor, limit, directory, &info, &report) else {
      throw report.error(path: file.path, format: .tiff, place: nil)
    }
    self.init(tiff)
  }

  deinit {
    gd_tiff_close(tiff)
    gd_inflater_free(madeInflater)
    scratch.deallocate()
  }

  func grow(to count: Int) {
    guard capacity < count else { return }
    scratch.deallocate()
    scratch = .allocate(byteCount: count, alignment: 16)
    capacity = count
  }
}
