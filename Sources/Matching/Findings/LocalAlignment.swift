internal import CKernels
package import Raster

/// By how many whole pixels each neighbourhood of a golden picture is moved to where the scan shows it.
///
/// About every pixel the shift is taken that leaves the least mean difference in a window, with a slight liking for none.
/// It is for pictures of the same thing, such as a template and a board, which differ by a few pixels from place to place.
package struct LocalAlignment: Sendable {
  /// The greatest shift along each axis that can be asked for, pixels.
  package static let greatestRadius = 7
  /// Side of the tiles that are worked on at once, pixels.
  private static let tile = 256

  private let radius: Int
  /// For each pixel the number of its shift: columns first, then rows.
  private let shifts: Labels

  /// Compares a golden picture with a scan.
  ///
  /// - Parameters:
  ///   - golden: brightness 0…1, of the scan's size.
  ///   - scan: the field, brightness 0…1.
  ///   - radius: the greatest shift along each axis, pixels, at most 7.
  ///   - window: side of the window, pixels, odd.
  package init(of golden: Plane, to scan: Plane, radius: Int, window: Int) {
    precondition(window % 2 == 1, "a window has a middle")
    precondition((0...Self.greatestRadius).contains(radius), "a shift is a few pixels")
    self.radius = radius
    let (width, height) = (golden.width, golden.height)
    let half = window / 2
    let (wideScan, wideGolden) = (Grey(scan, margin: half), Grey(golden, margin: half + radius))
    var shifts = Labels(
      width: width, height: height, values: [UInt16](repeating: 0, count: width * height))
    let tile = Self.tile
    let (columns, rows) = ((width + tile - 1) / tile, (height + tile - 1) / tile)
    // One shift by a pixel must gain as much as this in the whole window: a thousandth of full brightness a pixel.
    let liking = Int32(max(1, 255 * window * window / 10_000))
    shifts.values.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer  // Each tile writes its own pixels.
      inParallel(columns * rows) { number in
        let (left, top) = (number % columns * tile, number / columns * tile)
        let (w, h) = (min(tile, width - left), min(tile, height - top))
        var scratch = [Int32](
          repeating: 0, count: 16 * ((2 * radius + 1) * (w + window - 1) + 2 * w))
        wideScan.values.withUnsafeBufferPointer { scan in
          wideGolden.values.withUnsafeBufferPointer { golden in
            guard let scan = scan.baseAddress, let golden = golden.baseAddress,
              let target = target.baseAddress
            else { return }
            gd_best_shifts(
              scan + top * wideScan.width + left, wideScan.width,
              golden + top * wideGolden.width + left, wideGolden.width, w, h, window, radius,
              liking, target + top * width + left, width, &scratch)
          }
        }
      }
    }
    self.shifts = shifts
  }

  /// The golden as the scan shows it, its edges repeated.
  package func moved(_ golden: Plane) -> Plane {
    var result = golden
    for y in 0..<golden.height {
      for x in 0..<golden.width {
        let (u, v) = source(x, y)
        result.samples[y &* golden.width &+ x] =
          golden.samples[
            min(max(v, 0), golden.height - 1) &* golden.width &+ min(max(u, 0), golden.width - 1)]
      }
    }
    return result
  }

  /// Whether all that comes to lie within `margin` pixels of a pixel is on the golden.
  package func isShown(x: Int, y: Int, margin: Int) -> Bool {
    let (u, v) = source(x, y)
    return u >= margin && v >= margin && u < shifts.width - margin && v < shifts.height - margin
  }

  private func source(_ x: Int, _ y: Int) -> (x: Int, y: Int) {
    let shift = Int(shifts.values[y &* shifts.width &+ x])
    let side = 2 &* radius &+ 1
    return (x &+ shift % side &- radius, y &+ shift / side &- radius)
  }

  /// A plane as grey levels with a margin that repeats its edges, and 16 bytes behind.
  private struct Grey: Sendable {
    let width: Int
    let values: [UInt8]

    init(_ plane: Plane, margin: Int) {
      let (width, height) = (plane.width + 2 * margin, plane.height + 2 * margin)
      self.width = width
      values = [UInt8](unsafeUninitializedCapacity: width * height + 16) { buffer, count in
        for y in 0..<height {
          let row = min(max(y - margin, 0), plane.height - 1) * plane.width
          for x in 0..<width {
            let value = plane.samples[row + min(max(x - margin, 0), plane.width - 1)]
            buffer[y * width + x] = UInt8(min(max(255 * value + 0.5, 0), 255))
          }
        }
        buffer[(width * height)...].update(repeating: 0)
        count = width * height + 16
      }
    }
  }
}
