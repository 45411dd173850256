public import Layout
public import Raster

/// The layers of a layout that make a device's look, in the recipe's order.
public struct LayerStack: Sendable {
  /// The layout they come from.
  public let layout: Layout
  /// The cell that is shown.
  public let cell: CellID
  /// Name and number of each layer, 1 to 16.
  public let layers: [(name: String, id: LayerID)]

  /// A stack of 1 to 16 layers of one cell.
  public init(layout: Layout, cell: CellID, layers: [(name: String, id: LayerID)]) {
    precondition((1...16).contains(layers.count), "a stack has 1 to 16 layers")
    (self.layout, self.cell, self.layers) = (layout, cell, layers)
  }

  /// Anti-aliased coverage of each layer on a grid of pixels, 0…1.
  ///
  /// - Parameters:
  ///   - toGrid: layout µm to continuous pixel coordinates.
  ///   - rect: the pixels wanted.
  public func coverage(toGrid: Affine, rect: PixelRect) throws -> [Plane] {
    try layers.map {
      try layout.coverage(of: $0.id, in: cell, layoutToScan: toGrid, rect: rect)
    }
  }
}
