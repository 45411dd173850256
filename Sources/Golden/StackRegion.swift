public import Raster

/// The layers of a region as drawn, with enough around it for what its pixels depend on.
struct DrawnStack {
  /// The pixels that were asked for, in scan pixels.
  let rect: PixelRect
  /// Coverage of each layer on `rect` grown by `halo`.
  let coverage: [Plane]
  /// Pixels around `rect`.
  let halo: Int

  /// - Parameters:
  ///   - greatestRounding: the greatest process blur that will be asked of it, pixels.
  init(
    _ stack: LayerStack, rect: PixelRect, toScan: Affine, mesh: DisplacementMesh,
    greatestRounding: Double
  ) throws {
    self.rect = rect
    halo = GoldenRegion.reach + Int((3 * greatestRounding).rounded(.up)) + 1
    let wide = rect.expanded(by: halo)
    if mesh.isStill {
      coverage = try stack.coverage(toGrid: toScan, rect: wide)
    } else {
      let margin = Int(mesh.greatest.rounded(.up)) + 1
      let source = wide.expanded(by: margin)
      coverage = try stack.coverage(toGrid: toScan, rect: source).map {
        $0.resampled(
          rect: wide, toSource: .translation(x: -Double(source.x), y: -Double(source.y)), mesh: mesh)
      }
    }
  }
}

/// The stack of a region as it prints: what lies at each pixel, what lies across the nearest edge, and how far that is.
public struct StackRegion: Sendable {
  /// Stack code of each pixel.
  public let materials: Labels
  /// Stack code across the nearest edge; the pixel's own where no edge is within reach.
  public let across: Labels
  /// Distance to the nearest edge, pixels, held at `GoldenRegion.reach`.
  public let edgeDistance: Plane

  /// The stack of a region.
  ///
  /// - Parameters:
  ///   - stack: the layers.
  ///   - rect: the pixels wanted, in scan pixels.
  ///   - toScan: layout µm to scan pixels.
  ///   - mesh: how the scan departs from that map.
  ///   - rounding: standard deviation, in pixels, of the blur that the process puts on the drawn shapes before they
  ///     print where at least half is left: it rounds corners and takes away what is finer.
  public init(
    _ stack: LayerStack, rect: PixelRect, toScan: Affine, mesh: DisplacementMesh, rounding: Double
  ) throws {
    self.init(
      try DrawnStack(stack, rect: rect, toScan: toScan, mesh: mesh, greatestRounding: rounding),
      rounding: rounding)
  }

  init(_ drawn: DrawnStack, rounding: Double) {
    let codes = Labels(stackOf: drawn.coverage.map { $0.smoothed(sigma: rounding) })
    let nearest = codes.nearestOther(reach: GoldenRegion.reach)
    let inner = PixelRect(
      x: drawn.halo, y: drawn.halo, width: drawn.rect.width, height: drawn.rect.height)
    materials = codes.crop(inner)
    across = nearest.other.crop(inner)
    edgeDistance = nearest.distance.crop(inner)
  }
}
