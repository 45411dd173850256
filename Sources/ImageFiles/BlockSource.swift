import CImageCodecs
import Raster

/// A TIFF, of which the tiles or strips are decoded that touch the window.
final class BlockSource: PixelSource {
  let traits: PictureTraits
  private let file: InputFile
  private let tiff: OpaquePointer
  private let info: gd_tiff_info
  private let layout: TIFFLayout
  private let palette: [[Float]]
  /// The block that was decoded last, so that bands that cut a strip don't decode it again each.
  private var scratch: UnsafeMutableRawPointer
  private var capacity = 0
  /// The number of that block.
  private var held: Int?
  /// The row of the scanline decoder, and the plane that it is in.
  private var cursor: (row: Int, plane: Int)?

  /// Strips above this are decoded by rows, so that a picture in one strip isn't held whole.
  private let mostStripBytes: Int

  init(file: InputFile, limits: ImageFile.Limits) throws {
    var info = gd_tiff_info()
    var report = gd_report()
    // A codec's own tables need some memory, whatever the limit.
    let limit = UInt64(max(limits.heldBytes, 1 << 20))
    guard let tiff = gd_tiff_open(file.descriptor, limit, &info, &report) else {
      throw report.error(path: file.path, format: .tiff, place: nil)
    }
    do {
      layout = try TIFFLayout(info, path: file.path)
      traits = try Self.traits(of: info, layout: layout, limits: limits, path: file.path)
    } catch {
      gd_tiff_close(tiff)
      throw error
    }
    (self.file, self.tiff, self.info) = (file, tiff, info)
    palette = layout.tone == .palette ? TIFFLayout.palette(info) : []
    mostStripBytes = min(16 << 20, limits.heldBytes)
    scratch = .allocate(byteCount: 0, alignment: 16)
  }

  deinit {
    gd_tiff_close(tiff)
    scratch.deallocate()
  }

