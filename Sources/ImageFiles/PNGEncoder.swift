import CImageCodecs
public import Raster

/// Pictures as PNG bytes, for a page to embed.
public enum PNGEncoder {
  /// The PNG of a grey or RGB picture, 8 bits a sample.
  ///
  /// - Parameter picture: at least one pixel, samples 0…1; each becomes v·255, rounded and clamped.
  public static func encode(_ picture: Picture) -> [UInt8] { encode(picture.planes) }

  /// The PNG of a picture with transparency, 8 bits a sample, always RGBA.
  ///
  /// - Parameters:
  ///   - picture: at least one pixel, samples 0…1, not multiplied by alpha; grey becomes equal red, green and blue.
  ///   - alpha: the picture's size; 0 is clear, 1 opaque.
  public static func encode(_ picture: Picture, alpha: Plane) -> [UInt8] {
    precondition(
      alpha.width == picture.width && alpha.height == picture.height, "alpha has the picture's size"
    )
    let planes = picture.planes
    return encode([planes[0], planes[planes.count / 2], planes[planes.count - 1], alpha])
  }

  /// planes: 1 grey, 3 RGB or 4 RGBA, all of one size.
  private static func encode(_ planes: [Plane]) -> [UInt8] {
    let (width, height) = (planes[0].width, planes[0].height)
    precondition(width > 0 && height > 0, "a PNG has at least one pixel")
    var report = gd_report()
    guard
      let writer = gd_png_create(
        -1, UInt32(width), UInt32(height), Int32(planes.count), 8, 0, &report)
    else { fatalError("no PNG: \(report.words)") }
    defer { gd_png_discard(writer) }
    var row = [UInt8](repeating: 0, count: width * planes.count)
    for line in 0..<height {
      row.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        quantise(planes, from: line * width, count: width, into: base, bits: 8)
      }
      guard gd_png_write_row(writer, row, &report) == 1 else {
        fatalError("no PNG: \(report.words)")
      }
    }
    guard gd_png_finish(writer, &report) == 1 else { fatalError("no PNG: \(report.words)") }
    var length = 0
    let bytes = gd_png_bytes(writer, &length)
    return Array(UnsafeBufferPointer(start: bytes, count: length))
  }
}
