public import Raster

/// The stack of a region as it prints: what lies at each pixel, what lies across the nearest edge, and how far that is.
public struct StackRegion: Sendable {
  /// Stack code of each pixel.
  public let materials: Labels
  /// Stack code across the nearest edge; the pixel's own where no edge is within reach.
  public let across: Labels
  /// Distance to the nearest edge, pixels, held at `GoldenRegion.reach`.
  public let edgeDistance: Plane
  /// How far an edge may lie from where it is painted for no other reason than that corners round, pixels; 0 away from
  /// corners.
  public let looseness: Plane
  /// The stack codes that occur, in rising order.
  let presentMaterials: [UInt16]
  /// The stack codes of the region with its halo, and where the region begins in it.
  private let wide: Labels
  private let offset: (x: Int, y: Int)

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
    let drawn = try DrawnStack(
      stack, rect: rect, toScan: toScan, mesh: mesh, greatestRounding: rounding)
    self.init(drawn, rounding: rounding)
  }

  init(_ drawn: DrawnStack, rounding: Double) {
    let codes = drawn.printed(rounding: rounding)
    offset = (drawn.rect.x - drawn.wide.x, drawn.rect.y - drawn.wide.y)
    let inner = PixelRect(
      x: offset.x, y: offset.y, width: drawn.rect.width, height: drawn.rect.height)
    // Edges further off than the reach do not count.
    let near = inner.expanded(by: GoldenRegion.reach)
    let nearest = codes.crop(near).nearestOther(reach: GoldenRegion.reach)
    let local = PixelRect(
      x: GoldenRegion.reach, y: GoldenRegion.reach, width: inner.width, height: inner.height)
    wide = codes
    looseness = StackRegion.looseness(drawn, codes, inner: inner, rounding: rounding)
    materials = codes.crop(inner)
    across = nearest.other.crop(local)
    edgeDistance = nearest.distance.crop(local)
    var seen = [Bool](repeating: false, count: 1 << 16)
    for value in materials.values { seen[Int(value)] = true }
    presentMaterials = seen.indices.filter { seen[$0] }.map { UInt16($0) }
  }

  /// Where rounding changes what is drawn, and a little around it, an edge is known to about half the rounding.
  private static func looseness(
    _ drawn: DrawnStack, _ printed: Labels, inner: PixelRect, rounding: Double
  ) -> Plane {
    guard rounding > 0 else { return Plane(width: inner.width, height: inner.height) }
    let sharp = drawn.printed(rounding: 0)
    var changed = Plane(width: printed.width, height: printed.height)
    for index in changed.samples.indices where sharp.values[index] != printed.values[index] {
      changed.samples[index] = 1
    }
    // Single pixels along slanted edges are no corners.
    let corners = changed.smoothed(sigma: 1).map { $0 > 0.35 ? 1 : 0 }
    let amount = Float(min(5, (0.5 * rounding).rounded()))
    return corners.extremes(radius: 4 + Int(amount)).high.crop(inner).map { $0 * amount }
  }

  /// The openness of a material's surroundings at each scale, by column and row of the region.
  func openness(of material: UInt16) -> @Sendable (_ x: Int, _ y: Int) -> SIMD4<Float> {
    let openness = Openness(of: material, in: wide)
    let offset = offset
    return { openness(x: $0 + offset.x, y: $1 + offset.y) }
  }
}
