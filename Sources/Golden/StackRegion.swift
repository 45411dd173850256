public import Raster

/// The drawn stack of a region as it prints: what lies at each pixel, what lies across the nearest edge, and how far that is.
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
    let halo = GoldenRegion.reach + Int((3 * rounding).rounded(.up)) + 1
    let wide = rect.expanded(by: halo)
    let drawn = try stack.coverage(
      toGrid: toScan, rect: wide.expanded(by: Int(mesh.greatest.rounded(.up)) + 1))
    let margin = Double(Int(mesh.greatest.rounded(.up)) + 1)
    let printed = drawn.map { plane in
      let placed =
        mesh.isStill
        ? plane.crop(PixelRect(x: Int(margin), y: Int(margin), width: wide.width, height: wide.height))
        : plane.resampled(
          rect: wide,
          toSource: .translation(x: margin - Double(wide.x), y: margin - Double(wide.y)), mesh: mesh)
      return placed.smoothed(sigma: rounding)
    }
    let codes = Labels(stackOf: printed)
    let nearest = codes.nearestOther(reach: GoldenRegion.reach)
    let inner = PixelRect(x: halo, y: halo, width: rect.width, height: rect.height)
    materials = codes.crop(inner)
    across = nearest.other.crop(inner)
    edgeDistance = nearest.distance.crop(inner)
  }
}
