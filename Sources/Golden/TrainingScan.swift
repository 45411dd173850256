public import Raster

/// A photograph that a golden is learnt from, and where it lies in the layout.
public struct TrainingScan: Sendable {
  /// What reports call it: its file name.
  public var name: String
  /// The die, or the field of a design, that it shows; scans of one die are never parted by a split.
  public var die: String
  /// The field, brightness 0…1, grey or colour.
  public var photograph: Picture
  /// Where the photograph lies in the scan, scan pixels.
  public var field: PixelRect
  /// The pixels to learn from, scan pixels, inside the field.
  public var area: PixelRect
  /// Layout µm to scan pixels.
  public var toScan: Affine
  /// How the scan departs from that map.
  public var mesh: DisplacementMesh
  /// µm a pixel.
  public var pixelSizeUm: Double

  /// A registered photograph.
  public init(
    name: String, die: String, photograph: Picture, field: PixelRect, area: PixelRect,
    toScan: Affine, mesh: DisplacementMesh, pixelSizeUm: Double
  ) {
    precondition(
      photograph.width == field.width && photograph.height == field.height,
      "a photograph has the size of its field")
    (self.name, self.die, self.photograph, self.field) = (name, die, photograph, field)
    (self.area, self.toScan, self.mesh, self.pixelSizeUm) = (area, toScan, mesh, pixelSizeUm)
  }
}
