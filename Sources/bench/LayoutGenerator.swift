internal import Foundation

/// Writes a large GDSII file as a stream: blocks of rectangles, polygons and references, in one top cell and in many.
enum LayoutGenerator {
  static func write(to path: String, megabytes: Double) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteUnknown) }
    var stream = Stream(file: file)
    try stream.begin()
    let wanted = Int(megabytes * 1e6)
    // Half of the file is in cells of 4000 shapes that are placed once or more, half lies flat in the top cell.
    var blocks = 0
    while stream.written < wanted / 2 {
      stream.cell("BLOCK\(blocks)")
      for place in 0..<4000 {
        let (x, y) = (Int32(place % 64) * 2000, Int32(place / 64) * 2000)
        if place % 5 == 4 { stream.polygon(x, y, place) } else { stream.rectangle(x, y, place) }
      }
      stream.end()
      blocks += 1
      try stream.flush()
    }
    stream.cell("TOP")
    let across = Int(Double(blocks).squareRoot().rounded(.up))
    for block in 0..<blocks {
      stream.reference(
        "BLOCK\(block)", Int32(block % across) * 140_000, Int32(block / across) * 140_000)
    }
    var place = 0
    let columns = 4096
    while stream.written < wanted {
      let (x, y) = (Int32(place % columns) * 2000, -Int32(place / columns + 2) * 2000)
      if place % 5 == 4 { stream.polygon(x, y, place) } else { stream.rectangle(x, y, place) }
      if place % 16384 == 0 { try stream.flush() }
      place += 1
    }
    // A million elements of one cell.
    stream.array("BLOCK0", 1000, 1000, 10_000_000, 0, 140_000)
    stream.end()
    try stream.finish()
  }

  private struct Stream {
    let file: FileHandle
    var bytes: [UInt8] = []
    var flushed = 0

    init(file: FileHandle) { self.file = file }

    var written: Int { flushed + bytes.count }

    mutating func flush() throws {
      try file.write(contentsOf: bytes)
      flushed += bytes.count
      bytes.removeAll(keepingCapacity: true)
    }

    mutating func begin() throws {
      bytes += [0, 6, 0, 2, 2, 0x58] + [0, 28, 1, 2] + [UInt8](repeating: 0, count: 24)
      bytes += [0, 6, 2, 6, 0x4C, 0, 0, 20, 3, 5]
      bytes += [0x3E, 0x41, 0x89, 0x37, 0x4B, 0xC6, 0xA7, 0xF0]
      bytes += [0x39, 0x44, 0xB8, 0x2F, 0xA0, 0x9B, 0x5A, 0x54]
    }

    mutating func finish() throws {
      bytes += [0, 4, 4, 0]
      try flush()
      try file.close()
    }

    mutating func text(_ kind: UInt8, _ text: String) {
      let padded = Array(text.utf8) + (text.utf8.count % 2 == 1 ? [0] : [])
      bytes += [0, UInt8(padded.count + 4), kind, 6] + padded
    }

    mutating func cell(_ name: String) {
      bytes += [0, 28, 5, 2] + [UInt8](repeating: 0, count: 24)
      text(6, name)
    }

    mutating func end() { bytes += [0, 4, 7, 0] }

    mutating func number(_ value: Int32) {
      withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func boundary(_ place: Int, _ points: [(Int32, Int32)]) {
      let layer = UInt8(1 + place % 3)
      let length = 4 + 8 * (points.count + 1)
      bytes += [0, 4, 8, 0, 0, 6, 13, 2, 0, layer, 0, 6, 14, 2, 0, 0]
      bytes += [0, UInt8(length), 16, 3]
      for (x, y) in points + [points[0]] {
        number(x)
        number(y)
      }
      bytes += [0, 4, 17, 0]
    }

    mutating func rectangle(_ x: Int32, _ y: Int32, _ place: Int) {
      let (width, height) = (Int32(300 + place % 11 * 120), Int32(300 + place % 7 * 200))
      boundary(place, [(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    }

    mutating func polygon(_ x: Int32, _ y: Int32, _ place: Int) {
      let side = Int32(400 + place % 13 * 100)
      boundary(
        place,
        [
          (x + side, y), (x + 2 * side / 3, y + 2 * side / 3), (x, y + side),
          (x - 2 * side / 3, y + 2 * side / 3), (x - side, y), (x - 2 * side / 3, y - 2 * side / 3),
          (x, y - side), (x + 2 * side / 3, y - 2 * side / 3),
        ])
    }

    mutating func reference(_ name: String, _ x: Int32, _ y: Int32) {
      bytes += [0, 4, 10, 0]
      text(18, name)
      bytes += [0, 12, 16, 3]
      number(x)
      number(y)
      bytes += [0, 4, 17, 0]
    }

    mutating func array(
      _ name: String, _ columns: Int16, _ rows: Int16, _ x: Int32, _ y: Int32, _ step: Int32
    ) {
      bytes += [0, 4, 11, 0]
      text(18, name)
      bytes += [0, 8, 19, 2]
      for value in [columns, rows] {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
      }
      bytes += [0, 28, 16, 3]
      for (x, y) in [(x, y), (x + Int32(columns) * step, y), (x, y + Int32(rows) * step)] {
        number(x)
        number(y)
      }
      bytes += [0, 4, 17, 0]
    }
  }
}
