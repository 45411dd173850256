import Foundation
import Raster

/// A picture as the address of an image inside the page.
func dataAddress(of picture: Picture) -> String {
  "data:image/png;base64," + Data(encodedPNG(picture)).base64EncodedString()
}

/// A PNG of 8 bits a channel whose data is stored, not compressed.
///
/// Source: RFC 2083 (PNG), RFC 1950 (zlib), RFC 1951 §3.2.4 (stored blocks).
private func encodedPNG(_ picture: Picture) -> [UInt8] {
  let channels = picture.channels
  var rows: [UInt8] = []
  rows.reserveCapacity(picture.height * (1 + picture.width * channels))
  for y in 0..<picture.height {
    rows.append(0)
    for index in (y * picture.width)..<((y + 1) * picture.width) {
      for plane in picture.planes {
        let sample = plane.samples[index]
        rows.append(UInt8(sample.isNaN ? 0 : min(255, max(0, (sample * 255).rounded()))))
      }
    }
  }
  var stream: [UInt8] = [0x78, 0x01]
  var start = 0
  repeat {
    let end = min(start + 65535, rows.count)
    let length = UInt16(end - start)
    stream.append(end == rows.count ? 1 : 0)
    for part in [length, ~length] { stream += [UInt8(part & 255), UInt8(part >> 8)] }
    stream += rows[start..<end]
    start = end
  } while start < rows.count
  var (a, b): (UInt32, UInt32) = (1, 0)
  for byte in rows {
    a = (a + UInt32(byte)) % 65521
    b = (b + a) % 65521
  }
  stream += bigEndian(b << 16 | a)

  var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  let header =
    bigEndian(UInt32(picture.width)) + bigEndian(UInt32(picture.height))
    + [8, channels == 3 ? 2 : 0, 0, 0, 0]
  for (kind, content) in [("IHDR", header), ("IDAT", stream), ("IEND", [])] {
    let body = Array(kind.utf8) + content
    file += bigEndian(UInt32(content.count)) + body + bigEndian(crc(body))
  }
  return file
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
  withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in
    value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
  }
}

private func crc(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(0xFFFF_FFFF) { crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
}
