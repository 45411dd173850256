import CKernels
import Foundation

/// The records of GDSII stream format that mean something here.
enum GDSIIRecordKind: UInt8 {
  case header = 0x00
  case bgnlib = 0x01
  case libname = 0x02
  case units = 0x03
  case endlib = 0x04
  case bgnstr = 0x05
  case strname = 0x06
  case endstr = 0x07
  case boundary = 0x08
  case path = 0x09
  case sref = 0x0A
  case aref = 0x0B
  case text = 0x0C
  case layer = 0x0D
  case datatype = 0x0E
  case width = 0x0F
  case xy = 0x10
  case endel = 0x11
  case sname = 0x12
  case colrow = 0x13
  case node = 0x15
  case texttype = 0x16
  case string = 0x19
  case strans = 0x1A
  case mag = 0x1B
  case angle = 0x1C
  case pathtype = 0x21
  case box = 0x2D
  case boxtype = 0x2E
  case bgnextn = 0x30
  case endextn = 0x31

  /// The last number that the format gives to a record; the other records up to it are skipped.
  static let last: UInt8 = 0x3B
}

/// One record: what it is, where it stands, and its payload.
struct GDSIIRecord {
  /// Nil for a record that is known to the format and means nothing here.
  let kind: GDSIIRecordKind?
  let type: UInt8
  let dataType: UInt8
  let offset: Int
  let payload: UnsafeRawBufferPointer

  /// The payload as big-endian 16-bit numbers, at least `count` of them.
  func int16(_ index: Int, of count: Int) throws -> Int {
    try expect(dataType == 1 || dataType == 2, bytes: 2 * count)
    return Int(
      Int16(bigEndian: payload.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)))
  }

  func int32() throws -> Int {
    try expect(dataType == 3, bytes: 4)
    return Int(Int32(bigEndian: payload.loadUnaligned(as: Int32.self)))
  }

  /// An eight-byte real of the format: sign, excess-64 exponent of 16, 56 bits of mantissa.
  func real(_ index: Int, of count: Int) throws -> Double {
    try expect(dataType == 5, bytes: 8 * count)
    let bits = UInt64(
      bigEndian: payload.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    let mantissa = Double(bits & 0x00FF_FFFF_FFFF_FFFF)
    let exponent = 4 * (Int(bits >> 56 & 0x7F) - 64) - 56
    let size = mantissa == 0 ? 0 : Double(sign: .plus, exponent: exponent, significand: mantissa)
    return bits >> 63 == 1 ? -size : size
  }

  /// Text without the padding.
  func text() throws -> UnsafeRawBufferPointer {
    try expect(dataType == 6, bytes: 0)
    guard let start = payload.baseAddress, let end = memchr(start, 0, payload.count) else {
      return payload
    }
    return UnsafeRawBufferPointer(start: start, count: UnsafeRawPointer(end) - start)
  }

  /// Appends x, y, x, y, ….
  func appendPoints(to points: inout [Int32]) throws {
    try expect(dataType == 3, bytes: 0)
    guard payload.count % 8 == 0 else {
      throw LayoutError(
        .oddCoordinates, at: offset,
        "\(payload.count) bytes of coordinates are not a whole number of points of 8 bytes")
    }
    let more = payload.count / 4
    if more == 2 {
      for start in [0, 4] {
        points.append(
          Int32(bigEndian: payload.loadUnaligned(fromByteOffset: start, as: Int32.self)))
      }
    } else if more > 0 {
      let read = [Int32](unsafeUninitializedCapacity: more) { target, count in
        gd_big_endian_numbers(payload.baseAddress, target.baseAddress, more)
        count = more
      }
      if points.isEmpty { points = read } else { points += read }
    }
  }

  private func expect(_ typeFits: Bool, bytes: Int) throws {
    guard typeFits else {
      throw LayoutError(
        .badRecord, at: offset, "a \(name) record can't hold data of type \(dataType)")
    }
    guard payload.count >= bytes else {
      throw LayoutError(
        .badRecordLength, at: offset,
        "a \(name) record needs \(bytes) bytes of data and has \(payload.count)")
    }
  }

  /// The record's name in the format's own spelling.
  var name: String { kind.map { "\($0)".uppercased() } ?? "0x\(String(type, radix: 16))" }
}

/// Goes through the records of a file in memory.
struct GDSIICursor {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Goes on behind a record that was read otherwise.
  mutating func skip(to offset: Int) { self.offset = offset }

  /// Four bytes as a number, which the file must have.
  @inline(__always)
  func word(at offset: Int) -> UInt32 {
    UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The next record, its length being unsigned: real files hold records of 0x8000 bytes and more.
  mutating func next() throws -> GDSIIRecord {
    let start = offset
    guard bytes.count > start else {
      throw LayoutError(.missingEnd, at: start, "the file ends without ENDLIB")
    }
    guard bytes.count - start >= 4 else {
      throw LayoutError(
        .truncatedRecord, at: start,
        "\(bytes.count - start) bytes are left where a record header needs 4")
    }
    let length = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt16.self)))
    guard length >= 4, length % 2 == 0 else {
      throw LayoutError(
        .badRecordLength, at: start, "a record is \(length) bytes long; expected an even 4 or more")
    }
    guard bytes.count - start >= length else {
      throw LayoutError(
        .truncatedRecord, at: start,
        "a record of \(length) bytes has only \(bytes.count - start) left in the file")
    }
    let type = bytes[start + 2]
    guard type <= GDSIIRecordKind.last else {
      throw LayoutError(.badRecord, at: start, "there is no record 0x\(String(type, radix: 16))")
    }
    offset = start + length
    return GDSIIRecord(
      kind: GDSIIRecordKind(rawValue: type), type: type, dataType: bytes[start + 3], offset: start,
      payload: UnsafeRawBufferPointer(rebasing: bytes[start + 4..<start + length]))
  }
}
