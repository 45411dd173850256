import CImageCodecs
import Raster

/// One resolution of a tiled TIFF that is being written: the rows of a row of tiles, and where the tiles before went.
struct TIFFLevel {
  let width: Int
  let height: Int
  let tile: Int
  let channels: Int
  let bitDepth: Int
  /// The rows that wait for their row of tiles to be whole: `tile × width × channels` samples.
  var held: [UInt8]
  /// Rows that came, those held included.
  var count = 0
  private(set) var places: [TIFFTilePlace] = []

  init(width: Int, height: Int, tile: Int, channels: Int, bitDepth: Int) {
    (self.width, self.height, self.tile) = (width, height, tile)
    (self.channels, self.bitDepth) = (channels, bitDepth)
    held = [UInt8](repeating: 0, count: tile * width * channels * bitDepth / 8)
    places.reserveCapacity(tilesAcross * tilesDown)
  }

  var pixelBytes: Int { channels * bitDepth / 8 }
  var rowBytes: Int { width * pixelBytes }
  var tileBytes: Int { tile * tile * pixelBytes }
  var tilesAcross: Int { (width - 1) / tile + 1 }
  var tilesDown: Int { (height - 1) / tile + 1 }
  /// Rows of the row of tiles that came last.
  var heldRows: Int { (count - 1) % tile + 1 }
  /// Whether the row of tiles that came last is whole.
  var isRowOfTilesWhole: Bool { count % tile == 0 || count == height }

  /// The next smaller resolution: every 2 × 2 pixels one, and what is left at the border one too.
  var halved: TIFFLevel {
    TIFFLevel(
      width: (width + 1) / 2, height: (height + 1) / 2, tile: tile, channels: channels,
      bitDepth: bitDepth)
  }

  // MARK: Tiles

  /// Writes the held rows as tiles, packed on all cores; beyond the picture they are 0.
  mutating func writeTiles(to file: OutputFile, _ compression: TIFFWriter.Compression) throws {
    let bound = max(tileBytes, Int(gd_deflate_bound(tileBytes)))
    // A few tiles for each core at a time, so that little is held of a wide picture.
    let group = 64
    var packed = [UInt8](repeating: 0, count: min(group, tilesAcross) * bound)
    var lengths = [Int](repeating: 0, count: min(group, tilesAcross))
    for first in stride(from: 0, to: tilesAcross, by: group) {
      let tiles = min(group, tilesAcross - first)
      pack(tiles, from: first, bound: bound, compression, into: &packed, &lengths)
      for index in 0..<tiles {
        places.append(TIFFTilePlace(offset: file.length, length: lengths[index]))
        try file.append(packed[index * bound..<index * bound + lengths[index]])
      }
    }
  }

  /// Packs tiles from column `first` on, each into the next `bound` bytes.
  private func pack(
    _ tiles: Int, from first: Int, bound: Int, _ compression: TIFFWriter.Compression,
    into packed: inout [UInt8], _ lengths: inout [Int]
  ) {
    packed.withUnsafeMutableBytes { packed in
      lengths.withUnsafeMutableBufferPointer { lengths in
        held.withUnsafeBytes { held in
          let shared = SharedBytes(held: held, packed: packed, lengths: lengths)
          inParallel(tiles) { index in
            let target = UnsafeMutableRawBufferPointer(
              rebasing: shared.packed[index * bound..<(index + 1) * bound])
            shared.lengths[index] = pack(
              column: first + index, of: shared.held, compression, into: target)
          }
        }
      }
    }
  }

  /// Packs one tile and returns how many bytes it takes.
  private func pack(
    column: Int, of rows: UnsafeRawBufferPointer, _ compression: TIFFWriter.Compression,
    into target: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard case .deflate(let level) = compression else {
      cut(column: column, of: rows, into: target)
      return tileBytes
    }
    return withUnsafeTemporaryAllocation(byteCount: tileBytes, alignment: 16) { tile in
      cut(column: column, of: rows, into: tile)
      takeDifferences(tile)
      let length = gd_deflate(
        tile.baseAddress, tile.count, Int32(level), target.baseAddress, target.count)
      precondition(length > 0, "a tile is deflated unless memory has run out")
      return length
    }
  }

