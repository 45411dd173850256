public import Golden
internal import Matching
internal import Raster

/// How well a golden paints scans that it was not taught.
public struct GoldenTrial: Sendable {
  /// The scores over all scans, after the photometric fit.
  public private(set) var scores = ImageScores()
  /// The pictures of each scan: what was seen, and the golden in its light.
  private(set) var pictures: [(name: String, seen: Picture, golden: Picture)] = []

  /// Paints and scores each scan.
  ///
  /// - Throws: what painting throws.
  init(_ golden: some GoldenSource, on scans: [TrainingScan], keepsPictures: Bool = false) throws {
    for scan in scans {
      let region = try golden.region(scan.field, toScan: scan.toScan, mesh: scan.mesh)
      let area = PixelRect(
        x: scan.area.x - scan.field.x, y: scan.area.y - scan.field.y, width: scan.area.width,
        height: scan.area.height)
      let lit = Picture(
        planes: zip(region.picture.planes, scan.photograph.planes).map { golden, seen in
          Comparison.lit(
            golden, as: seen, materials: region.materials, edgeDistance: region.edgeDistance,
            area: area)
        })
      scores.add(
        golden: lit, photograph: scan.photograph, materials: region.materials,
        edgeDistance: region.edgeDistance, area: area)
      if keepsPictures { pictures.append((scan.name, scan.photograph, lit)) }
    }
  }
}
