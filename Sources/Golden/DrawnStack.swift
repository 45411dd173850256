internal import Raster

/// The layers of a region as drawn, with enough around it for what its pixels depend on.
struct DrawnStack {
  /// The pixels that were asked for, in scan pixels.
  let rect: PixelRect
  /// The pixels that were drawn: `rect` with a halo, its corner on a multiple of `Openness.cell`.
  let wide: PixelRect
  /// Coverage of each layer on `wide`.
  let coverage: [Plane]

  /// - Parameters:
  ///   - greatestRounding: the greatest process blur that will be asked of it, pixels.
  init(
    _ stack: LayerStack, rect: PixelRect, toScan: Affine, mesh: DisplacementMesh,
    greatestRounding: Double
  ) throws {
    self.rect = rect
    // What lies further off, out to the reach of the blur, decides what prints at the border of what counts.
    let halo =
      max(Openness.halo, GoldenRegion.reach) + Int((3 * greatestRounding).rounded(.up)) + 1
    wide = rect.expanded(by: halo).aligned(to: Openness.cell)
    coverage = try stack.coverage(rect: wide, toScan: toScan, mesh: mesh)
  }

  /// Where each layer prints: 1 inside, 0 outside, with a soft border a pixel wide.
  ///
  /// - Parameters:
  ///   - rounding: standard deviation of the process blur, pixels.
  ///   - part: the scan pixels wanted, inside `wide`.
  func contours(rounding: Double, in part: PixelRect) -> [Plane] {
    let source = part.expanded(by: Int((3 * rounding).rounded(.up))).intersection(wide)
    return coverage.map { plane in
      let blurred = plane.crop(source.moved(x: -wide.x, y: -wide.y)).smoothed(sigma: rounding)
        .crop(part.moved(x: -source.x, y: -source.y))
      // A blurred straight edge rises by 0.4 / σ a pixel.
      let steepness = Float(max(1, 2.5 * rounding))
      return blurred.map { min(max(0.5 + ($0 - 0.5) * steepness, 0), 1) }
    }
  }

  /// The stack codes that print.
  ///
  /// - Parameter rounding: standard deviation of the process blur, pixels.
  func printed(rounding: Double) -> Labels {
    Labels(stackOf: coverage.map { $0.smoothed(sigma: rounding) })
  }
}

extension PixelRect {
  /// The rectangle moved by whole pixels.
  func moved(x right: Int, y down: Int) -> PixelRect {
    PixelRect(x: x + right, y: y + down, width: width, height: height)
  }
}
