import CImageCodecs
public import Raster

/// Writes a PNG in bands from the top; the file appears under its name when all of it is there.
///
/// A writer that is dropped before ``finish()``, or that threw, leaves nothing behind and what was there before alone.
public final class PNGWriter {
  private let file: OutputFile
  private let writer: OpaquePointer
  private let width: Int
  private let height: Int
  private let channels: Int
  private let bitDepth: Int
  private var written = 0
  private var isFinished = false
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
    precondition(bitDepth == 8 || bitDepth == 16, "a PNG is written with 8 or 16 bits")
    precondition(channels == 1 || channels == 3, "a picture has one plane or three")
    precondition(
      (1...0x7fff_ffff).contains(width) && (1...0x7fff_ffff).contains(height),
      "a PNG has 1 to 2³¹ − 1 rows and columns")
    file = try OutputFile(path: path)
    var report = gd_report()
    let density = pixelSizeUm.map { 1e6 / $0 } ?? 0
    guard
      let writer = gd_png_create(
        file.descriptor, UInt32(width), UInt32(height), Int32(channels), Int32(bitDepth), density,
        &report)
    else { throw file.failure(report) }
    self.writer = writer
    (self.width, self.height, self.channels, self.bitDepth) = (width, height, channels, bitDepth)
    row = [UInt8](repeating: 0, count: width * channels * bitDepth / 8)
  }

  deinit { gd_png_discard(writer) }

  /// Writes a whole picture.
  ///
  /// - Parameters: as of the initialiser.
  /// - Throws: ``ImageFileError``, `cannotWrite`.
  public static func write(
    _ picture: Picture, path: String, bitDepth: Int = 8, pixelSizeUm: Double? = nil
  ) throws {
    let writer = try PNGWriter(
      path: path, width: picture.width, height: picture.height, channels: picture.channels,
      bitDepth: bitDepth, pixelSizeUm: pixelSizeUm)
    try writer.write(rows: picture)
    try writer.finish()
  }

  /// Writes the next rows.
  ///
  /// - Parameter band: as wide as the picture, samples 0…1; each becomes v·255 or v·65535, rounded and clamped.
  /// - Throws: ``ImageFileError``, `cannotWrite`; the writer is of no use then.
  public func write(rows band: Picture) throws {
    precondition(band.width == width && band.channels == channels, "a band fits its picture")
    precondition(written + band.height <= height, "there are no more rows than announced")
    for line in 0..<band.height {
      row.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        for (channel, plane) in band.planes.enumerated() {
          quantise(
            plane, from: line * width, count: width, into: base, bits: bitDepth, channel: channel,
            pixelStride: channels)
        }
      }
      var report = gd_report()
      guard gd_png_write_row(writer, row, &report) == 1 else {
        file.abandon()
        throw file.failure(report)
      }
      written += 1
    }
  }

  /// Completes the file, once all rows are written, and gives it its name.
  ///
  /// - Throws: ``ImageFileError``, `cannotWrite`; nothing is left behind then.
  public func finish() throws {
    precondition(written == height, "all rows are written before a picture is finished")
    precondition(!isFinished, "a picture is finished once")
    isFinished = true
    var report = gd_report()
    guard gd_png_finish(writer, &report) == 1 else {
      file.abandon()
      throw file.failure(report)
    }
    try file.commit()
  }
}