  private static func traits(
    of info: gd_tiff_info, layout: TIFFLayout, limits: ImageFile.Limits, path: String
  ) throws -> PictureTraits {
    let (blockWidth, blockHeight) = (Int(info.block_width), Int(info.block_height))
    let rowBytes = blockWidth * layout.pixelStride * Int(info.bits) / 8
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
      channels: layout.tone == .palette || info.photometric == 2 ? 3 : 1, bitDepth: Int(info.bits),
      pixelSizeUm: PixelSize.um(
        description: info.description.map { String(cString: $0) },
        across: info.resolution.0, down: info.resolution.1, unit: Int(info.resolution_unit)),
      storage: info.tiled == 1
        ? .tiles(width: blockWidth, height: blockHeight) : .strips(height: blockHeight))
    try traits.check(limits, path: path)
    return traits
  }

  func read(_ rect: PixelRect, into planes: [UnsafeMutablePointer<Float>]) throws {
    for blockPlane in 0..<layout.blockPlanes {
      let targets = layout.blockPlanes == 1 ? planes : [planes[blockPlane]]
      if info.tiled == 0 && info.compression == 1 && info.fill_order == 1 {
        try readStored(rect, plane: blockPlane, into: targets)
      } else if info.tiled == 0 && info.block_bytes > Int64(mostStripBytes) {
        try readRows(rect, plane: blockPlane, into: targets)
      } else {
        try readBlocks(rect, plane: blockPlane, into: targets)
      }
    }
  }

  // MARK: The three ways to a row

  /// Uncompressed strips: just the window's bytes.
  private func readStored(
    _ rect: PixelRect, plane: Int, into planes: [UnsafeMutablePointer<Float>]
  ) throws {
    let pixelBytes = layout.pixelStride * traits.bitDepth / 8
    grow(to: rect.width * pixelBytes)
    held = nil
    let part = UnsafeMutableRawBufferPointer(start: scratch, count: rect.width * pixelBytes)
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
      if info.swapped == 1 && traits.bitDepth == 16 {
        let words = part.bindMemory(to: UInt16.self)
        for index in words.indices { words[index] = words[index].byteSwapped }
      }
      invertIfNeeded(part)
      deliver(
        scratch, firstPixel: 0, count: rect.width, into: planes, at: (row - rect.y) * rect.width)
    }
  }

  /// Large compressed strips: row by row from the strip's first.
  private func readRows(
    _ rect: PixelRect, plane: Int, into planes: [UnsafeMutablePointer<Float>]
  ) throws {
    grow(to: rowBytes)
    held = nil
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
          gd_tiff_read_row(tiff, UInt32(next), UInt32(plane), scratch, &report) == 1
        else {
          throw report.error(
            path: file.path, format: .tiff, place: "row \(next) of \(traits.height)", row: next)
        }
        next += 1
      }
      cursor = (next, plane)
      invertIfNeeded(UnsafeMutableRawBufferPointer(start: scratch, count: rowBytes))
      deliver(
        scratch, firstPixel: rect.x, count: rect.width, into: planes,
        at: (row - rect.y) * rect.width)
    }
  }

  /// Tiles and moderate strips: block by block.
  private func readBlocks(
    _ rect: PixelRect, plane: Int, into planes: [UnsafeMutablePointer<Float>]
  ) throws {
    let (blockWidth, blockHeight) = (Int(info.block_width), stripRows)
    for blockRow in rect.y / blockHeight...(rect.maxY - 1) / blockHeight {
      for column in rect.x / blockWidth...(rect.maxX - 1) / blockWidth {
        try decode(column: column, row: blockRow, plane: plane)
        let block = PixelRect(
          x: column * blockWidth, y: blockRow * blockHeight, width: blockWidth, height: blockHeight)
        let part = block.intersection(rect)
        for row in part.y..<part.maxY {
          deliver(
            scratch + (row - block.y) * rowBytes,
            firstPixel: part.x - block.x, count: part.width, into: planes,
            at: (row - rect.y) * rect.width + part.x - rect.x)
        }
      }
    }
  }

  private func decode(column: Int, row: Int, plane: Int) throws {
    let block = number(column: column, row: row, plane: plane)
    if held == block { return }
    held = nil
    _ = try place(column: column, row: row, plane: plane)
    let size = info.tiled == 1 ? Int(info.block_bytes) : rows(ofBlockRow: row) * rowBytes
    grow(to: size)
    var report = gd_report()
    guard
      gd_tiff_read_block(tiff, UInt32(block), scratch, Int64(size), &report) == 1
    else {
      throw report.error(
        path: file.path, format: .tiff, place: rowsInWords(blockRow: row), row: row * stripRows)
    }
    invertIfNeeded(UnsafeMutableRawBufferPointer(start: scratch, count: size))
    held = block
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
  private func place(column: Int, row: Int, plane: Int) throws -> (offset: Int, length: Int) {
    var (offset, length) = (UInt64(0), UInt64(0))
    let block = number(column: column, row: row, plane: plane)
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

  private func grow(to count: Int) {
    guard capacity < count else { return }
    scratch.deallocate()
    scratch = .allocate(byteCount: count, alignment: 16)
    capacity = count
  }

  private func invertIfNeeded(_ samples: UnsafeMutableRawBufferPointer) {
    guard layout.tone == .inverted else { return }
    for index in samples.indices { samples[index] = ~samples[index] }
  }

  private func deliver(
    _ row: UnsafeRawPointer, firstPixel: Int, count: Int,
    into planes: [UnsafeMutablePointer<Float>], at offset: Int
  ) {
    guard layout.tone == .palette else {
      return convert(
        row, bits: traits.bitDepth, pixelStride: layout.pixelStride, firstPixel: firstPixel,
        count: count, into: planes, at: offset)
    }
    let indices = row.assumingMemoryBound(to: UInt8.self) + firstPixel * layout.pixelStride
    for (plane, column) in zip(planes, palette) {
      for index in 0..<count {
        plane[offset + index] = column[Int(indices[index * layout.pixelStride])]
      }
    }
  }
}
