public import Raster

extension Layout {
  /// Calls `body` with every polygon of a layer whose box meets a window, flattened on the way.
  ///
  /// - Parameters:
  ///   - layer: which layer; one that does not occur has no polygons.
  ///   - cell: the cell asked.
  ///   - window: in µm of that cell; what only touches it is included, and turned polygons may be that miss it closely.
  ///   - limit: how many polygons and instances may be visited. The default is 2²⁸.
  ///   - body: gets the vertices in µm, without the first again at the end; the pointer is good until it returns. The
  ///     order of the polygons is always the same for the same window.
  /// - Throws: `LayoutError.Code.tooComplex` beyond `limit`, and what `body` throws.
  public func forEachPolygon(
    of layer: LayerID, in cell: CellID, within window: Box, limit: Int = 1 << 28,
    _ body: (UnsafeBufferPointer<Point>) throws -> Void
  ) throws {
    try forEachPolygon(
      of: layer, in: cell, within: window, limit: limit, mappedBy: .identity, body)
  }

  /// The same with the vertices mapped from µm by `map`.
  func forEachPolygon(
    of layer: LayerID, in cell: CellID, within window: Box, limit: Int, mappedBy map: Affine,
    _ body: (UnsafeBufferPointer<Point>) throws -> Void
  ) throws {
    guard let index = layerIndices[layer] else { return }
    let toMicrometres = Affine.scale(x: dbuMicrometres, y: dbuMicrometres)
    var walk = PolygonWalk(
      cells: storage, layer: index, window: Extent(window, scale: 1 / dbuMicrometres),
      output: toMicrometres.then(map), budget: limit)
    try walk.visit(cell.index, .identity, body)
  }
}
