public import Raster

/// A golden: something that says what a flawless scan shows in any region.
public protocol GoldenSource: Sendable {
  /// The golden of a region of a scan.
  ///
  /// - Parameters:
  ///   - rect: the pixels wanted, in scan pixels.
  ///   - toScan: reference coordinates (layout µm, or pixels of a supplied picture) to scan pixels.
  ///   - mesh: how the scan departs from that map.
  /// - Returns: a region of the rectangle's size; each pixel is the same whichever rectangle it was asked in, but for `trust` within
  ///   8 pixels of its border.
  func region(_ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> GoldenRegion
}

/// What a golden says of a region, pixel by pixel.
public struct GoldenRegion: Sendable {
  /// What a flawless scan shows.
  public var picture: Picture
  /// What lies there: a stack code, or a class of brightness.
  public var materials: Labels
  /// Distance to the nearest other material, pixels, held at `GoldenRegion.reach`.
  public var edgeDistance: Plane
  /// By how much an edge may lie elsewhere without being a defect, pixels, beyond what holds everywhere.
  public var looseness: Plane
  /// Whether borders between materials are drawn edges that a scan must show, not mere steps of brightness.
  public var edgesAreDrawn: Bool
  /// The share of a difference that counts at each pixel, 0…1: less where good scans are known to differ, 0 where the golden
  /// does not know what they show; nil for all of it.
  public var trust: Plane?

  /// The greatest edge distance told apart, pixels.
  public static let reach = 32

  /// A region whose parts have one size.
  public init(
    picture: Picture, materials: Labels, edgeDistance: Plane, looseness: Plane,
    edgesAreDrawn: Bool, trust: Plane? = nil
  ) {
    precondition(
      picture.width == materials.width && picture.height == materials.height
        && picture.width == edgeDistance.width && picture.height == edgeDistance.height,
      "the parts of a golden region have one size")
    (self.picture, self.materials) = (picture, materials)
    (self.edgeDistance, self.looseness) = (edgeDistance, looseness)
    (self.edgesAreDrawn, self.trust) = (edgesAreDrawn, trust)
  }
}
