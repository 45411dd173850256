public import Raster

/// A PNG, JPEG or TIFF file whose pixels are read window by window.
///
/// The content decides the format, never the file's name. Only what a window needs is decoded and held:
/// - PNG and JPEG are decoded from the top. A window below the one before goes on from there; a window above begins
///   again. Read bands of whole rows in order, and each row is decoded once. Interlaced PNG and progressive JPEG are
///   held whole, within the limits.
/// - Of TIFF only the tiles or strips that touch the window are decoded. The first page is the picture.
///
/// Grey and RGB of 8 or 16 bits are read (PNG of 1, 2 and 4 bits too, and palettes, which become RGB). Alpha is dropped,
/// min-is-white inverted; no colour profile or gamma is applied. CMYK, float, signed samples and EXIF or TIFF
/// orientations other than "as stored" are refused.
///
/// Damage inside the rows that a window needs is always an error where the format lets it be noticed, and never made-up
/// pixels: data that ends early, a wrong checksum, a decoder's warning. JPEG has no checksum, so that a changed byte may
/// pass as other pixels; an early end never does. Damage below the window is only noticed when those rows are read:
/// ``verify()`` reads all of them.
///
/// Files are independent of each other and may be used on different threads; one file serves one caller at a time.
public final class ImageFile {
  /// How much a file may ask for.
  public struct Limits: Codable, Sendable {
    /// Most pixels of a picture.
    ///
    /// The default is 16·10⁹.
    public var pixels = 16_000_000_000
    /// Most bytes held beside the window.
    ///
    /// They go to one row, one TIFF tile or compressed strip, an interlaced PNG or a progressive JPEG. The default is
    /// 1 GiB.
    public var heldBytes = 1 << 30

    /// The default limits.
    public init() {}
  }

  /// How the pixels lie in the file, for callers that choose their windows.
  public enum Storage: Equatable, Sendable {
    /// From the top only, row after row.
    case rows
    /// In bands of whole rows, each found at once; the last may be lower.
    case strips(height: Int)
    /// In tiles, each found at once.
    case tiles(width: Int, height: Int)
  }

  /// The path as it was given.
  public let path: String
  /// The format that the content has.
  public let format: ImageFormat
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Planes of the pictures read: 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// Bits of a sample, 8 or 16; smaller ones were expanded to 8.
  public let bitDepth: Int
  /// Width of a pixel in µm, nil where the file does not tell.
  ///
  /// From, in this order: OME-XML `PhysicalSizeX`, ImageJ's unit, TIFF's resolution in inches or centimetres, PNG's
  /// `pHYs`, JFIF's density. A resolution of a printed page (within 2 % of 72, 96, 150, 300 or 600 dpi, or below 72) is
  /// what programs write that know nothing, and counts as absent, as do pixels that are not square.
  public let pixelSizeUm: Double?
  /// How the pixels lie in the file.
  public let storage: Storage

  private let source: any PixelSource

  /// Opens a picture and reads its header.
  ///
  /// - Throws: ``ImageFileError``: `noSuchFile`, or what is wrong with the file.
  public init(path: String, limits: Limits = Limits()) throws {
    let file = try InputFile(path: path)
    let start = try file.read(at: 0, count: 8)
    guard !start.isEmpty else {
      throw ImageFileError(code: .notAPicture, path: path, detail: "the file is empty")
    }
    guard let format = ImageFormat(start: start) else {
      throw ImageFileError(
        code: .notAPicture, path: path, detail: "the content is neither PNG nor JPEG nor TIFF")
    }
    source =
      format == .tiff
      ? try BlockSource(file: file, limits: limits)
      : try RowSource(file: file, format: format, limits: limits)
    let traits = source.traits
    self.path = path
    self.format = format
    (width, height) = (traits.width, traits.height)
    (channels, bitDepth) = (traits.channels, traits.bitDepth)
    (pixelSizeUm, storage) = (traits.pixelSizeUm, traits.storage)
  }

  /// The rectangle of all pixels.
  public var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }

  /// The pixels of a window.
  ///
  /// - Parameter rect: a rectangle inside ``bounds``.
  /// - Returns: ``channels`` planes of the window's size, samples 0…1: the stored value by 255 or 65535.
  /// - Throws: ``ImageFileError`` where the data of those rows ends early or is damaged.
  public func read(_ rect: PixelRect) throws -> Picture {
    precondition(bounds.contains(rect), "a window must lie inside the picture")
    return try Picture.filled(width: rect.width, height: rect.height, channels: channels) {
      try source.read(rect, into: $0)
    }
  }

  /// Reads every row, a band at a time, and keeps none.
  ///
  /// - Throws: ``ImageFileError`` for the first damage.
  public func verify() throws {
    switch storage {
    case .rows: try verifyBands(height: 256)
    case .strips(let height): try verifyBands(height: min(height, 256))
    case .tiles(let tileWidth, let tileHeight):
      for y in stride(from: 0, to: height, by: tileHeight) {
        for x in stride(from: 0, to: width, by: tileWidth) {
          let tile = PixelRect(x: x, y: y, width: tileWidth, height: tileHeight)
          _ = try read(tile.intersection(bounds))
        }
      }
    }
  }

  private func verifyBands(height band: Int) throws {
    for y in stride(from: 0, to: height, by: band) {
      _ = try read(PixelRect(x: 0, y: y, width: width, height: min(band, height - y)))
    }
  }
}
