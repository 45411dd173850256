import CImageCodecs
import Foundation
import Raster

/// A directory of a TIFF, of which the tiles or strips are decoded that touch the window.
final class BlockSource: PixelSource {
  let traits: PictureTraits
  let orientation: Orientation
  private let file: InputFile
  private let directory: UInt64
  private let info: gd_tiff_info
  private let layout: TIFFLayout
  private let palette: [[Float]]
  private let limit: UInt64
  /// Decoders, one for each core that decodes; the first serves where one does.
  private var handles: [TIFFHandle]
  /// The row of the scanline decoder, and the plane that it is in.
  private var cursor: (row: Int, plane: Int)?

  /// Strips above this are decoded by rows, so that a picture in one strip isn't held whole.
  private let mostStripBytes: Int

  /// - Parameter directory: where in the file; 0 for the first.
  init(file: InputFile, limits: ImageFile.Limits, directory: UInt64 = 0) throws {
    var info = gd_tiff_info()
    var report = gd_report()
    // A codec's own tables need some memory, whatever the limit.
    limit = UInt64(max(limits.heldBytes, 1 << 20))
    guard let tiff = gd_tiff_open(file.descriptor, limit, directory, &info, &report) else {
      throw report.error(path: file.path, format: .tiff, place: nil)
    }
    handles = [TIFFHandle(tiff)]
    layout = try TIFFLayout(info, path: file.path)
    traits = try Self.traits(of: info, layout: layout, limits: limits, path: file.path)
    orientation = Orientation(number: Int(info.orientation))
    (self.file, self.directory, self.info) = (file, directory, info)
    palette = layout.isPalette ? TIFFLayout.palette(info) : []
    mostStripBytes = min(16 << 20, limits.heldBytes)
  }

  private static func traits(
    of info: gd_tiff_info, layout: TIFFLayout, limits: ImageFile.Limits, path: String
  ) throws -> PictureTraits {
    let (blockWidth, blockHeight) = (Int(info.block_width), Int(info.block_height))
    let rowBytes = (blockWidth * layout.pixelStride * layout.kind.bits + 7) / 8
    guard info.width > 0, info.height > 0, blockWidth > 0, blockHeight > 0,
      Int(info.row_bytes) == rowBytes,
      info.block_bytes > 0,
      info.block_bytes / Int64(rowBytes) == blockHeight
    else {
      throw ImageFileError(code: .damaged, path: path, detail: "the TIFF header is damaged")
    }
    guard rowBytes <= limits.heldBytes,
      info.tiled == 0 || info.block_bytes <= Int64(limits.heldBytes)
    else {
      throw ImageFileError(
        code: .tooLarge, path: path, detail: "a single tile or row is above the limit")
    }
    let traits = PictureTraits(
      width: Int(info.width), height: Int(info.height),
      channels: layout.isPalette || info.photometric == 2 ? 3 : 1, bitDepth: layout.kind.toldBits,
      pixelSizeUm: PixelSize.um(
        description: info.description.map { String(cString: $0) },
        across: info.resolution.0, down: info.resolution.1, unit: Int(info.resolution_unit)),
      storage: info.tiled == 1
        ? .tiles(width: blockWidth, height: blockHeight) : .strips(height: blockHeight))
    try traits.check(limits, path: path)
    return traits
  }

  /// What the smaller versions are, the largest first: pages, or children of the first, that say so or have its shape.
  static func pages(of file: InputFile, limits: ImageFile.Limits) -> [gd_tiff_page] {
    let most = 64
    var (info, report) = (gd_tiff_info(), gd_report())
    let limit = UInt64(max(limits.heldBytes, 1 << 20))
    guard let tiff = gd_tiff_open(file.descriptor, limit, 0, &info, &report) else { return [] }
    defer { gd_tiff_close(tiff) }
    var pages = [gd_tiff_page](repeating: gd_tiff_page(), count: most)
    pages.removeLast(most - Int(gd_tiff_pages(tiff, &pages, Int32(most))))
    guard let first = pages.first else { return [] }
    let smaller = pages.dropFirst().filter { page in
      guard page.offset > 0, page.width > 0, page.height > 0, page.width < first.width,
        page.height <= first.height
      else { return false }
      let factor = (Double(first.width) / Double(page.width)).rounded()
      let hasShape =
        factor >= 2 && abs(Double(first.width) / factor - Double(page.width)) <= 1
        && abs(Double(first.height) / factor - Double(page.height)) <= 1
      return hasShape && (page.reduced == 1 || page.tiled == first.tiled)
    }
    return smaller.sorted { $0.width > $1.width }
  }

  func read(_ rect: PixelRect, into planes: [UnsafeMutablePointer<Float>]) throws {
    for blockPlane in 0..<layout.blockPlanes {
      let targets = layout.blockPlanes == 1 ? planes : [planes[blockPlane]]
      if info.tiled == 0 && info.compression == 1 && info.fill_order == 1 && layout.isInBytes {
        try readStored(rect, plane: blockPlane, into: targets)
      } else if info.tiled == 0 && info.block_bytes > Int64(mostStripBytes) {
        try readRows(rect, plane: blockPlane, into: targets)
      } else {
        try readBlocks(rect, plane: blockPlane, into: targets)
      }
    }
  }

