import Foundation
import ImageFiles
import Raster
import TestSupport
import Testing

extension FuzzTests {
  /// Damaged pictures give an error of the module's, or a picture.
  @Suite struct PictureFuzzTests {
    private static func look(_ bytes: [UInt8], _ path: String) throws {
      var limits = ImageFile.Limits()
      limits.pixels = 200_000
      limits.heldBytes = 1 << 22
      do {
        let file = try ImageFile(path: path, limits: limits)
        let width = min(file.width, 50)
        _ = try file.read(
          PixelRect(x: file.width - width, y: file.height / 2, width: width, height: 1))
        _ = try file.read(PixelRect(x: 0, y: 0, width: file.width, height: min(file.height, 300)))
        for level in file.levels.indices.dropFirst().prefix(3) {
          let (width, height) = (
            min(file.levels[level].width, 64), min(file.levels[level].height, 64)
          )
          _ = try file.read(PixelRect(x: 0, y: 0, width: width, height: height), level: level)
        }
      } catch let error as ImageFileError {
        #expect(!error.detail.contains("\n") && error.code != .noSuchFile)
      }
    }

    @Test func `PNG`() throws {
      try Fuzzing("png", seeds: pictures("png")).run(mend: Self.withRightChecksums, Self.look)
    }

    @Test func `JPEG`() throws { try Fuzzing("jpeg", seeds: pictures("jpg")).run(Self.look) }

    @Test func `TIFF`() throws { try Fuzzing("tiff", seeds: pictures("tif")).run(Self.look) }

    /// The checksums of a PNG's chunks put right, as far as chunks can be made out.
    private static func withRightChecksums(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      var place = 8
      while place + 12 <= bytes.count {
        let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - place - 12 else { break }
        let sum = crc(bytes[place + 4..<place + 8 + length])
        for index in 0..<4 {
          bytes[place + 8 + length + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index))
        }
        place += 12 + length
      }
      return bytes
    }

    /// Source: PNG specification, annex D.
    private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      var value: UInt32 = .max
      for byte in bytes {
        value ^= UInt32(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
      }
      return ~value
    }
  }
}
