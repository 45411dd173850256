import CImageCodecs

/// How a TIFF's samples lie, once it is known that they can be read.
struct TIFFLayout {
  enum Tone { case plain, inverted, palette }

  let tone: Tone
  /// Samples of a pixel in a block: all of them, or 1 where each has its own blocks.
  let pixelStride: Int
  /// Blocks to read for each place: 1, or the channels where each has its own blocks.
  let blockPlanes: Int

  /// - Throws: ``ImageFileError``, `unsupported` with the reason, or `damaged`.
  init(_ info: gd_tiff_info, path: String) throws {
    func refuse(_ reason: String) -> ImageFileError {
      ImageFileError(
        code: .unsupported, path: path, detail: "this kind of TIFF is not read: \(reason)")
    }
    try checkOrientation(Int(info.orientation), path: path)
    guard info.codec == 1 else { throw refuse("compression \(info.compression)") }
    switch info.sample_format {
    case 1, 4: break
    case 2: throw refuse("signed samples; unsigned ones of 8 or 16 bits are read")
    case 3: throw refuse("floating-point samples; unsigned ones of 8 or 16 bits are read")
    default: throw refuse("complex samples; unsigned ones of 8 or 16 bits are read")
    }
    guard info.bits == 8 || info.bits == 16 else {
      throw refuse("samples of \(info.bits) bits; 8 and 16 are read")
    }
    switch info.photometric {
    case 0: tone = .inverted
    case 1, 2: tone = .plain
    case 3 where info.bits == 8: tone = .palette
    case 3: throw refuse("a palette of \(info.bits) bits; 8 is read")
    case 5: throw refuse("CMYK; grey and RGB are read")
    case 6: throw refuse("YCbCr outside JPEG; grey and RGB are read")
    default: throw refuse("colour space \(info.photometric); grey and RGB are read")
    }
    let needed = info.photometric == 2 ? 3 : 1
    guard info.samples >= needed else {
      throw ImageFileError(
        code: .damaged, path: path, detail: "RGB with only \(info.samples) samples a pixel")
    }
    // More channels than grey and alpha are separate exposures, none of which is the picture.
    guard info.photometric == 2 || info.samples <= 2 else {
      throw refuse("\(info.samples) channels that are not RGB")
    }
    guard tone != .palette || info.palette.0 != nil else {
      throw ImageFileError(code: .damaged, path: path, detail: "the palette is missing")
    }
    let planar = info.planar == 1
    pixelStride = planar ? 1 : Int(info.samples)
    blockPlanes = planar ? needed : 1
  }

  /// Red, green and blue 0…1 of each palette entry.
  static func palette(_ info: gd_tiff_info) -> [[Float]] {
    let columns = [info.palette.0, info.palette.1, info.palette.2].map {
      Array(UnsafeBufferPointer(start: $0, count: 256))
    }
    // Old writers put 8-bit values into the 16-bit table; new ones put them into the high byte, and what they put into
    // the low byte differs.
    let old = columns.allSatisfy { $0.allSatisfy { $0 < 256 } }
    return columns.map { $0.map { Float(old ? $0 : $0 >> 8) / 255 } }
  }
}