  // MARK: The three ways to a row

  /// Uncompressed strips of 8 or 16 bits: just the window's bytes.
  private func readStored(
    _ rect: PixelRect, plane: Int, into planes: [UnsafeMutablePointer<Float>]
  ) throws {
    let handle = handles[0]
    let bits = layout.kind.bits
    let pixelBytes = layout.pixelStride * bits / 8
    handle.grow(to: rect.width * pixelBytes)
    handle.held = nil
    let part = UnsafeMutableRawBufferPointer(
      start: handle.scratch, count: rect.width * pixelBytes)
    var strip = -1
    var start = 0
    for row in rect.y..<rect.maxY {
      if row / stripRows != strip {
        strip = row / stripRows
        let place = try self.place(column: 0, row: strip, plane: plane)
        guard place.length >= rows(ofBlockRow: strip) * rowBytes else {
          throw failure(.damaged, "is damaged: too few bytes for a strip", row: row)
        }
        start = place.offset
      }
      let offset = start + (row - strip * stripRows) * rowBytes + rect.x * pixelBytes
      guard try file.read(at: offset, into: part) == part.count else {
        throw failure(.endsEarly, "ends early", row: row)
      }
      if info.swapped == 1 && bits == 16 {
        let words = part.bindMemory(to: UInt16.self)
        for index in words.indices { words[index] = words[index].byteSwapped }
      }
      deliver(
        handle.scratch, firstPixel: 0, count: rect.width, into: planes,
        at: (row - rect.y) * rect.width)
    }
  }

  /// Large compressed strips: row by row from the strip's first.
  private func readRows(
    _ rect: PixelRect, plane: Int, into planes: [UnsafeMutablePointer<Float>]
  ) throws {
    let handle = handles[0]
    handle.grow(to: rowBytes)
    handle.held = nil
    for row in rect.y..<rect.maxY {
      let strip = row / stripRows
      var next = strip * stripRows
      if let cursor, cursor.plane == plane, cursor.row / stripRows == strip, cursor.row <= row {
        next = cursor.row
      } else {
        _ = try place(column: 0, row: strip, plane: plane)
      }
      cursor = nil
      while next <= row {
        var report = gd_report()
        guard
          gd_tiff_read_row(handle.tiff, UInt32(next), UInt32(plane), handle.scratch, &report) == 1
        else {
          throw report.error(
            path: file.path, format: .tiff, place: "row \(next) of \(traits.height)", row: next)
        }
        next += 1
      }
      cursor = (next, plane)
      deliver(
        handle.scratch, firstPixel: rect.x, count: rect.width, into: planes,
        at: (row - rect.y) * rect.width)
    }
  }

  /// Tiles and moderate strips: block by block, on all cores.
  private func readBlocks(
    _ rect: PixelRect, plane: Int, into planes: [UnsafeMutablePointer<Float>]
  ) throws {
    let columns = rect.x / Int(info.block_width)...(rect.maxX - 1) / Int(info.block_width)
    let rows = rect.y / stripRows...(rect.maxY - 1) / stripRows
    let count = columns.count * rows.count
    let workers = min(count, Int(info.block_bytes) < 1 << 12 ? 1 : Self.cores)
    while handles.count < workers {
      handles.append(try TIFFHandle(file: file, limit: limit, directory: directory))
    }
    // What each worker stumbled over first; the uppermost is told.
    var failures = [(any Error)?](repeating: nil, count: workers)
    failures.withUnsafeMutableBufferPointer { failures in
      let shared = SharedWindow(source: self, planes: planes, failures: failures)
      inParallel(workers) { worker in
        do {
          for place in count * worker / workers..<count * (worker + 1) / workers {
            let (column, row) = (
              columns.lowerBound + place % columns.count, rows.lowerBound + place / columns.count
            )
            try shared.source.readBlock(
              column: column, row: row, plane: plane, of: rect, with: shared.source.handles[worker],
              into: shared.planes)
          }
        } catch { shared.failures[worker] = error }
      }
    }
    if let failure = failures.lazy.compactMap(\.self).first { throw failure }
  }

  private static let cores = min(ProcessInfo.processInfo.activeProcessorCount, 16)

  private func readBlock(
    column: Int, row: Int, plane: Int, of rect: PixelRect, with handle: TIFFHandle,
    into planes: [UnsafeMutablePointer<Float>]
  ) throws {
    try decode(column: column, row: row, plane: plane, with: handle)
    let (blockWidth, blockHeight) = (Int(info.block_width), stripRows)
    let block = PixelRect(
      x: column * blockWidth, y: row * blockHeight, width: blockWidth, height: blockHeight)
    let part = block.intersection(rect)
    for row in part.y..<part.maxY {
      deliver(
        handle.scratch + (row - block.y) * rowBytes,
        firstPixel: part.x - block.x, count: part.width, into: planes,
        at: (row - rect.y) * rect.width + part.x - rect.x)
    }
  }

