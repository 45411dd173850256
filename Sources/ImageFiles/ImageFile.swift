internal import CImageCodecs
public import Raster

/// A PNG, JPEG or TIFF file whose pixels are read window by window.
///
/// The content decides the format, never the file's name. Only what a window needs is decoded and held:
/// - PNG and JPEG are decoded from the top. A window below the one before goes on from there; a window above begins
///   again. Read bands of whole rows in order, and each row is decoded once. Interlaced PNG and progressive JPEG are
///   held whole, within the limits.
/// - Of TIFF only the tiles or strips that touch the window are decoded, on all cores. The first page is the picture; smaller
///   versions of it, on other pages or in its sub-directories, are its ``levels``.
///
/// Grey and RGB are read: PNG of 1 to 16 bits, JPEG of 8, TIFF of 1, 2, 4, 8, 12, 16 and 32 bits and floating-point of 16, 32
/// and 64, which is taken as it is. Numbers with a sign, of 8, 16 and 32 bits, go from the least at 0 to the largest at 1, as they
/// are in ImageJ. Palettes become RGB. Alpha is dropped, min-is-white inverted; no colour profile or gamma is
/// applied. What EXIF or TIFF say of the orientation is followed, so that windows are of the upright picture; a PNG or
/// JPEG that is turned is held whole for it. CMYK and complex samples are refused.
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
    /// They go to one row, one TIFF tile or compressed strip a core, or an interlaced PNG, a progressive JPEG, or a PNG or
    /// JPEG that is stored turned. The default is 1 GiB.
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
  /// Bits of a sample: 8 up to 8, 16 up to 16, else 32.
  public let bitDepth: Int
  /// Width of a pixel in µm, nil where the file does not tell.
  ///
  /// From, in this order: OME-XML `PhysicalSizeX`, ImageJ's unit, TIFF's resolution in inches or centimetres, PNG's
  /// `pHYs`, JFIF's density. A resolution of a printed page (within 2 % of 72, 96, 150, 300 or 600 dpi, or below 72) is
  /// what programs write that know nothing, and counts as absent, as do pixels that are not square.
  public let pixelSizeUm: Double?
  /// How the pixels lie in the file.
  public let storage: Storage

  /// The versions of the picture in the file, the picture itself first, each smaller than the one before.
  public let levels: [Level]

  /// One version of a picture.
  public struct Level: Equatable, Sendable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    let directory: UInt64
  }

  private let source: any PixelSource
  private let file: InputFile
  private let limits: Limits
  /// Decoders of smaller versions, by their place in `levels`.
  private var smaller: [Int: any PixelSource] = [:]

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
    let (traits, orientation) = (source.traits, source.orientation)
    self.path = path
    self.format = format
    (self.file, self.limits) = (file, limits)
    (width, height) =
      orientation.swapsAxes ? (traits.height, traits.width) : (traits.width, traits.height)
    (channels, bitDepth) = (traits.channels, traits.bitDepth)
    pixelSizeUm = traits.pixelSizeUm
    storage = traits.storage.seen(orientation, height: height)
    var levels = [Level(width: width, height: height, directory: 0)]
    if format == .tiff {
      for page in BlockSource.pages(of: file, limits: limits) {
        let (w, h) = (Int(page.width), Int(page.height))
        levels.append(
          Level(
            width: orientation.swapsAxes ? h : w, height: orientation.swapsAxes ? w : h,
            directory: page.offset))
      }
    }
    self.levels = levels
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
    return try Self.read(rect, from: source)
  }

  /// The pixels of a window of a smaller version.
  ///
  /// - Parameters:
  ///   - rect: a rectangle inside that version, in its pixels.
  ///   - level: its place in ``levels``; 0 is the picture itself.
  /// - Throws: ``ImageFileError`` where its header or the data of those rows end early or are damaged, or where it has other
  ///   channels than the picture.
  public func read(_ rect: PixelRect, level: Int) throws -> Picture {
    if level == 0 { return try read(rect) }
    let version = levels[level]
    let bounds = PixelRect(x: 0, y: 0, width: version.width, height: version.height)
    precondition(bounds.contains(rect), "a window must lie inside the picture")
    let source =
      try smaller[level]
      ?? BlockSource(file: file, limits: limits, directory: version.directory)
    let size = (source.traits.width, source.traits.height)
    let expected =
      source.orientation.swapsAxes
      ? (version.height, version.width) : (version.width, version.height)
    guard source.traits.channels == channels, size == expected else {
      throw ImageFileError(
        code: .damaged, path: path, detail: "a smaller version is another picture than the first")
    }
    smaller[level] = source
    return try Self.read(rect, from: source)
  }

  private static func read(_ rect: PixelRect, from source: any PixelSource) throws -> Picture {
    let traits = source.traits
    let stored = source.orientation.stored(rect, width: traits.width, height: traits.height)
    let picture = try Picture.filled(
      width: stored.width, height: stored.height, channels: traits.channels
    ) { try source.read(stored, into: $0) }
    if source.orientation == .asStored { return picture }
    return Picture(planes: picture.planes.map { source.orientation.seen($0) })
  }

  /// Hands windows of the picture to `body` one after the other, while the next one is being read.
  ///
  /// - Parameters:
  ///   - windows: rectangles inside ``bounds``; two of them are held at a time.
  ///   - body: gets a window's rectangle and its pixels.
  /// - Throws: what reading throws, after the windows before were handed out, and what `body` throws.
  public func forEach(
    _ windows: some Sequence<PixelRect>, _ body: (PixelRect, Picture) throws -> Void
  ) throws {
    let reader = WindowReader(file: self)
    defer { reader.wait() }
    var iterator = windows.makeIterator()
    guard var rect = iterator.next() else { return }
    reader.begin(rect)
    while true {
      let picture = try reader.take()
      let next = iterator.next()
      if let next { reader.begin(next) }
      try body(rect, picture)
      guard let next else { return }
      rect = next
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
