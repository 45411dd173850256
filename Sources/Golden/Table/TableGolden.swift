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
    let scan = TrainingScan(
      name: "", die: "", photograph: photograph, field: field, area: area, toScan: toScan,
      mesh: mesh, pixelSizeUm: toScan.pixelSizeUm)
    try self.init(learning: stack, from: [scan])
  }

  /// Learns from several photographs, which may differ in size, in the size of their pixels, and in gain and offset.
  ///
  /// - Parameters:
  ///   - stack: the layers they show.
  ///   - scans: one at least, all grey or all in colour.
  /// - Throws: `LayoutError` where a field holds more than can be drawn.
  public init(learning stack: LayerStack, from scans: [TrainingScan]) throws {
    self.init(learning: try TrainingSet(stack, scans))
  }

  /// Learns from photographs that were made ready.
  public init(learning set: TrainingSet) {
    var table = GoldenTable(
      learning: set.lessons, rounding: set.rounding, pixelSizeUm: set.pixelSizeUm)
    table.learnShading(set.lessons)
    self.init(stack: set.stack, table: table)
  }

  /// The golden of a region, painted from the layout.
  public func region(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> GoldenRegion {
    let relative = table.pixelSizeUm.map { toScan.pixelSizeUm / $0 } ?? 1
    let region = try StackRegion(
      stack, rect: rect, toScan: toScan, mesh: mesh, rounding: table.rounding / relative)
    return GoldenRegion(
      picture: table.paint(region, relativePixelSize: Float(relative)),
      materials: region.materials, edgeDistance: region.edgeDistance, looseness: region.looseness,
      edgesAreDrawn: true)
  }
}
