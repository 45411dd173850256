import Raster

/// What a cell holds on one layer with everything below it, remembered so that nothing is flattened to know it.
struct LayerSummary: Sendable {
  var layer: Int
  /// Flattened shapes; stays at the largest number instead of overflowing.
  var count = 0
  /// The summed area at magnification m is `squared`·m² + `linear`·m + `constant`; the last two are of absolute sizes.
  var squared = 0.0
  var linear = 0.0
  var constant = 0.0
  /// Box of what scales with the cell.
  var extent = Extent()
  /// How far absolute sizes can reach beyond it, in database units of the whole.
  var margin = 0.0

  init(layer: Int) { self.layer = layer }

  init(of shapes: LayerShapes) {
    layer = shapes.layer
    count = shapes.count
    squared = shapes.polygonArea
    extent = shapes.extent
    for path in shapes.paths {
      extent.include(path.extent)
      margin = max(margin, path.margin)
      let area = path.area
      linear += area.linear
      constant += area.constant
    }
  }

  func area(magnification: Double) -> Double {
    (squared * magnification + linear) * magnification + constant
  }

  /// Adds all elements of a reference to a cell with the summary `child`.
  mutating func add(_ reference: Reference, of child: LayerSummary) {
    let elements = reference.lattice.count
    let (product, overflow) = child.count.multipliedReportingOverflow(by: elements)
    let (sum, overflowed) = count.addingReportingOverflow(product)
    count = overflow || overflowed ? .max : sum
    let (factor, size) = (Double(elements), reference.transform.magnification)
    if reference.transform.hasAbsoluteMagnification {
      constant += factor * child.area(magnification: size)
    } else {
      squared += factor * child.squared * size * size
      linear += factor * child.linear * size
      constant += factor * child.constant
    }
    extent.include(reference.extent(of: child.extent))
    margin = max(margin, reference.margin(of: child.extent, margin: child.margin))
  }
}

extension AbsolutePath {
  /// Area at magnification m, as `linear`·m + `constant`; exact where no corner is cut off.
  var area: (linear: Double, constant: Double) {
    var length = 0.0
    for (from, to) in zip(spine, spine.dropFirst()) {
      length += ((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y)).squareRoot()
    }
    let polygon = outline.polygon(around: spine)
    var doubled = 0.0
    for (index, point) in polygon.enumerated() {
      let last = polygon[index == 0 ? polygon.count - 1 : index - 1]
      doubled +=
        (last.x - spine[0].x) * (point.y - spine[0].y)
        - (point.x - spine[0].x) * (last.y - spine[0].y)
    }
    return (outline.width * length, abs(doubled) / 2 - outline.width * length)
  }
}
