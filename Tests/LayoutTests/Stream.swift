import Foundation

/// Builds GDSII streams byte by byte, right or wrong.
struct Stream {
  var bytes = Data()

  static func record(_ kind: UInt8, _ type: UInt8 = 0, _ payload: [UInt8] = []) -> Data {
    let length = UInt16(payload.count + 4)
    return Data([UInt8(length >> 8), UInt8(length & 0xFF), kind, type] + payload)
  }

  static func int16(_ kind: UInt8, _ values: Int16..., type: UInt8 = 2) -> Data {
    record(kind, type, values.flatMap { value in withUnsafeBytes(of: value.bigEndian, Array.init) })
  }

  static func int32(_ kind: UInt8, _ values: [Int32]) -> Data {
    record(kind, 3, values.flatMap { value in withUnsafeBytes(of: value.bigEndian, Array.init) })
  }

  static func text(_ kind: UInt8, _ text: String) -> Data {
    record(kind, 6, Array(text.utf8) + (text.utf8.count % 2 == 1 ? [0] : []))
  }

  static func element(_ kind: UInt8, _ records: Data...) -> Data {
    record(kind) + records.reduce(Data(), +) + record(0x11)
  }

  static func boundary(_ points: [Int32], layer: Int16 = 1) -> Data {
    element(0x08, int16(0x0D, layer), int16(0x0E, 0), int32(0x10, points))
  }

  static func reference(_ cell: String, _ x: Int32 = 0, _ y: Int32 = 0) -> Data {
    element(0x0A, text(0x12, cell), int32(0x10, [x, y]))
  }

  static func array(_ cell: String, _ columns: Int16, _ rows: Int16, _ points: [Int32]) -> Data {
    element(0x0B, text(0x12, cell), int16(0x13, columns, rows), int32(0x10, points))
  }

  static func cell(_ name: String, _ elements: Data...) -> Data {
    record(0x05, 2, [UInt8](repeating: 0, count: 24)) + text(0x06, name)
      + elements.reduce(Data(), +) + record(0x07)
  }

  /// HEADER, BGNLIB, LIBNAME and UNITS of 0.001 and 1e-9.
  static var opening: Data {
    int16(0x00, 600) + record(0x01, 2, [UInt8](repeating: 0, count: 24)) + text(0x02, "L")
      + record(
        0x03, 5,
        [0x3E, 0x41, 0x89, 0x37, 0x4B, 0xC6, 0xA7, 0xF0]
          + [0x39, 0x44, 0xB8, 0x2F, 0xA0, 0x9B, 0x5A, 0x54])
  }

  static func gdsii(_ cells: Data...) -> Data {
    opening + cells.reduce(Data(), +) + record(0x04)
  }
}
