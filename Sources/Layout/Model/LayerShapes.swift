import CKernels
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
///
/// An upright rectangle takes sixteen bytes, another polygon eight a vertex and twenty-four.
///
/// Sendable is right: it is changed only while one reader fills it and one core indexes it, and only asked after. For the
/// same reason its properties need no watch over overlapping access.
final class LayerShapes: @unchecked Sendable {
  /// Vertices of a polygon: the number of the first in `coordinates`, and how many there are.
  private struct Outline: Sendable {
    var first: UInt32
    var count: UInt32
  }

  /// The most vertices, or rectangles, of a cell on one layer.
  static let maximumCount = Int(UInt32.max) - 16

  /// Index in the layout's list of layers.
  let layer: Int
  /// The upright rectangles.
  @exclusivity(unchecked) private(set) var rectangles: [GridBox] = []
  @exclusivity(unchecked) private var rectangleTree = PackedTree()
  /// x and y of all vertices of the other polygons in database units, in the order of the file.
  private let coordinates = PlainStore<Int32>()
  /// The other polygons, and the box of each.
  @exclusivity(unchecked) private var outlines: [Outline] = []
  @exclusivity(unchecked) private var boxes: [GridBox] = []
  @exclusivity(unchecked) private var polygonTree = PackedTree()
  /// Twice the area of each polygon, summed.
  @exclusivity(unchecked) private var doubledArea = 0.0
  /// Shapes that are there but draw nothing: paths of zero width.
  @exclusivity(unchecked) private(set) var undrawn = 0
  @exclusivity(unchecked) private var undrawnExtent = Extent()
  @exclusivity(unchecked) var paths: [AbsolutePath] = []

  init(layer: Int) { self.layer = layer }

  var count: Int { rectangles.count + outlines.count + undrawn + paths.count }
  var polygonArea: Double { doubledArea / 2 }

  /// The box around rectangles, polygons and what is undrawn.
  var extent: Extent {
    var around = GridBox.empty
    for box in rectangles { around.include(box) }
    for box in boxes { around.include(box) }
    var extent = around.extent
    extent.include(undrawnExtent)
    return extent
  }

  /// Whether one more polygon of so many vertices can be held.
  func hasRoom(for vertices: Int) -> Bool {
    rectangles.count < Self.maximumCount && coordinates.count / 2 + vertices <= Self.maximumCount
  }

  @inline(__always)
  func append(rectangle box: GridBox) {
    rectangles.append(box)
    doubledArea +=
      2 * (Double(box.right) - Double(box.left)) * (Double(box.top) - Double(box.bottom))
  }

  /// Adds a polygon of x, y, x, y, …; the last vertex is not the first again.
  @inline(__always)
  func append(polygon: UnsafeBufferPointer<Int32>) {
    append(vertices: polygon.count / 2) { target in
      guard let source = polygon.baseAddress else { return }
      target.update(from: source, count: polygon.count)
    }
  }

