import CImageCodecs
import Raster

/// A PNG or JPEG, decoded from the top with a cursor that only goes forward.
final class RowSource: PixelSource {
  let traits: PictureTraits
  let orientation: Orientation
  private let file: InputFile
  private let format: ImageFormat
  private let limits: ImageFile.Limits
  /// nil after a failure, and until a window above the cursor was begun again.
  private var rows: OpaquePointer?
  /// The row that the decoder delivers next.
  private var cursor = 0
  private let row: UnsafeMutableRawPointer
  /// All rows, of a picture whose rows are not seen in their order.
  private var held: UnsafeMutableRawPointer?

  init(file: InputFile, format: ImageFormat, limits: ImageFile.Limits) throws {
    (self.file, self.format, self.limits) = (file, format, limits)
    var info = gd_rows_info()
    let opened = try Self.open(file, format, limits, &info)
    do {
      let exif = UnsafeBufferPointer(start: info.exif, count: info.exif_length)
      orientation = Orientation(exif: Array(exif))
      traits = Self.traits(of: info)
      try traits.check(limits, path: file.path)
      try Self.check(traits, orientation, limits, path: file.path)
    } catch {
      gd_rows_close(opened)
      throw error
    }
    rows = opened
    row = .allocate(
      byteCount: traits.width * traits.channels * traits.bitDepth / 8, alignment: 16)
  }

  deinit {
    gd_rows_close(rows)
    row.deallocate()
    held?.deallocate()
  }

  /// A picture that is seen from below or from a side is held whole, so that no row is decoded again for each window.
  private static func check(
    _ traits: PictureTraits, _ orientation: Orientation, _ limits: ImageFile.Limits, path: String
  ) throws {
    let bytes = traits.width * traits.channels * traits.bitDepth / 8 * traits.height
    guard orientation.keepsRows || bytes <= limits.heldBytes else {
      throw ImageFileError(
        code: .tooLarge, path: path,
        detail: "a picture that is stored turned must be held whole, which takes \(bytes) bytes")
    }
  }

  private static func open(
    _ file: InputFile, _ format: ImageFormat, _ limits: ImageFile.Limits,
    _ info: inout gd_rows_info
  ) throws -> OpaquePointer {
    var report = gd_report()
    let limit = UInt64(limits.heldBytes)
    let rows =
      format == .png
      ? gd_rows_open_png(file.descriptor, limit, &info, &report)
      : gd_rows_open_jpeg(file.descriptor, limit, &info, &report)
    guard let rows else { throw report.error(path: file.path, format: format, place: nil) }
    return rows
  }

  private static func traits(of info: gd_rows_info) -> PictureTraits {
    let (across, down) = info.pixels_per_meter
    return PictureTraits(
      width: Int(info.width), height: Int(info.height), channels: Int(info.channels),
      bitDepth: Int(info.bits), pixelSizeUm: PixelSize.um(perMeterAcross: across, down: down),
      storage: .rows)
  }

  func read(_ rect: PixelRect, into planes: [UnsafeMutablePointer<Float>]) throws {
    if !orientation.keepsRows { return try readHeld(rect, into: planes) }
    if rows == nil || rect.y < cursor { try restart() }
    while cursor < rect.y { try decode() }
    for line in 0..<rect.height {
      try decode()
      convert(
        row, bits: traits.bitDepth, pixelStride: traits.channels,
        firstPixel: rect.x, count: rect.width, into: planes, at: line * rect.width)
    }
  }

  private func readHeld(
    _ rect: PixelRect, into planes: [UnsafeMutablePointer<Float>]
  ) throws {
    let rowBytes = traits.width * traits.channels * traits.bitDepth / 8
    if held == nil {
      if rows == nil || cursor > 0 { try restart() }
      let all = UnsafeMutableRawPointer.allocate(
        byteCount: rowBytes * traits.height, alignment: 16)
      do {
        for line in 0..<traits.height {
          try decode()
          (all + line * rowBytes).copyMemory(from: row, byteCount: rowBytes)
        }
      } catch {
        all.deallocate()
        throw error
      }
      held = all
    }
    guard let held else { return }
    for line in 0..<rect.height {
      convert(
        held + (rect.y + line) * rowBytes, bits: traits.bitDepth, pixelStride: traits.channels,
        firstPixel: rect.x, count: rect.width, into: planes, at: line * rect.width)
    }
  }

  private func restart() throws {
    gd_rows_close(rows)
    rows = nil
    var info = gd_rows_info()
    let again = try Self.open(file, format, limits, &info)
    rows = again
    cursor = 0
    // The rows are as wide as the buffer only while the header is the one that was read at first.
    guard Int(info.width) == traits.width, Int(info.height) == traits.height,
      Int(info.channels) == traits.channels, Int(info.bits) == traits.bitDepth
    else {
      gd_rows_close(rows)
      rows = nil
      throw ImageFileError(
        code: .damaged, path: file.path, detail: "the file changed while it was read")
    }
  }

  private func decode() throws {
    var report = gd_report()
    guard gd_rows_read(rows, row, &report) == 1 else {
      gd_rows_close(rows)
      rows = nil
      throw report.error(
        path: file.path, format: format, place: "row \(cursor) of \(traits.height)", row: cursor)
    }
    cursor += 1
  }
}
