import Raster

/// A path whose width does not follow magnification, kept as drawn until it is asked for.
struct AbsolutePath: Sendable {
  var spine: [Point]
  var outline: PathOutline

  /// How far the drawn path can reach from its spine, in database units at magnification 1.
  var margin: Double { outline.width + max(outline.begin, outline.end, 0) }

  var extent: Extent {
    var extent = Extent()
    for point in spine { extent.include(x: point.x, y: point.y) }
    return extent
  }
}

/// What one cell itself draws on one layer, packed.
struct LayerShapes: Sendable {
  /// Index in the layout's list of layers.
  var layer: Int
  /// x and y of all vertices, polygon after polygon, in database units.
  private(set) var coordinates: [Int32] = []
  /// Where each polygon ends in `coordinates`.
  private(set) var ends: [Int] = []
  private(set) var extents: [Extent] = []
  private(set) var extent = Extent()
  /// Twice the area of each polygon, summed.
  private var doubledArea = 0.0
  /// Shapes that are there but draw nothing: paths of zero width.
  private(set) var undrawn = 0
  var paths: [AbsolutePath] = []
  private(set) var tree = PackedTree()

  init(layer: Int) { self.layer = layer }

  var count: Int { ends.count + undrawn + paths.count }
  var polygonArea: Double { doubledArea / 2 }

  /// Adds a polygon of x, y, x, y, …; the last vertex is not the first again.
  mutating func append(polygon: some Collection<Int32>) {
    let start = coordinates.count
    coordinates.append(contentsOf: polygon)
    let end = coordinates.count
    var box = Extent()
    var area = 0.0
    coordinates.withUnsafeBufferPointer { points in
      let (originX, originY) = (Double(points[start]), Double(points[start + 1]))
      var (lastX, lastY) = (
        Double(points[end - 2]) - originX, Double(points[end - 1]) - originY
      )
      for index in stride(from: start, to: end, by: 2) {
        let (x, y) = (Double(points[index]), Double(points[index + 1]))
        box.include(x: x, y: y)
        area += lastX * (y - originY) - (x - originX) * lastY
        (lastX, lastY) = (x - originX, y - originY)
      }
    }
    ends.append(end)
    extents.append(box)
    extent.include(box)
    doubledArea += abs(area)
  }

  /// Counts a shape that draws nothing but takes part in the bounding box.
  mutating func appendUndrawn(_ points: some Sequence<Point>) {
    undrawn += 1
    for point in points { extent.include(x: point.x, y: point.y) }
  }

  /// Sorts what was added for asking; nothing is added after it.
  mutating func makeSearchable() {
    tree = PackedTree(extents)
    extents = []
  }

  /// Turns absolute paths into polygons, which is right where nothing is magnified.
  mutating func drawAbsolutePaths() throws {
    for path in paths {
      append(polygon: try path.outline.polygonOnGrid(around: path.spine))
    }
    paths = []
  }

  /// The vertices of a polygon as x, y, x, y, ….
  func range(ofPolygon index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }
}
