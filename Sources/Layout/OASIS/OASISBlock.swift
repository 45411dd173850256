import CImageCodecs

/// The bytes of a compressed block, unfolded.
final class OASISBlock {
  let bytes: UnsafeRawBufferPointer
  private let memory: UnsafeMutableRawPointer

  init(_ packed: UnsafeRawBufferPointer, count: Int, at offset: Int) throws {
    memory = .allocate(byteCount: max(count, 1), alignment: 16)
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
    guard gd_inflate(packed.baseAddress, packed.count, memory, count) == 1 else {
      throw LayoutError(
        .badRecord, at: offset, "a compressed block does not unfold to \(count) bytes")
    }
  }

  deinit { memory.deallocate() }
}

/// The checksum that the last bytes of a file may hold.
struct OASISChecksum {
  /// How many bytes are taken at a time.
  private static let step = 1 << 22

  private let bytes: UnsafeRawBufferPointer
  private let scheme: UInt8
  private var done = 0
  private var value: UInt32 = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    // In a file that has one, the scheme stands before the last four bytes.
    scheme = bytes.count > 5 ? bytes[bytes.count - 5] : 0
  }

  /// Takes up what was read, now and then; true when it did.
  mutating func advance(to position: Int) -> Bool {
    guard position - done >= Self.step else { return false }
    take(upTo: position)
    return true
  }

  private mutating func take(upTo position: Int) {
    let part = UnsafeRawBufferPointer(rebasing: bytes[done..<position])
    if scheme == 1 { value = gd_crc32(value, part.baseAddress, part.count) }
    if scheme == 2 { for byte in part { value &+= UInt32(byte) } }
    done = position
  }

  /// Reads the end of the END record and compares.
  mutating func verify(_ cursor: inout OASISCursor) throws {
    let start = cursor.offset
    let told = try cursor.unsigned()
    guard told != 0 else { return }
    guard told <= 2 else {
      throw LayoutError(.badRecord, at: start, "there is no validation scheme \(told)")
    }
    let position = cursor.position
    let signature = UInt32(littleEndian: try cursor.take(4).loadUnaligned(as: UInt32.self))
    // Bytes behind END hide the scheme; then it is not known in time.
    guard told == UInt64(scheme), cursor.isAtEnd else { return }
    take(upTo: position)
    guard value == signature else {
      throw LayoutError(
        .wrongChecksum, at: position, "the bytes of the file do not add up to its checksum")
    }
  }
}
