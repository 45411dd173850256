internal import Foundation
public import Raster

/// A picture file that is written in bands from the top and appears under its name when all of it is there.
///
/// A writer that is dropped before ``finish()``, or that threw, leaves nothing behind and what was there before alone.
public protocol PictureWriter: AnyObject {
  /// Writes the next rows.
  ///
  /// - Parameter band: as wide as the picture, samples 0…1; each becomes v·255 or v·65535, rounded and clamped.
  /// - Throws: ``ImageFileError``, `cannotWrite`; the writer is of no use then.
  func write(rows band: Picture) throws

  /// Completes the file, once all rows are written, and gives it its name.
  ///
  /// - Throws: ``ImageFileError``, `cannotWrite`; nothing is left behind then.
  func finish() throws
}

extension PictureWriter {
  /// Writes all rows and completes the file.
  func writeWhole(_ picture: Picture) throws {
    try write(rows: picture)
    try finish()
  }
}

/// Size and samples of a picture that is being written, and how far it is.
struct WrittenRows {
  let width: Int
  let height: Int
  let channels: Int
  let bitDepth: Int
  private(set) var count = 0
  private var isFinished = false

  init(width: Int, height: Int, channels: Int, bitDepth: Int) {
    precondition(bitDepth == 8 || bitDepth == 16, "a picture is written with 8 or 16 bits")
    precondition(channels == 1 || channels == 3, "a picture has one plane or three")
    precondition(
      (1...0x7fff_ffff).contains(width) && (1...0x7fff_ffff).contains(height),
      "a picture has 1 to 2³¹ − 1 rows and columns")
    (self.width, self.height, self.channels, self.bitDepth) = (width, height, channels, bitDepth)
  }

  /// Bytes of an interleaved pixel.
  var pixelBytes: Int { channels * bitDepth / 8 }
  /// Bytes of an interleaved row.
  var rowBytes: Int { width * pixelBytes }

  /// Makes sure that a band fits below what is there.
  func check(_ band: Picture) {
    precondition(band.width == width && band.channels == channels, "a band fits its picture")
    precondition(count + band.height <= height, "there are no more rows than announced")
  }

  /// Interleaves the next row, which is line `line` of a band.
  mutating func take(_ line: Int, of band: Picture, into row: UnsafeMutableRawPointer) {
    quantise(band.planes, from: line * width, count: width, into: row, bits: bitDepth)
    count += 1
  }

  /// Makes sure that all rows are there, and that it is the first time.
  mutating func finish() {
    precondition(count == height, "all rows are written before a picture is finished")
    precondition(!isFinished, "a picture is finished once")
    isFinished = true
  }
}
