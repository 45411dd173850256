import CImageCodecs

/// How a TIFF's samples lie, once it is known that they can be read.
struct TIFFLayout {
  let kind: SampleKind
  let isPalette: Bool
  /// Whether the least stands for white.
  let isInverted: Bool
  /// Samples of a pixel in a block: all of them, or 1 where each has its own blocks.
  let pixelStride: Int
  /// Blocks to read for each place: 1, or the channels where each has its own blocks.
  let blockPlanes: Int

  /// Whether samples are whole numbers of 8 or 16 bits.
  var isInBytes: Bool {
    switch kind {
    case .whole(8), .whole(16), .signed(8), .signed(16): true
    default: false
    }
  }

  /// - Throws: ``ImageFileError``, `unsupported` with the reason, or `damaged`.
  init(_ info: gd_tiff_info, path: String) throws {
    func refuse(_ reason: String) -> ImageFileError {
      ImageFileError(
        code: .unsupported, path: path, detail: "this kind of TIFF is not read: \(reason)")
    }
    guard info.codec == 1 else { throw refuse("compression \(info.compression)") }
    let bits = Int(info.bits)
    switch info.sample_format {
    case 1, 4:
      guard [1, 2, 4, 8, 12, 16, 32].contains(bits) else {
        throw refuse("whole samples of \(bits) bits; 1, 2, 4, 8, 12, 16 and 32 are read")
      }
      kind = .whole(bits: bits)
    case 3:
      guard [16, 32, 64].contains(bits) else {
        throw refuse("floating-point samples of \(bits) bits; 16, 32 and 64 are read")
      }
      kind = .float(bits: bits)
    case 2:
      guard [8, 16, 32].contains(bits) else {
        throw refuse("whole samples of \(bits) bits with a sign; 8, 16 and 32 are read")
      }
      kind = .signed(bits: bits)
    default: throw refuse("complex samples; real ones are read")
    }
    isInverted = info.photometric == 0
    isPalette = info.photometric == 3
    switch info.photometric {
    case 0, 1, 2: break
    case 3:
      guard case .whole = kind, bits <= 16 else {
        throw refuse("a palette of \(bits) bits; 1 to 16 are read")
      }
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
    guard !isPalette || info.palette.0 != nil else {
      throw ImageFileError(code: .damaged, path: path, detail: "the palette is missing")
    }
    let planar = info.planar == 1
    pixelStride = planar ? 1 : Int(info.samples)
    blockPlanes = planar ? needed : 1
  }

  /// Red, green and blue 0…1 of each palette entry.
  static func palette(_ info: gd_tiff_info) -> [[Float]] {
    let columns = [info.palette.0, info.palette.1, info.palette.2].map {
      Array(UnsafeBufferPointer(start: $0, count: 1 << Int(info.bits)))
    }
    // Old writers put 8-bit values into the 16-bit table; new ones put them into the high byte, and what they put into
    // the low byte differs.
    let old = columns.allSatisfy { $0.allSatisfy { $0 < 256 } }
    return columns.map { $0.map { Float(old ? $0 : $0 >> 8) / 255 } }
  }
}
