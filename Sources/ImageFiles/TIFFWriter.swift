public import Raster

/// Writes a tiled TIFF in bands from the top, as a pyramid where it is to be looked at.
///
/// A pyramid holds the picture at its full size on the first page, and halved again and again on the pages behind it,
/// each marked as a reduced image (`NewSubfileType` 1), down to one tile. OpenSlide, which QuPath can read through,
/// tifffile and libvips (`page=1…`) were seen to read it so; OpenSlide does not look into sub-directories. A pixel of a
/// level is the mean of the 2 × 2 stored below it, halves rounded up; at the border, of those that are there.
///
/// It is a BigTIFF where it could pass 2 GB. One row of tiles is held, and as much again for the levels of a pyramid; tiles
/// are packed on all cores.
public final class TIFFWriter: PictureWriter {
  /// How tiles are packed.
  public enum Compression: Equatable, Sendable {
    /// As they are.
    case none
    /// By zlib at a level of 1 (fast) to 9 (small), after horizontal differences.
    case deflate(level: Int)
  }

  private let file: OutputFile
  private let isBig: Bool
  private let compression: Compression
  private let pixelSizeUm: Double?
  private var rows: WrittenRows
  /// The resolutions, the picture's own first.
  private var levels: [TIFFLevel]

  /// Begins a picture.
  ///
  /// - Parameters:
  ///   - path: where it is to appear.
  ///   - width: columns, 1 or more.
  ///   - height: rows, 1 or more.
  ///   - channels: 1 (grey) or 3 (RGB).
  ///   - bitDepth: 8 or 16 bits a sample. The default is 8.
  ///   - pixelSizeUm: width of a pixel in µm, noted as resolution per centimetre. The default is to note nothing.
  ///   - isPyramid: whether smaller versions follow the picture. The default is not.
  ///   - compression: how tiles are packed. The default is zlib's level 4, measured to pack
  ///     pictures of dies to 60–80 % of what level 1 leaves, at 90–300 MB/s a core, many times as fast as they are painted.
  ///   - tile: width and height of a tile, a multiple of 16. The default is 256.
  ///   - big: whether it is a BigTIFF. The default is to decide by the size.
  /// - Throws: ``ImageFileError``, `cannotWrite`.
  public init(
    path: String, width: Int, height: Int, channels: Int, bitDepth: Int = 8,
    pixelSizeUm: Double? = nil, isPyramid: Bool = false,
    compression: Compression = .deflate(level: 4), tile: Int = 256, big: Bool? = nil
  ) throws {
    precondition(tile > 0 && tile % 16 == 0 && tile < 65536, "a tile's side is a multiple of 16")
    rows = WrittenRows(width: width, height: height, channels: channels, bitDepth: bitDepth)
    levels = [
      TIFFLevel(width: width, height: height, tile: tile, channels: channels, bitDepth: bitDepth)
    ]
    while isPyramid, let last = levels.last, max(last.width, last.height) > tile {
      levels.append(last.halved)
    }
    let most = levels.reduce(0) { $0 + $1.tilesAcross * $1.tilesDown * ($1.tileBytes + 64) }
    isBig = big ?? (most > 2_000_000_000)
    precondition(isBig || most < 4_000_000_000, "a TIFF beyond 4 GB is a BigTIFF")
    (self.compression, self.pixelSizeUm) = (compression, pixelSizeUm)
    file = try OutputFile(path: path)
    try file.append(header(firstDirectory: 0))
  }

  /// Writes a whole picture.
  ///
  /// - Parameters: as of the initialiser.
  /// - Throws: ``ImageFileError``, `cannotWrite`.
  public static func write(
    _ picture: Picture, path: String, bitDepth: Int = 8, pixelSizeUm: Double? = nil,
    isPyramid: Bool = false
  ) throws {
    try TIFFWriter(
      path: path, width: picture.width, height: picture.height, channels: picture.channels,
      bitDepth: bitDepth, pixelSizeUm: pixelSizeUm, isPyramid: isPyramid
    ).writeWhole(picture)
  }

  /// Writes the next rows; see ``PictureWriter``.
  public func write(rows band: Picture) throws {
    rows.check(band)
    for line in 0..<band.height {
      let start = rows.count % levels[0].tile * rows.rowBytes
      levels[0].held.withUnsafeMutableBytes { held in
        guard let base = held.baseAddress else { return }
        rows.take(line, of: band, into: base + start)
      }
      levels[0].count = rows.count
      if levels[0].isRowOfTilesWhole { try writeTiles(ofLevel: 0) }
    }
  }

  /// Writes a level's row of tiles, and those of smaller levels that become whole by it.
  private func writeTiles(ofLevel number: Int) throws {
    try levels[number].writeTiles(to: file, compression)
    guard number + 1 < levels.count else { return }
    levels[number].reduce(into: &levels[number + 1])
    if levels[number + 1].isRowOfTilesWhole { try writeTiles(ofLevel: number + 1) }
  }

  /// Completes the file; see ``PictureWriter``.
  public func finish() throws {
    rows.finish()
    try file.append([UInt8](repeating: 0, count: file.length.rounded(upTo: 8) - file.length))
    let first = file.length
    for (number, level) in levels.enumerated() {
      let directory = TIFFDirectory(
        isBig: isBig, width: level.width, height: level.height, channels: level.channels,
        bitDepth: level.bitDepth, tile: level.tile, isDeflated: compression != .none,
        isReduced: number > 0, pixelSizeUm: pixelSizeUm.map { $0 * Double(1 << number) },
        tiles: level.places)
      try file.append(directory.bytes(at: file.length, isLast: number == levels.count - 1))
    }
    try file.replaceStart(by: header(firstDirectory: first))
    try file.commit()
  }

  private func header(firstDirectory: Int) -> [UInt8] {
    var header = LittleEndianBytes()
    header.add(0x4949, bytes: 2)
    header.add(isBig ? 43 : 42, bytes: 2)
    if isBig { header.add(8, bytes: 4) }
    header.add(firstDirectory, bytes: isBig ? 8 : 4)
    return header.bytes
  }
}
