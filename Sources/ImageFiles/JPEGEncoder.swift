import CImageCodecs
import Foundation
public import Raster

/// Pictures as JPEG bytes, for a page to embed.
public enum JPEGEncoder {
  /// The JPEG of a grey or RGB picture.
  ///
  /// - Parameters:
  ///   - picture: 1 to 65500 rows and columns, samples 0…1; each becomes v·255, rounded and clamped.
  ///   - quality: 1 (small) to 100 (good), on libjpeg's scale. The default is 85.
  public static func encode(_ picture: Picture, quality: Int = 85) -> [UInt8] {
    let (width, height, channels) = (picture.width, picture.height, picture.channels)
    precondition(
      (1...65500).contains(width) && (1...65500).contains(height),
      "a JPEG has 1 to 65500 rows and columns")
    precondition((1...100).contains(quality), "the quality is 1 to 100")
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    pixels.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      quantise(picture.planes, from: 0, count: width * height, into: base, bits: 8)
    }
    var report = gd_report()
    var bytes: UnsafeMutablePointer<UInt8>?
    var length = 0
    guard
      gd_jpeg_encode(
        pixels, UInt32(width), UInt32(height), Int32(channels), Int32(quality), &bytes, &length,
        &report) == 1
    else { fatalError("no JPEG: \(report.words)") }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: length))
  }
}
