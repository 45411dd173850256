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
    // The walk does not outlive this call, and so neither does the body in it.
    try withoutActuallyEscaping(body) { body in
      _ = try walk(
        to: PolygonSink(body: body), layer: layer, in: cell, within: window, limit: limit,
        mappedBy: .identity)
    }
  }

  /// Hands the shapes to a sink, with a map from database units through µm by `map`; returns the sink.
  func walk<Sink: ShapeSink>(
    to sink: Sink, layer: LayerID, in cell: CellID, within window: Box, limit: Int,
    mappedBy map: Affine
  ) throws -> Sink {
    guard let index = layerIndices[layer] else { return sink }
    let toMicrometres = Affine.scale(x: dbuMicrometres, y: dbuMicrometres)
    return try storage.withUnsafeBufferPointer { cells in
      var walk = PolygonWalk(
        cells: cells, references: references, layer: index,
        window: Extent(window, scale: 1 / dbuMicrometres), output: toMicrometres.then(map),
        budget: limit, sink: sink)
      try walk.visit(cell.index, .identity)
      return walk.sink
    }
  }
}

/// Maps every shape and hands out its vertices.
private struct PolygonSink: ShapeSink {
  let body: (UnsafeBufferPointer<Point>) throws -> Void
  private var points: [Point] = []

  init(body: @escaping (UnsafeBufferPointer<Point>) throws -> Void) { self.body = body }

  mutating func take(rectangle: GridBox, _ map: Affine) throws {
    let (left, bottom) = (Double(rectangle.left), Double(rectangle.bottom))
    let (right, top) = (Double(rectangle.right), Double(rectangle.top))
    points.removeAll(keepingCapacity: true)
    for (x, y) in [(left, bottom), (right, bottom), (right, top), (left, top)] {
      points.append(map(Point(x: x, y: y)))
    }
    try points.withUnsafeBufferPointer(body)
  }

  mutating func take(polygon: UnsafeBufferPointer<Int32>, _ map: Affine) throws {
    points.removeAll(keepingCapacity: true)
    for index in stride(from: 0, to: polygon.count, by: 2) {
      points.append(map(Point(x: Double(polygon[index]), y: Double(polygon[index + 1]))))
    }
    try points.withUnsafeBufferPointer(body)
  }

  mutating func take(mapped: UnsafeBufferPointer<Point>) throws { try body(mapped) }
}
