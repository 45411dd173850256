internal import Golden
internal import Layout
internal import Matching
internal import Raster

/// A layout as something to register scans to.
struct LayoutReference: RegistrationReference {
  let stack: LayerStack
  /// Which of its layers holds alignment marks alone; nil for none.
  var marks: Int?

  var noun: String { "layout" }
  var isDrawn: Bool { true }
  var yPointsUp: Bool { true }

  func planes(toGrid: Affine, width: Int, height: Int) throws -> [Plane] {
    try stack.coverage(
      toGrid: toGrid, rect: PixelRect(x: 0, y: 0, width: width, height: height))
  }

  func marks(toGrid: Affine, width: Int, height: Int) throws -> Plane? {
    guard let marks else { return nil }
    return try stack.layout.coverage(
      of: stack.layers[marks].id, in: stack.cell, layoutToScan: toGrid,
      rect: PixelRect(x: 0, y: 0, width: width, height: height))
  }

  func extent(toScan: Affine, field: PixelRect) -> PixelRect { field }

  /// Layouts are often cut out around what somebody asked to see: then several polygons end on one straight line with
  /// nothing beyond it.
  func suspectedExtent(toScan: Affine, field: PixelRect) throws -> PixelRect? {
    let toLayout = toScan.inverse
    let shown = toLayout(
      Box(
        low: Point(x: Double(field.x), y: Double(field.y)),
        high: Point(x: Double(field.maxX), y: Double(field.maxY))))
    let window = shown.expanded(by: 0.25 * max(shown.width, shown.height))
    var drawn: Box?
    var polygons: [[Point]] = []
    for layer in stack.layers {
      try stack.layout.forEachPolygon(of: layer.id, in: stack.cell, within: window) { vertices in
        let points = Array(vertices)
        guard let first = points.first else { return }
        let box = points.reduce(Box(low: first, high: first)) { $0.union(Box(low: $1, high: $1)) }
        drawn = drawn?.union(box) ?? box
        polygons.append(points)
      }
    }
    guard let drawn else { return nil }
    var extent = shown
    func isCut(_ coordinate: KeyPath<Point, Double>, at line: Double) -> Bool {
      let tolerance = 1.5 * stack.layout.dbuMicrometres
      let ending = polygons.count { points in
        points.indices.contains { index in
          let next = points[(index + 1) % points.count]
          return abs(points[index][keyPath: coordinate] - line) < tolerance
            && abs(next[keyPath: coordinate] - line) < tolerance
        }
      }
      return ending >= 2
    }
    // A line at the very border of the field takes nothing away.
    let (marginX, marginY) = (0.02 * shown.width, 0.02 * shown.height)
    if drawn.low.x > shown.low.x + marginX, isCut(\.x, at: drawn.low.x) {
      extent.low.x = drawn.low.x
    }
    if drawn.high.x < shown.high.x - marginX, isCut(\.x, at: drawn.high.x) {
      extent.high.x = drawn.high.x
    }
    if drawn.low.y > shown.low.y + marginY, isCut(\.y, at: drawn.low.y) {
      extent.low.y = drawn.low.y
    }
    if drawn.high.y < shown.high.y - marginY, isCut(\.y, at: drawn.high.y) {
      extent.high.y = drawn.high.y
    }
    guard extent != shown, extent.low.x < extent.high.x, extent.low.y < extent.high.y else {
      return nil
    }
    let box = toScan(extent)
    let (left, top) = (Int(box.low.x.rounded(.up)) + 4, Int(box.low.y.rounded(.up)) + 4)
    let (right, bottom) = (Int(box.high.x.rounded(.down)) - 4, Int(box.high.y.rounded(.down)) - 4)
    guard right > left, bottom > top else { return nil }
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
      .intersection(field)
  }
}
