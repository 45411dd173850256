import CKernels
import Raster

// Samples are 0…1 in memory and 0…255 or 0…65535 in files. The division is a true one: a value read is the same
// whatever the compiler vectorises.

/// Spreads one row's interleaved samples over planes.
///
/// - Parameters:
///   - row: samples of 8 or 16 bits, `pixelStride` a pixel, of which the first `planes.count` are used.
///   - firstPixel: the pixel of the row where to start.
///   - offset: index in each plane where the pixels go.
func convert(
  _ row: UnsafeRawPointer, bits: Int, pixelStride: Int, firstPixel: Int, count: Int,
  into planes: [UnsafeMutablePointer<Float>], at offset: Int
) {
  for (channel, plane) in planes.enumerated() {
    let target = plane + offset
    if bits == 8 {
      let source = row.assumingMemoryBound(to: UInt8.self) + (firstPixel &* pixelStride &+ channel)
      spread(source, pixelStride, count, target)
    } else {
      let source = row.assumingMemoryBound(to: UInt16.self) + (firstPixel &* pixelStride &+ channel)
      spread(source, pixelStride, count, target)
    }
  }
}

/// What each level of 8 bits stands for.
private let shares = (0..<256).map { Float($0) / 255 }

private func spread(
  _ source: UnsafePointer<UInt8>, _ step: Int, _ count: Int, _ target: UnsafeMutablePointer<Float>
) {
  shares.withUnsafeBufferPointer { shares in
    for index in 0..<count { target[index] = shares[Int(source[index &* step])] }
  }
}

private func spread(
  _ source: UnsafePointer<UInt16>, _ step: Int, _ count: Int, _ target: UnsafeMutablePointer<Float>
) {
  if step == 1 {
    for index in 0..<count { target[index] = Float(source[index]) / 65535 }
  } else {
    for index in 0..<count { target[index] = Float(source[index &* step]) / 65535 }
  }
}

/// Rounds parts of planes into interleaved samples: v·255 or v·65535 to the nearest, beyond 0…1 the nearest end, NaN 0.
///
/// - Parameters:
///   - planes: 1 to 4, with as many samples from `start` on as `count` says.
///   - row: samples of 8 or 16 bits, one of each plane a pixel.
func quantise(
  _ planes: [Plane], from start: Int, count: Int, into row: UnsafeMutableRawPointer, bits: Int
) {
  planes.withUnsafeRows { rows in
    let sources = rows.map { $0.row(0) + start }
    if bits == 8 {
      let target = row.assumingMemoryBound(to: UInt8.self)
      gd_quantise(sources.map { $0 }, planes.count, count, target)
    } else {
      let target = row.assumingMemoryBound(to: UInt16.self)
      for (channel, source) in sources.enumerated() {
        for index in 0..<count {
          target[index &* sources.count &+ channel] = UInt16(level(source[index]))
        }
      }
    }
  }
}

private func level(_ value: Float) -> Int32 {
  // The order of the comparison sends NaN to 0.
  let clamped = value > 0 ? min(value, 1) : 0
  return Int32(clamped * 65535 + 0.5)
}
