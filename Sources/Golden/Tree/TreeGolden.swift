public import Raster

/// A golden painted from the layout by a regression forest.
public struct TreeGolden: GoldenSource {
  /// The layers.
  public let stack: LayerStack
  /// The trees.
  public let forest: GoldenForest

  /// A golden of given layers and trees.
  public init(stack: LayerStack, forest: GoldenForest) {
    precondition(
      stack.layers.count == forest.layerCount, "a forest paints the layers it learnt from")
    (self.stack, self.forest) = (stack, forest)
  }

  /// Learns from photographs, which may differ in size, in the size of their pixels, and in gain and offset.
  ///
  /// - Parameters:
  ///   - stack: the layers they show.
  ///   - scans: one at least, all grey or all in colour.
  ///   - settings: how the forest is grown.
  /// - Throws: `LayoutError` where a field holds more than can be drawn.
  public init(
    learning stack: LayerStack, from scans: [TrainingScan], settings: TreeSettings = TreeSettings()
  ) throws {
    try self.init(learning: TrainingSet(stack, scans), settings: settings)
  }

  /// Learns from photographs that were made ready.
  public init(learning set: TrainingSet, settings: TreeSettings = TreeSettings()) throws {
    self.init(stack: set.stack, forest: try GoldenForest(learning: set, settings: settings))
  }

  /// The golden of a region, painted from the layout.
  public func region(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> GoldenRegion {
    let pixelSizeUm = toScan.pixelSizeUm
    let rounding = forest.rounding * (forest.pixelSizeUm / pixelSizeUm)
    let drawn = try DrawnStack(
      stack, rect: rect, toScan: toScan, mesh: mesh, greatestRounding: rounding)
    let region = StackRegion(drawn, rounding: rounding)
    let maker = LayerFeatureMaker(
      drawn, names: stack.layers.map(\.name), pixelSizeUm: pixelSizeUm, rounding: rounding)
    var planes = [Plane](
      repeating: Plane(width: rect.width, height: rect.height), count: forest.channels)
    for band in maker.bands {
      let part = forest.paint(maker.features(in: band))
      let first = (band.y - rect.y) * rect.width
      for channel in planes.indices {
        planes[channel].samples.replaceSubrange(
          first..<first + band.area, with: part.planes[channel].samples)
      }
    }
    return GoldenRegion(
      picture: Picture(planes: planes), materials: region.materials,
      edgeDistance: region.edgeDistance, looseness: region.looseness, edgesAreDrawn: true)
  }
}
