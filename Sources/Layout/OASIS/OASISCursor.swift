/// Goes through the bytes of an OASIS stream, or of one compressed block of it.
struct OASISCursor {
  let bytes: UnsafeRawBufferPointer
  /// The byte that comes next, counted from the first of `bytes`.
  private(set) var position = 0
  /// Where the compressed block lies in the file; nil for the file itself.
  let block: Int?

  init(_ bytes: UnsafeRawBufferPointer, block: Int? = nil) {
    (self.bytes, self.block) = (bytes, block)
  }

  /// The byte of the file to blame for what comes next.
  var offset: Int { block ?? position }

  var isAtEnd: Bool { position == bytes.count }

  /// How many bytes are left.
  var rest: Int { bytes.count - position }

  func truncated() -> LayoutError {
    LayoutError(
      .truncatedRecord, at: offset,
      block == nil
        ? "the file ends inside a record" : "a compressed block ends inside a record")
  }

  func failure(_ code: LayoutError.Code, _ detail: String) -> LayoutError {
    LayoutError(code, at: offset, detail)
  }

  @inline(__always)
  mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw truncated() }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count <= rest else { throw truncated() }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// A whole number: seven bits a byte, the least first, the highest bit saying that more follow.
  @inline(__always)
  mutating func unsigned() throws -> UInt64 {
    let first = try byte()
    if first < 0x80 { return UInt64(first) }
    return try longUnsigned(UInt64(first & 0x7F))
  }

  private mutating func longUnsigned(_ first: UInt64) throws -> UInt64 {
    var (value, shift) = (first, UInt64(7))
    while true {
      let byte = try byte()
      let part = UInt64(byte & 0x7F)
      guard shift < 63 || part == 0 else {
        throw failure(.outOfRange, "a whole number is larger than 63 bits")
      }
      if shift < 63 { value |= part << shift }
      shift += 7
      if byte < 0x80 { return value }
    }
  }

  /// A whole number that counts or numbers something: below 2³¹.
  mutating func count() throws -> Int {
    let value = try unsigned()
    guard value < 1 << 31 else {
      throw failure(.outOfRange, "\(value) is too large for a count or a number of a layer")
    }
    return Int(value)
  }

  /// A length that is not below zero, within 32 bits.
  mutating func length() throws -> Int { try held(try unsigned(), isNegative: false) }

  /// A number whose lowest bit is its sign, within 32 bits and one.
  mutating func signed() throws -> Int {
    let value = try unsigned()
    return try held(value >> 1, isNegative: value & 1 == 1)
  }

  /// Differences reach further than the coordinates that they lie between.
  private func held(_ size: UInt64, isNegative: Bool) throws -> Int {
    guard size < 1 << 33 else {
      throw failure(.outOfRange, "a coordinate leaves the 32-bit range")
    }
    return isNegative ? -Int(size) : Int(size)
  }

  /// A step to one of four sides (`octangular`: of eight).
  mutating func delta(octangular: Bool) throws -> SIMD2<Int> {
    let value = try unsigned()
    let bits: UInt64 = octangular ? 3 : 2
    return try step(direction: Int(value & (1 << bits - 1)), value >> bits)
  }

  /// A step to one of eight sides, or to anywhere.
  mutating func anyDelta() throws -> SIMD2<Int> {
    let value = try unsigned()
    if value & 1 == 0 { return try step(direction: Int(value >> 1 & 7), value >> 4) }
    let x = try held(value >> 2, isNegative: value & 2 != 0)
    return SIMD2(x, try signed())
  }

  private func step(direction: Int, _ size: UInt64) throws -> SIMD2<Int> {
    let length = try held(size, isNegative: false)
    return switch direction {
    case 0: SIMD2(length, 0)
    case 1: SIMD2(0, length)
    case 2: SIMD2(-length, 0)
    case 3: SIMD2(0, -length)
    case 4: SIMD2(length, length)
    case 5: SIMD2(-length, length)
    case 6: SIMD2(-length, -length)
    default: SIMD2(length, -length)
    }
  }

  mutating func real() throws -> Double { try real(kind: try unsigned()) }

  mutating func real(kind: UInt64) throws -> Double {
    switch kind {
    case 0: return Double(try unsigned())
    case 1: return -Double(try unsigned())
    case 2: return 1 / Double(try unsigned())
    case 3: return -1 / Double(try unsigned())
    case 4: return Double(try unsigned()) / Double(try unsigned())
    case 5: return -Double(try unsigned()) / Double(try unsigned())
    case 6:
      let bits = try take(4).loadUnaligned(as: UInt32.self)
      return Double(Float(bitPattern: UInt32(littleEndian: bits)))
    case 7:
      let bits = try take(8).loadUnaligned(as: UInt64.self)
      return Double(bitPattern: UInt64(littleEndian: bits))
    default: throw failure(.badRecord, "there is no real number of kind \(kind)")
    }
  }

  /// A length and as many bytes, whatever they say.
  mutating func string() throws -> UnsafeRawBufferPointer {
    let length = try unsigned()
    guard length <= UInt64(rest) else { throw truncated() }
    return try take(Int(length))
  }
}
