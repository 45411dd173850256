/// How a file stores one sample.
enum SampleKind: Equatable {
  /// A whole number from 0 to the largest of so many bits: 1, 2, 4, 8, 12, 16 or 32; those below 8 and of 12 are packed, the
  /// highest bit first.
  case whole(bits: Int)
  /// A whole number of 8, 16 or 32 bits from the least to the largest with a sign.
  case signed(bits: Int)
  /// A floating-point number of 16, 32 or 64 bits.
  case float(bits: Int)

  var bits: Int {
    switch self {
    case .whole(let bits), .signed(let bits), .float(let bits): bits
    }
  }

  /// Bits of a sample as callers are told: 8 up to 8, 16 up to 16, else 32.
  var toldBits: Int {
    if case .float = self { return 32 }
    return bits <= 8 ? 8 : bits <= 16 ? 16 : 32
  }
}

/// Spreads one row's interleaved samples over planes: whole numbers by their largest, those with a sign from the least to the
/// largest, floating-point ones as they are, with 0 for what is no number.
///
/// - Parameters:
///   - row: samples, `pixelStride` a pixel, of which the first `planes.count` are used.
///   - firstPixel: the pixel of the row where to start.
///   - isInverted: whether the least stands for white.
///   - offset: index in each plane where the pixels go.
func spread(
  _ row: UnsafeRawPointer, _ kind: SampleKind, isInverted: Bool, pixelStride: Int, firstPixel: Int,
  count: Int, into planes: [UnsafeMutablePointer<Float>], at offset: Int
) {
  switch kind {
  case .whole(8), .whole(16):
    convert(
      row, bits: kind.bits, pixelStride: pixelStride, firstPixel: firstPixel, count: count,
      into: planes, at: offset)
  default:
    for (channel, plane) in planes.enumerated() {
      let first = firstPixel * pixelStride + channel
      spread(row, kind, first: first, step: pixelStride, count: count, into: plane + offset)
    }
  }
  guard isInverted else { return }
  // Up to 16 bits the stored number is got back, so that its complement is as exact as it was.
  let top: Float =
    switch kind {
    case .whole(let bits) where bits <= 16, .signed(let bits) where bits <= 16: Float(1 << bits - 1)
    default: 0
    }
  for plane in planes {
    for index in offset..<offset + count {
      plane[index] =
        top > 0 ? (top - (plane[index] * top).rounded()) / top : 1 - plane[index]
    }
  }
}

private func spread(
  _ row: UnsafeRawPointer, _ kind: SampleKind, first: Int, step: Int, count: Int,
  into target: UnsafeMutablePointer<Float>
) {
  switch kind {
  case .whole(32):
    let source = row.assumingMemoryBound(to: UInt32.self) + first
    for index in 0..<count {
      target[index] = Float(Double(source[index &* step]) / 4_294_967_295)
    }
  case .whole(let bits):
    let top = Float(1 << bits - 1)
    for index in 0..<count {
      target[index] = Float(packed(row, bits: bits, first &+ index &* step)) / top
    }
  case .signed(let bits):
    // Zero lies in the middle: with the highest bit turned round, the least is 0.
    let (middle, top) = (1 << (bits - 1), Double(1 << bits - 1))
    for index in 0..<count {
      target[index] = Float(Double(signed(row, bits: bits, first &+ index &* step) + middle) / top)
    }
  case .float(16):
    let source = row.assumingMemoryBound(to: UInt16.self) + first
    for index in 0..<count { target[index] = finite(half(source[index &* step])) }
  case .float(64):
    let source = row.assumingMemoryBound(to: Double.self) + first
    for index in 0..<count { target[index] = finite(Float(source[index &* step])) }
  case .float:
    let source = row.assumingMemoryBound(to: Float.self) + first
    for index in 0..<count { target[index] = finite(source[index &* step]) }
  }
}

/// Sample `index` of a row of packed ones, or of 8 or 16 bits.
@inline(__always)
func packed(_ row: UnsafeRawPointer, bits: Int, _ index: Int) -> Int {
  let bytes = row.assumingMemoryBound(to: UInt8.self)
  switch bits {
  case 8: return Int(bytes[index])
  case 16: return Int(row.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
  case 12:
    let place = index / 2 * 3
    return index % 2 == 0
      ? Int(bytes[place]) << 4 | Int(bytes[place + 1]) >> 4
      : Int(bytes[place + 1] & 15) << 8 | Int(bytes[place + 2])
  default:
    let place = index * bits
    return Int(bytes[place >> 3]) >> (8 - bits - place & 7) & (1 << bits - 1)
  }
}

/// Sample `index` of a row of numbers with a sign.
@inline(__always)
private func signed(_ row: UnsafeRawPointer, bits: Int, _ index: Int) -> Int {
  switch bits {
  case 8: Int(row.load(fromByteOffset: index, as: Int8.self))
  case 16: Int(row.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
  default: Int(row.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
  }
}

private func finite(_ value: Float) -> Float { value.isFinite ? value : 0 }

/// An IEEE 754 number of sixteen bits.
private func half(_ bits: UInt16) -> Float {
  let (exponent, mantissa) = (Int(bits >> 10 & 31), Float(bits & 1023))
  let size =
    exponent == 0
    ? mantissa * 0x1p-24
    : exponent == 31
      ? Float.infinity : Float(sign: .plus, exponent: exponent - 25, significand: 1024 + mantissa)
  return bits >> 15 == 1 ? -size : size
}
