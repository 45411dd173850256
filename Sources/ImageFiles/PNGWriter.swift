import CImageCodecs
public import Raster

/// Writes a PNG in bands from the top.
public final class PNGWriter: PictureWriter {
  private let file: OutputFile
  private let writer: OpaquePointer
  private var rows: WrittenRows
  private var row: [UInt8]

  /// Begins a picture.
  ///
  /// - Parameters:
  ///   - path: where it is to appear.
  ///   - width: columns, 1 or more.
  ///   - height: rows, 1 or more.
  ///   - channels: 1 (grey) or 3 (RGB).
  ///   - bitDepth: 8 or 16 bits a sample. The default is 8.
  ///   - pixelSizeUm: width of a pixel in µm, noted in `pHYs`. The default is to note nothing.
  /// - Throws: ``ImageFileError``, `cannotWrite`.
  public init(
    path: String, width: Int, height: Int, channels: Int, bitDepth: Int = 8,
    pixelSizeUm: Double? = nil
  ) throws {
    rows = WrittenRows(width: width, height: height, channels: channels, bitDepth: bitDepth)
    file = try OutputFile(path: path)
    var report = gd_report()
    let density = pixelSizeUm.map { 1e6 / $0 } ?? 0
    guard
      let writer = gd_png_create(
        file.descriptor, UInt32(width), UInt32(height), Int32(channels), Int32(bitDepth), density,
        &report)
    else { throw file.failure(report) }
    self.writer = writer
    row = [UInt8](repeating: 0, count: rows.rowBytes)
  }

  deinit { gd_png_discard(writer) }

  /// Writes a whole picture.
  ///
  /// - Parameters: as of the initialiser.
  /// - Throws: ``ImageFileError``, `cannotWrite`.
  public static func write(
    _ picture: Picture, path: String, bitDepth: Int = 8, pixelSizeUm: Double? = nil
  ) throws {
    try PNGWriter(
      path: path, width: picture.width, height: picture.height, channels: picture.channels,
      bitDepth: bitDepth, pixelSizeUm: pixelSizeUm
    ).writeWhole(picture)
  }

  /// Writes the next rows; see ``PictureWriter``.
  public func write(rows band: Picture) throws {
    rows.check(band)
    for line in 0..<band.height {
      row.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        rows.take(line, of: band, into: base)
      }
      var report = gd_report()
      guard gd_png_write_row(writer, row, &report) == 1 else {
        file.abandon()
        throw file.failure(report)
      }
    }
  }

  /// Completes the file; see ``PictureWriter``.
  public func finish() throws {
    rows.finish()
    var report = gd_report()
    guard gd_png_finish(writer, &report) == 1 else {
      file.abandon()
      throw file.failure(report)
    }
    try file.commit()
  }
}
