/// The kinds of values that a tensor of a safetensors file may hold.
public enum ElementType: String, Sendable, CaseIterable {
  /// One byte, 0 or 1.
  case bool = "BOOL"
  /// Unsigned, 8 bits.
  case unsigned8 = "U8"
  /// Signed, 8 bits.
  case signed8 = "I8"
  /// Floating, 8 bits, 5 of them exponent.
  case float8e5m2 = "F8_E5M2"
  /// Floating, 8 bits, 4 of them exponent.
  case float8e4m3 = "F8_E4M3"
  /// An exponent alone, 8 bits.
  case float8e8m0 = "F8_E8M0"
  /// Floating, 8 bits, 4 of them exponent, without a negative zero.
  case float8e4m3fnuz = "F8_E4M3FNUZ"
  /// Floating, 8 bits, 5 of them exponent, without a negative zero.
  case float8e5m2fnuz = "F8_E5M2FNUZ"
  /// Signed, 16 bits.
  case signed16 = "I16"
  /// Unsigned, 16 bits.
  case unsigned16 = "U16"
  /// IEEE binary16.
  case float16 = "F16"
  /// The upper half of a binary32.
  case brainFloat16 = "BF16"
  /// Signed, 32 bits.
  case signed32 = "I32"
  /// Unsigned, 32 bits.
  case unsigned32 = "U32"
  /// IEEE binary32.
  case float32 = "F32"
  /// Two binary32: real, imaginary.
  case complex64 = "C64"
  /// IEEE binary64.
  case float64 = "F64"
  /// Signed, 64 bits.
  case signed64 = "I64"
  /// Unsigned, 64 bits.
  case unsigned64 = "U64"

  /// Bytes that one value takes.
  public var size: Int {
    switch self {
    case .bool, .unsigned8, .signed8, .float8e5m2, .float8e4m3, .float8e8m0, .float8e4m3fnuz,
      .float8e5m2fnuz:
      1
    case .signed16, .unsigned16, .float16, .brainFloat16: 2
    case .signed32, .unsigned32, .float32: 4
    case .complex64, .float64, .signed64, .unsigned64: 8
    }
  }

  /// Whether the values become `Float` on reading: F16, BF16, F32, F64 (rounded).
  public var isFloat: Bool {
    switch self {
    case .float16, .brainFloat16, .float32, .float64: true
    default: false
    }
  }

  /// The values of little-endian bytes as `Float`; only where `isFloat`.
  func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    switch self {
    case .float32:
      Self.read(bytes, as: UInt32.self) { Float(bitPattern: $0) }
    case .brainFloat16:
      Self.read(bytes, as: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float16:
      Self.read(bytes, as: UInt16.self, Self.half)
    case .float64:
      Self.read(bytes, as: UInt64.self) { Float(Double(bitPattern: $0)) }
    default:
      preconditionFailure("only floating values become floats")
    }
  }

  private static func read<Bits: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, as type: Bits.Type, _ value: (Bits) -> Float
  ) -> [Float] {
    let size = MemoryLayout<Bits>.size
    return [Float](unsafeUninitializedCapacity: bytes.count / size) { target, count in
      count = bytes.count / size
      for index in 0..<count {
        let bits = bytes.loadUnaligned(fromByteOffset: index * size, as: type)
        target.initializeElement(at: index, to: value(Bits(littleEndian: bits)))
      }
    }
  }

  // By hand, since not every platform has Float16.
  private static func half(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 31
    let fraction = UInt32(bits & 1023)
    switch exponent {
    case 0:
      let size = Float(fraction) * 0x1p-24
      return sign == 0 ? size : -size
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

extension Float {
  /// The nearest value of 8 significant bits, ties to even; what is not a number stays so.
  var brainBits: UInt16 {
    if isNaN { return UInt16(truncatingIfNeeded: bitPattern >> 16) | 0x40 }
    let rounding = 0x7FFF + (bitPattern >> 16 & 1)
    return UInt16(truncatingIfNeeded: (bitPattern &+ rounding) >> 16)
  }
}
