import CImageCodecs
public import Raster

/// Writes a deflated, tiled TIFF in bands from the top; the file appears under its name when all of it is there.
///
/// It becomes a BigTIFF where it could pass 4 GB. A writer that is dropped before ``finish()``, or that threw, leaves
/// nothing behind and what was there before alone. One row of tiles is held.
public final class TIFFWriter {
  private let file: OutputFile
  private let writer: OpaquePointer
  private let width: Int
  private let height: Int
  private let channels: Int
  private let bitDepth: Int
  private let tile: Int
  private var written = 0
  private var isFinished = false
  /// One row of tiles: `tile × width × channels` samples.
  private var rows: [UInt8]
  private var block: [UInt8]

  /// Begins a picture.
  ///
  /// - Parameters:
  ///   - path: where it is to appear.
  ///   - width: columns, 1 or more.
  ///   - height: rows, 1 or more.
  ///   - channels: 1 (grey) or 3 (RGB).
  ///   - bitDepth: 8 or 16 bits a sample. The default is 8.
  ///   - pixelSizeUm: width of a pixel in µm, noted as resolution per centimetre. The default is to note nothing.
  ///   - tile: width and height of a tile, a multiple of 16. The default is 256.
  ///   - big: whether it is a BigTIFF. The default is to decide by the size.
  /// - Throws: ``ImageFileError``, `cannotWrite`.
  public init(
    path: String, width: Int, height: Int, channels: Int, bitDepth: Int = 8,
    pixelSizeUm: Double? = nil, tile: Int = 256, big: Bool? = nil
  ) throws {
    precondition(bitDepth == 8 || bitDepth == 16, "a TIFF is written with 8 or 16 bits")
    precondition(channels == 1 || channels == 3, "a picture has one plane or three")
    precondition(
      (1...0x7fff_ffff).contains(width) && (1...0x7fff_ffff).contains(height),
      "a TIFF has 1 to 2³¹ − 1 rows and columns")
    precondition(tile > 0 && tile % 16 == 0, "a tile's side is a multiple of 16")
    file = try OutputFile(path: path)
    let pixelBytes = channels * bitDepth / 8
    let tilesAcross = (width - 1) / tile + 1
    let tilesDown = (height - 1) / tile + 1
    let bytes = tilesAcross * tilesDown * (tile * tile * pixelBytes + 64)
    var report = gd_report()
    guard
      let writer = gd_tiff_create(
        file.descriptor, (big ?? (bytes > 4_000_000_000)) ? 1 : 0, UInt32(width), UInt32(height),
        Int32(channels), Int32(bitDepth), UInt32(tile), pixelSizeUm.map { 1e4 / $0 } ?? 0, &report)
    else { throw file.failure(report) }
    self.writer = writer
    (self.width, self.height, self.channels, self.bitDepth) = (width, height, channels, bitDepth)
    self.tile = tile
    rows = [UInt8](repeating: 0, count: tile * width * pixelBytes)
    block = [UInt8](repeating: 0, count: tile * tile * pixelBytes)
  }

  deinit { gd_tiff_discard(writer) }

  /// Writes a whole picture.
  ///
  /// - Parameters: as of the initialiser.
  /// - Throws: ``ImageFileError``, `cannotWrite`.
  public static func write(
    _ picture: Picture, path: String, bitDepth: Int = 8, pixelSizeUm: Double? = nil
  ) throws {
    let writer = try TIFFWriter(
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
    let rowBytes = width * channels * bitDepth / 8
    for line in 0..<band.height {
      rows.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        for (channel, plane) in band.planes.enumerated() {
          quantise(
            plane, from: line * width, count: width, into: base + written % tile * rowBytes,
            bits: bitDepth, channel: channel, pixelStride: channels)
        }
      }
      written += 1
      if written % tile == 0 || written == height { try writeTiles() }
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
    guard gd_tiff_finish(writer, &report) == 1 else {
      file.abandon()
      throw file.failure(report)
    }
    try file.commit()
  }

  /// Cuts the held rows into tiles; beyond the picture they are 0.
  private func writeTiles() throws {
    let pixelBytes = channels * bitDepth / 8
    let tileRow = (written - 1) / tile
    let tilesAcross = (width - 1) / tile + 1
    let held = written - tileRow * tile
    for column in 0..<tilesAcross {
      let count = min(tile, width - column * tile) * pixelBytes
      var report = gd_report()
      let done = block.withUnsafeMutableBytes { block in
        rows.withUnsafeBytes { rows in
          for line in 0..<tile {
            let target = UnsafeMutableRawBufferPointer(
              rebasing: block[(line * tile * pixelBytes)..<((line + 1) * tile * pixelBytes)])
            let start = (line * width + column * tile) * pixelBytes
            target.initializeMemory(as: UInt8.self, repeating: 0)
            if line < held { target.copyMemory(from: .init(rebasing: rows[start..<start + count])) }
          }
        }
        return gd_tiff_write_tile(
          writer, UInt32(tileRow * tilesAcross + column), block.baseAddress, Int64(block.count),
          &report)
      }
      guard done == 1 else {
        file.abandon()
        throw file.failure(report)
      }
    }
  }
}
