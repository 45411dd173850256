public import Golden
internal import Matching
internal import Raster

/// How well a golden paints scans that it was not taught.
public struct GoldenTrial: Sendable {
  /// Which pictures are kept.
  enum Showing {
    case nothing
    /// Windows that are chosen as the scans are painted.
    case chosen
    /// The windows of another trial of the same scans.
    case windows([SampleWindow])
  }

  /// What was seen in a window, and the golden in its light.
  struct Sample: Sendable {
    var window: SampleWindow
    var seen: Picture
    var golden: Picture
  }

  /// The scores over all scans, after the photometric fit.
  public private(set) var scores = ImageScores()
  /// The windows that were asked for.
  private(set) var samples: [Sample] = []

  /// Paints and scores each scan, placed by what was painted first.
  ///
  /// - Throws: what painting throws.
  init(_ golden: some GoldenSource, on scans: [TrainingScan], showing: Showing = .nothing) throws {
    for scan in scans {
      let drawn = try golden.region(scan.field, toScan: scan.toScan, mesh: scan.mesh)
      let moved = try GoldenPlacement.displacement(
        of: FieldViews(scan.photograph.luminance, field: scan.field),
        from: drawn.picture.luminance)
      let region = try golden.region(
        scan.field, toScan: scan.toScan, mesh: scan.mesh.adding(moved))
      let area = PixelRect(
        x: scan.area.x - scan.field.x, y: scan.area.y - scan.field.y, width: scan.area.width,
        height: scan.area.height)
      let residual = Residual(
        scan: scan.photograph, golden: region.picture, materials: region.materials,
        edgeDistance: region.edgeDistance, area: area, stages: [.light])
      let lit = scan.photograph.less(residual)
      scores.add(
        golden: lit, photograph: scan.photograph, materials: region.materials,
        edgeDistance: region.edgeDistance, area: area)
      let windows: [SampleWindow] =
        switch showing {
        case .nothing: []
        case .chosen:
          SampleWindow.choose(scan: scan.name, edgeDistance: region.edgeDistance, area: area)
        case .windows(let all): all.filter { $0.scan == scan.name }
        }
      samples += windows.map {
        Sample(window: $0, seen: scan.photograph.crop($0.rect), golden: lit.crop($0.rect))
      }
    }
  }
}
