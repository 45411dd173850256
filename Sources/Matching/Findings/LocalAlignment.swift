internal import CKernels
public import Raster

/// Moves each neighbourhood of a golden picture by whole pixels to where the scan shows it.
///
/// About every pixel the shift is taken that leaves the least mean difference in a window, with a slight liking for none.
/// It is for pictures of the same thing, such as a template and a board, which differ by a few pixels from place to place.
public enum LocalAlignment {
  /// Side of the tiles that are worked on at once, pixels.
  private static let tile = 256

  /// The golden as the scan shows it.
  ///
  /// - Parameters:
  ///   - golden: of the scan's size.
  ///   - scan: the field, brightness 0…1.
  ///   - radius: the greatest shift along each axis, pixels.
  ///   - window: side of the window, pixels, odd.
  public static func aligned(
    _ golden: Picture, to scan: Picture, radius: Int = 4, window: Int = 41
  ) -> Picture {
    precondition(window % 2 == 1 && radius >= 0, "a window has a middle")
    let shifts = shifts(golden.luminance, scan.luminance, radius: radius, window: window)
    let (width, height) = (golden.width, golden.height)
    let side = 2 * radius + 1
    return golden.mapPlanes { plane in
      var result = plane
      for y in 0..<height {
        for x in 0..<width {
          let shift = Int(shifts.values[y * width + x])
          let u = min(max(x + shift % side - radius, 0), width - 1)
          let v = min(max(y + shift / side - radius, 0), height - 1)
          result.samples[y * width + x] = plane.samples[v * width + u]
        }
      }
      return result
    }
  }

  /// For each pixel the number of the shift: columns first, then rows.
  static func shifts(_ golden: Plane, _ scan: Plane, radius: Int, window: Int) -> Labels {
    let (width, height) = (golden.width, golden.height)
    let half = window / 2
    let (wideScan, wideGolden) = (
      Grey(scan, margin: half), Grey(golden, margin: half + radius)
    )
    var shifts = Labels(
      width: width, height: height, values: [UInt16](repeating: 0, count: width * height))
    let (columns, rows) = ((width + tile - 1) / tile, (height + tile - 1) / tile)
    // One shift by a pixel must gain as much as this in the whole window: a thousandth of full brightness a pixel.
    let liking = max(1, 255 * window * window / 10_000)
    shifts.values.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer  // Each tile writes its own pixels.
      inParallel(columns * rows) { number in
        let (left, top) = (number % columns * tile, number / columns * tile)
        let (w, h) = (min(tile, width - left), min(tile, height - top))
        var costs = [Int32](repeating: 0, count: w * h)
        var least = [Int32](repeating: .max, count: w * h)
        var sums = [Int32](repeating: 0, count: w + window - 1)
        for v in -radius...radius {
          for u in -radius...radius {
            let bias = Int32(liking * (u * u + v * v))
            wideScan.values.withUnsafeBufferPointer { scan in
              wideGolden.values.withUnsafeBufferPointer { golden in
                guard let scan = scan.baseAddress, let golden = golden.baseAddress else { return }
                gd_window_costs(
                  scan + top * wideScan.width + left, wideScan.width,
                  golden + (top + radius + v) * wideGolden.width + left + radius + u,
                  wideGolden.width, w, h, window, &costs, &sums)
              }
            }
            let shift = UInt16((v + radius) * (2 * radius + 1) + u + radius)
            for y in 0..<h {
              for x in 0..<w where costs[y &* w &+ x] &+ bias < least[y &* w &+ x] {
                least[y &* w &+ x] = costs[y &* w &+ x] &+ bias
                target[(top + y) * width + left + x] = shift
              }
            }
          }
        }
      }
    }
    return shifts
  }

  /// A plane as grey levels with a margin that repeats its edges.
  private struct Grey: Sendable {
    let width: Int
    let values: [UInt8]

    init(_ plane: Plane, margin: Int) {
      let (width, height) = (plane.width + 2 * margin, plane.height + 2 * margin)
      self.width = width
      values = [UInt8](unsafeUninitializedCapacity: width * height) { buffer, count in
        for y in 0..<height {
          let row = min(max(y - margin, 0), plane.height - 1) * plane.width
          for x in 0..<width {
            let value = plane.samples[row + min(max(x - margin, 0), plane.width - 1)]
            buffer[y * width + x] = UInt8(min(max(255 * value + 0.5, 0), 255))
          }
        }
        count = width * height
      }
    }
  }
}
