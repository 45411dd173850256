public import Raster

/// A golden that can paint its picture with less work than all that a comparison needs.
public protocol PictureSource: GoldenSource {
  /// The picture of `region(_:toScan:mesh:)`, the same byte for byte.
  func picture(_ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> Picture
}

extension GoldenSource {
  /// The golden's picture alone, by the shortest way that the golden has.
  func pictureAlone(_ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> Picture {
    if let source = self as? any PictureSource {
      return try source.picture(rect, toScan: toScan, mesh: mesh)
    }
    return try region(rect, toScan: toScan, mesh: mesh).picture
  }
}

extension TableGolden: PictureSource {
  /// The picture of a region, painted from the layout.
  public func picture(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> Picture {
    table.paint(
      try StackRegion(stack, rect: rect, toScan: toScan, mesh: mesh, rounding: table.rounding))
  }
}
