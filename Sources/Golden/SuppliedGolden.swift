public import Raster

/// A golden picture that somebody supplied: a photograph of a good die, a template.
public struct SuppliedGolden: GoldenSource {
  /// The picture; its pixels are the reference coordinates.
  public let picture: Picture

  /// A golden from a picture.
  public init(picture: Picture) { self.picture = picture }

  /// Classes of brightness that stand in for materials.
  private static let classes = 4

  /// The golden of a region, sampled from the picture; outside it the border goes on.
  public func region(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> GoldenRegion {
    let toSource = toScan.inverse
    let halo = GoldenRegion.reach + 4
    let wide = rect.expanded(by: halo)
    let sampled = picture.mapPlanes { $0.resampled(rect: wide, toSource: toSource, mesh: mesh) }
    let smooth = sampled.luminance.smoothed(sigma: 1)
    let values = smooth.samples.map {
      UInt16(min(max($0 * Float(Self.classes), 0), Float(Self.classes - 1)))
    }
    let classes = Labels(width: wide.width, height: wide.height, values: values)
    let distance = classes.nearestOther(reach: GoldenRegion.reach).distance
    let inner = PixelRect(x: halo, y: halo, width: rect.width, height: rect.height)
    return GoldenRegion(
      picture: sampled.crop(inner), materials: classes.crop(inner),
      edgeDistance: distance.crop(inner),
      looseness: Plane(width: rect.width, height: rect.height), edgesAreDrawn: false)
  }
}