  private func cut(
    column: Int, of rows: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) {
    let count = min(tile, width - column * tile) * pixelBytes
    target.initializeMemory(as: UInt8.self, repeating: 0)
    for line in 0..<heldRows {
      let start = line * rowBytes + column * tile * pixelBytes
      UnsafeMutableRawBufferPointer(rebasing: target[(line * tile * pixelBytes)...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: rows[start..<start + count]))
    }
  }

  /// Each sample less the one left of it (TIFF 6.0, section 14), which deflates better.
  private func takeDifferences(_ bytes: UnsafeMutableRawBufferPointer) {
    let count = tile * channels
    for line in 0..<tile {
      let row = UnsafeMutableRawBufferPointer(
        rebasing: bytes[line * tile * pixelBytes..<(line + 1) * tile * pixelBytes])
      if bitDepth == 8 {
        let samples = row.assumingMemoryBound(to: UInt8.self)
        for index in (channels..<count).reversed() { samples[index] &-= samples[index - channels] }
      } else {
        let samples = row.assumingMemoryBound(to: UInt16.self)
        for index in (channels..<count).reversed() { samples[index] &-= samples[index - channels] }
      }
    }
  }

  // MARK: Reduction

  /// Hands the held rows on to the next smaller resolution: the mean of every 2 × 2 pixels, rounded to the nearest, halves
  /// up; where the border leaves one column or row, the mean of those that are there.
  func reduce(into smaller: inout TIFFLevel) {
    let rows = (heldRows + 1) / 2
    let start = smaller.count % tile
    smaller.held.withUnsafeMutableBytes { target in
      held.withUnsafeBytes { source in
        let shared = SharedBytes(held: source, packed: target, lengths: .init(start: nil, count: 0))
        let smallerRowBytes = (width + 1) / 2 * pixelBytes
        RowBands(height: rows, rowsPerBand: 32).inParallel { band in
          for row in band {
            let upper = shared.held[(2 * row * rowBytes)...]
            let lower = shared.held[(min(2 * row + 1, heldRows - 1) * rowBytes)...]
            let target = shared.packed[((start + row) * smallerRowBytes)...]
            if bitDepth == 8 {
              reduce(UInt8.self, upper, lower, into: target)
            } else {
              reduce(UInt16.self, upper, lower, into: target)
            }
          }
        }
      }
    }
    smaller.count += rows
  }

  @inline(__always)
  private func reduce<Sample: FixedWidthInteger & UnsignedInteger>(
    _: Sample.Type, _ upper: Slice<UnsafeRawBufferPointer>, _ lower: Slice<UnsafeRawBufferPointer>,
    into target: Slice<UnsafeMutableRawBufferPointer>
  ) {
    let upper = UnsafeRawBufferPointer(rebasing: upper).assumingMemoryBound(to: Sample.self)
    let lower = UnsafeRawBufferPointer(rebasing: lower).assumingMemoryBound(to: Sample.self)
    let target = UnsafeMutableRawBufferPointer(rebasing: target)
      .assumingMemoryBound(to: Sample.self)
    for column in 0..<(width + 1) / 2 {
      let left = 2 * column * channels
      let right = min(2 * column + 1, width - 1) * channels
      for channel in 0..<channels {
        let sum =
          UInt32(upper[left + channel]) + UInt32(upper[right + channel])
          + UInt32(lower[left + channel]) + UInt32(lower[right + channel])
        target[column * channels + channel] = Sample((sum + 2) / 4)
      }
    }
  }
}

/// What the cores share.
///
/// Sendable is right: `held` is only read, and each call writes bytes and a length of its own.
private struct SharedBytes: @unchecked Sendable {
  let held: UnsafeRawBufferPointer
  let packed: UnsafeMutableRawBufferPointer
  let lengths: UnsafeMutableBufferPointer<Int>
}