  private func decode(column: Int, row: Int, plane: Int, with handle: TIFFHandle) throws {
    let block = number(column: column, row: row, plane: plane)
    if handle.held == block { return }
    handle.held = nil
    let place = try place(column: column, row: row, plane: plane, with: handle)
    let size = info.tiled == 1 ? Int(info.block_bytes) : rows(ofBlockRow: row) * rowBytes
    handle.grow(to: size)
    if inflate(place, size, with: handle) {
      handle.held = block
      return
    }
    var report = gd_report()
    guard
      gd_tiff_read_block(handle.tiff, UInt32(block), handle.scratch, Int64(size), &report) == 1
    else {
      throw report.error(
        path: file.path, format: .tiff, place: rowsInWords(blockRow: row), row: row * stripRows)
    }
    handle.held = block
  }

  /// Decodes a deflated block of 8 or 16 bits; false where it is another or not right, of which the decoder tells more.
  private func inflate(
    _ place: (offset: Int, length: Int), _ size: Int, with handle: TIFFHandle
  ) -> Bool {
    let bits = layout.kind.bits
    guard info.compression == 8 || info.compression == 32946, info.fill_order == 1,
      layout.isInBytes, bits == 8 || info.swapped == 0, info.predictor <= 2,
      place.length <= 2 * size + 4096, let inflater = handle.inflater,
      gd_inflater_read(
        inflater, file.descriptor, UInt64(place.offset), place.length, handle.scratch, size) == 1
    else { return false }
    if info.predictor == 2 {
      gd_add_differences(
        handle.scratch, size / rowBytes, rowBytes * 8 / bits, layout.pixelStride, Int32(bits))
    }
    return true
  }

  // MARK: Small parts of them

  private var stripRows: Int { Int(info.block_height) }
  /// Bytes of a block's row.
  private var rowBytes: Int { Int(info.row_bytes) }

  private func rows(ofBlockRow row: Int) -> Int {
    min(stripRows, traits.height - row * stripRows)
  }

  private func number(column: Int, row: Int, plane: Int) -> Int {
    let across = (traits.width - 1) / Int(info.block_width) + 1
    let down = (traits.height - 1) / stripRows + 1
    return (plane * down + row) * across + column
  }

  /// Where a block's bytes lie, all of which the file must have.
  private func place(
    column: Int, row: Int, plane: Int, with handle: TIFFHandle? = nil
  ) throws -> (offset: Int, length: Int) {
    var (offset, length) = (UInt64(0), UInt64(0))
    let block = number(column: column, row: row, plane: plane)
    let tiff = (handle ?? handles[0]).tiff
    guard gd_tiff_block_place(tiff, UInt32(block), &offset, &length) == 1, offset > 0, length > 0
    else {
      throw failure(.damaged, "is damaged: a block is missing", row: row * stripRows, blockRow: row)
    }
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, end <= UInt64(file.size) else {
      throw failure(.endsEarly, "ends early", row: row * stripRows, blockRow: row)
    }
    return (Int(offset), Int(length))
  }

  private func rowsInWords(blockRow: Int) -> String {
    let first = blockRow * stripRows
    return "rows \(first) to \(first + rows(ofBlockRow: blockRow) - 1) of \(traits.height)"
  }

  private func failure(
    _ code: ImageFileError.Code, _ what: String, row: Int, blockRow: Int? = nil
  ) -> ImageFileError {
    let place = blockRow.map(rowsInWords) ?? "row \(row) of \(traits.height)"
    return ImageFileError(
      code: code, path: file.path, detail: "the TIFF data \(what), at \(place)", row: row)
  }

  private func deliver(
    _ row: UnsafeRawPointer, firstPixel: Int, count: Int,
    into planes: [UnsafeMutablePointer<Float>], at offset: Int
  ) {
    guard layout.isPalette else {
      return spread(
        row, layout.kind, isInverted: layout.isInverted, pixelStride: layout.pixelStride,
        firstPixel: firstPixel, count: count, into: planes, at: offset)
    }
    for (plane, column) in zip(planes, palette) {
      for index in 0..<count {
        let place = (firstPixel + index) * layout.pixelStride
        plane[offset + index] = column[packed(row, bits: layout.kind.bits, place)]
      }
    }
  }
}

/// What the cores share that decode one window.
///
/// Sendable is right: each worker has a decoder and a failure of its own and writes the pixels of its own blocks; the rest
/// is only read.
private struct SharedWindow: @unchecked Sendable {
  let source: BlockSource
  let planes: [UnsafeMutablePointer<Float>]
  let failures: UnsafeMutableBufferPointer<(any Error)?>
}
