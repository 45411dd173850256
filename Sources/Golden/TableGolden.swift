public import Raster

/// A golden painted from the layout by a table of colours.
public struct TableGolden: GoldenSource {
  /// The layers.
  public let stack: LayerStack
  /// The colours.
  public let table: GoldenTable

  /// A golden of given layers and colours.
  public init(stack: LayerStack, table: GoldenTable) { (self.stack, self.table) = (stack, table) }

  /// Learns the colours, and how much the process rounds corners, from one photograph.
  ///
  /// - Parameters:
  ///   - photograph: the field, brightness 0…1.
  ///   - field: where the photograph lies in the scan.
  ///   - area: the scan pixels to learn from, inside the field.
  ///   - toScan: layout µm to scan pixels.
  ///   - mesh: how the scan departs from that map.
  public init(
    learning stack: LayerStack, photograph: Picture, field: PixelRect, area: PixelRect,
    toScan: Affine, mesh: DisplacementMesh
  ) throws {
    let rounding = try TableGolden.bestRounding(
      stack, photograph.luminance, field: field, area: area, toScan: toScan, mesh: mesh)
    let region = try StackRegion(stack, rect: field, toScan: toScan, mesh: mesh, rounding: rounding)
    let local = PixelRect(
      x: area.x - field.x, y: area.y - field.y, width: area.width, height: area.height)
    var table = GoldenTable(photograph: photograph, stack: region, area: local, rounding: rounding)
    table.learnShading(photograph, stack: region, area: local)
    self.init(stack: stack, table: table)
  }

  /// The process blur whose contours run most like the photograph's, tried at half the resolution.
  private static func bestRounding(
    _ stack: LayerStack, _ luminance: Plane, field: PixelRect, area: PixelRect, toScan: Affine,
    mesh: DisplacementMesh
  ) throws -> Double {
    let half = luminance.reduced(by: 2)
    let toHalf = toScan.then(.translation(x: -Double(field.x), y: -Double(field.y)))
      .then(.scale(x: 0.5, y: 0.5))
    let local = PixelRect(
      x: (area.x - field.x) / 2, y: (area.y - field.y) / 2, width: area.width / 2,
      height: area.height / 2
    ).intersection(half.bounds)
    let choices = [0, 0.5, 1, 1.5, 2.2, 3.2, 4.5, 6.5, 9, 12]
    let drawn = try DrawnStack(
      stack, rect: half.bounds, toScan: toHalf, mesh: mesh.scaled(by: 0.5, onto: half.bounds),
      greatestRounding: choices.max() ?? 0)
    let whole = drawn.printed(rounding: 0).islandCount
    let shown = EdgeField(ofPhotograph: half, sigma: 1.5)
    var best = (rounding: 0.0, score: 0.0)
    for rounding in choices {
      // A blur that joins or takes away what is drawn is no rounding.
      guard drawn.printed(rounding: rounding).islandCount == whole else { break }
      let contours = EdgeField(ofCoverage: drawn.contours(rounding: rounding), sigma: 1.5)
      let energy = contours.energy(in: local)
      guard energy > 0 else { break }
      let score =
        EdgeField.correlation(contours, shown, in: local, dx: 0, dy: 0) / energy.squareRoot()
      // A larger blur must be worth it.
      if score > 1.002 * best.score { best = (rounding, score) }
    }
    return 2 * best.rounding
  }

  /// The golden of a region, painted from the layout.
  public func region(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> GoldenRegion {
    let region = try StackRegion(
      stack, rect: rect, toScan: toScan, mesh: mesh, rounding: table.rounding)
    return GoldenRegion(
      picture: table.paint(region), materials: region.materials, edgeDistance: region.edgeDistance,
      looseness: region.looseness, edgesAreDrawn: true)
  }
}