  /// Adds a polygon of `vertices` vertices, three or more, which `body` writes as x, y, x, y, ….
  @inline(__always)
  func append(vertices: Int, _ body: (UnsafeMutablePointer<Int32>) -> Void) {
    if vertices == 4 {
      var corners = SIMD8<Int32>()
      withUnsafeMutableBytes(of: &corners) {
        body($0.assumingMemoryBound(to: Int32.self).baseAddress.unsafelyUnwrapped)
      }
      if let box = Self.rectangle(corners) { return append(rectangle: box) }
    }
    let start = coordinates.count
    let target = coordinates.extend(by: 2 * vertices)
    body(target)
    outlines.append(Outline(first: UInt32(start / 2), count: UInt32(vertices)))
    var sides = SIMD4<Int32>()
    let doubled = withUnsafeMutableBytes(of: &sides) {
      gd_outline(target, vertices, $0.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    boxes.append(GridBox(left: sides.x, bottom: sides.y, right: sides.z, top: sides.w))
    // A polygon winds around a place at most once in three edges: of all but the largest the exact sum fits.
    let (width, height) = (Int64(sides.z) - Int64(sides.x), Int64(sides.w) - Int64(sides.y))
    let bound = width.multipliedReportingOverflow(by: height)
    if !bound.overflow,
      !bound.partialValue.multipliedReportingOverflow(by: Int64(vertices)).overflow
    {
      doubledArea += Double(doubled.magnitude)
    } else {
      doubledArea += Self.doubledArea(
        of: UnsafeBufferPointer(start: UnsafePointer(target), count: 2 * vertices))
    }
  }

  /// The box that four corners make, if they do.
  @inline(__always)
  private static func rectangle(_ p: SIMD8<Int32>) -> GridBox? {
    let lies = p[1] == p[3] && p[2] == p[4] && p[5] == p[7] && p[6] == p[0]
    let stands = p[0] == p[2] && p[3] == p[5] && p[4] == p[6] && p[7] == p[1]
    guard lies || stands else { return nil }
    return GridBox(
      left: min(p[0], p[4]), bottom: min(p[1], p[5]), right: max(p[0], p[4]),
      top: max(p[1], p[5]))
  }

  /// The area of a polygon whose exact sum may not fit a number of 64 bits.
  private static func doubledArea(of polygon: UnsafeBufferPointer<Int32>) -> Double {
    let end = polygon.count
    let (originX, originY) = (Int64(polygon[0]), Int64(polygon[1]))
    var sum = 0.0
    var (lastX, lastY) = (
      Double(Int64(polygon[end - 2]) - originX), Double(Int64(polygon[end - 1]) - originY)
    )
    for index in stride(from: 0, to: end, by: 2) {
      let (x, y) = (
        Double(Int64(polygon[index]) - originX), Double(Int64(polygon[index + 1]) - originY)
      )
      sum += lastX * y - x * lastY
      (lastX, lastY) = (x, y)
    }
    return abs(sum)
  }

  /// Counts a shape that draws nothing but takes part in the bounding box.
  func appendUndrawn(_ points: some Sequence<Point>) {
    undrawn += 1
    for point in points { undrawnExtent.include(x: point.x, y: point.y) }
  }

  /// Sorts what was added for asking; nothing is added after it.
  func makeSearchable() {
    if let order = PackedTree.order(of: rectangles) {
      rectangles = order.map { rectangles[Int($0)] }
    }
    rectangleTree = PackedTree(over: rectangles)
    if let order = PackedTree.order(of: boxes) {
      boxes = order.map { boxes[Int($0)] }
      outlines = order.map { outlines[Int($0)] }
    }
    polygonTree = PackedTree(over: boxes)
  }

  /// Turns absolute paths into polygons, which is right where nothing is magnified.
  func drawAbsolutePaths() throws {
    for path in paths {
      let polygon = try path.outline.polygonOnGrid(around: path.spine)
      polygon.withUnsafeBufferPointer { append(polygon: $0) }
    }
    paths = []
  }

  // MARK: Asking

  /// The rectangles that touch a window.
  func forEachRectangle(in window: GridBox, _ body: (GridBox) throws -> Void) rethrows {
    try rectangles.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return }
      try rectangleTree.forEach(in: window, of: base) { try body(base[$0]) }
    }
  }

  /// The vertices x, y, x, y, … of the other polygons whose boxes touch a window.
  func forEachPolygon(
    in window: GridBox, _ body: (UnsafeBufferPointer<Int32>) throws -> Void
  ) rethrows {
    try boxes.withUnsafeBufferPointer { boxes in
      guard let base = boxes.baseAddress else { return }
      try polygonTree.forEach(in: window, of: base) { place in
        let (first, count) = (Int(outlines[place].first), Int(outlines[place].count))
        try body(coordinates.part(from: 2 * first, count: 2 * count))
      }
    }
  }
}
