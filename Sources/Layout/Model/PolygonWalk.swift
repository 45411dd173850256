import Raster

/// Takes what a walk through a hierarchy finds.
protocol ShapeSink {
  /// An upright rectangle of a cell, in database units, and the map from them.
  mutating func take(rectangle: GridBox, _ map: Affine) throws
  /// A polygon of a cell as x, y, x, y, …, and the map from its units.
  mutating func take(polygon: UnsafeBufferPointer<Int32>, _ map: Affine) throws
  /// A polygon that is mapped already.
  mutating func take(mapped: UnsafeBufferPointer<Point>) throws
}

/// Goes down a hierarchy to the shapes of one layer that meet a window.
struct PolygonWalk<Sink: ShapeSink> {
  let cells: UnsafeBufferPointer<LayoutCell>
  let references: ReferenceTable
  let layer: Int
  /// What is asked for, in database units of the cell asked.
  let window: Extent
  /// From those units to what the shapes are handed out in.
  let output: Affine
  /// Shapes and instances that may still be visited.
  var budget: Int
  var sink: Sink

  /// Visits a cell that `map` takes to the units of the cell asked.
  mutating func visit(_ index: Int, _ map: Affine) throws {
    guard let summary = cells[index].summary(of: layer) else { return }
    let magnification = abs(map.determinant).squareRoot()
    guard magnification > 0 else { return }
    var local = window.mapped(by: map.inverse)
    if let shapes = cells[index].shapes(of: layer) { try draw(shapes, local, map) }
    if cells[index].placements.isEmpty { return }
    if summary.margin > 0 {
      local = local.expanded(by: summary.margin / magnification)
    }
    try cells[index].forEachPlacement(in: GridBox(meeting: local)) { placement in
      guard let child = cells[Int(placement.cell)].summary(of: layer) else { return }
      let reference = references.reference(placement)
      try reference.forEachElement(of: reference.footprint(of: child.extent), in: local) { place in
        try spend()
        try visit(reference.cell, reference.placed(in: map, at: place))
      }
    }
  }

  @inline(__always)
  private mutating func spend() throws {
    budget -= 1
    if budget < 0 {
      throw LayoutError(.tooComplex, "the window holds more shapes than can be handled at once")
    }
  }

  private mutating func draw(_ shapes: LayerShapes, _ local: Extent, _ map: Affine) throws {
    let out = map.then(output)
    let seen = GridBox(meeting: local)
    try shapes.forEachRectangle(in: seen) {
      try spend()
      try sink.take(rectangle: $0, out)
    }
    try shapes.forEachPolygon(in: seen) {
      try spend()
      try sink.take(polygon: $0, out)
    }
    for path in shapes.paths {
      try spend()
      let seen = path.extent.mapped(by: map).expanded(by: path.margin).intersects(window)
      if seen {
        let polygon = path.outline.polygon(around: path.spine.map { map($0) })
        try polygon.map { output($0) }.withUnsafeBufferPointer { try sink.take(mapped: $0) }
      }
    }
  }
}
