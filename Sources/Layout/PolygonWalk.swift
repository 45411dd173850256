import Raster

/// Goes down a hierarchy to the polygons of one layer that meet a window.
struct PolygonWalk {
  let cells: [LayoutCell]
  let layer: Int
  /// What is asked for, in database units of the cell asked.
  let window: Extent
  /// From those units to what the polygons are handed out in.
  let output: Affine
  /// Polygons and instances that may still be visited.
  var budget: Int
  private var points: [Point] = []

  init(cells: [LayoutCell], layer: Int, window: Extent, output: Affine, budget: Int) {
    (self.cells, self.layer, self.window) = (cells, layer, window)
    (self.output, self.budget) = (output, budget)
  }

  /// Visits a cell that `map` takes to the units of the cell asked.
  mutating func visit(
    _ index: Int, _ map: Affine, _ body: (UnsafeBufferPointer<Point>) throws -> Void
  ) throws {
    let cell = cells[index]
    guard let summary = cell.summary(of: layer) else { return }
    let magnification = abs(map.determinant).squareRoot()
    guard magnification > 0 else { return }
    var local = window.mapped(by: map.inverse)
    let shapes = cell.shapes(of: layer)
    if let shapes { try draw(shapes, local, map, body) }
    if summary.margin > 0 {
      local = local.expanded(by: summary.margin / magnification)
    }
    try cell.referenceTree.forEach(in: local) { place in
      let reference = cell.references[place]
      guard let child = cells[reference.cell].summary(of: layer) else { return }
      let footprint = reference.footprint(of: child.extent)
      let linear = reference.linear
      try reference.forEachElement(of: footprint, in: local) { column, row in
        try spend()
        try visit(
          reference.cell, reference.placed(in: map, linear: linear, column: column, row: row), body)
      }
    }
  }

  private mutating func spend() throws {
    budget -= 1
    if budget < 0 {
      throw LayoutError(.tooComplex, "the window holds more shapes than can be handled at once")
    }
  }

  private mutating func draw(
    _ shapes: LayerShapes, _ local: Extent, _ map: Affine,
    _ body: (UnsafeBufferPointer<Point>) throws -> Void
  ) throws {
    let out = map.then(output)
    try shapes.tree.forEach(in: local) { polygon in
      try spend()
      points.removeAll(keepingCapacity: true)
      let range = shapes.range(ofPolygon: polygon)
      shapes.coordinates.withUnsafeBufferPointer { flat in
        for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
          points.append(out(Point(x: Double(flat[index]), y: Double(flat[index + 1]))))
        }
      }
      try points.withUnsafeBufferPointer(body)
    }
    for path in shapes.paths {
      try spend()
      let seen = path.extent.mapped(by: map).expanded(by: path.margin).intersects(window)
      if seen {
        let polygon = path.outline.polygon(around: path.spine.map { map($0) }, snapped: false)
        try polygon.map { output($0) }.withUnsafeBufferPointer(body)
      }
    }
  }
}
