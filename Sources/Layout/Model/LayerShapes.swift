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
struct LayerShapes: Sendable {
  /// Vertices of a polygon: the number of the first in `coordinates`, and how many there are.
  private struct Outline: Sendable {
    var first: UInt32
    var count: UInt32
  }

  /// The most vertices, or rectangles, of a cell on one layer.
  static let maximumCount = Int(UInt32.max) - 16

  /// Index in the layout's list of layers.
  var layer: Int
  /// The upright rectangles.
  private(set) var rectangles: [GridBox] = []
  private var rectangleTree = PackedTree()
  /// x and y of all vertices of the other polygons in database units, in the order of the file.
  private let coordinates = PlainStore<Int32>()
  /// The other polygons, and the box of each.
  private var outlines: [Outline] = []
  private var boxes: [GridBox] = []
  private var polygonTree = PackedTree()
  /// Twice the area of each polygon, summed.
  private var doubledArea = 0.0
  /// Shapes that are there but draw nothing: paths of zero width.
  private(set) var undrawn = 0
  private var undrawnExtent = Extent()
  var paths: [AbsolutePath] = []

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
  mutating func append(rectangle box: GridBox) {
    rectangles.append(box)
    doubledArea +=
      2 * (Double(box.right) - Double(box.left)) * (Double(box.top) - Double(box.bottom))
  }

  /// Adds a polygon of x, y, x, y, …; the last vertex is not the first again.
  @inline(__always)
  mutating func append(polygon: UnsafeBufferPointer<Int32>) {
    append(vertices: polygon.count / 2) { target in
      guard let source = polygon.baseAddress else { return }
      target.update(from: source, count: polygon.count)
    }
  }

  /// Adds a polygon of `vertices` vertices, three or more, which `body` writes as x, y, x, y, ….
  @inline(__always)
  mutating func append(vertices: Int, _ body: (UnsafeMutablePointer<Int32>) -> Void) {
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
    let polygon = UnsafeBufferPointer(start: UnsafePointer(target), count: 2 * vertices)
    let box = Self.box(of: polygon)
    boxes.append(box)
    doubledArea += Self.doubledArea(of: polygon, in: box)
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

  private static func box(of polygon: UnsafeBufferPointer<Int32>) -> GridBox {
    guard let points = polygon.baseAddress.map(UnsafeRawPointer.init) else { return .empty }
    // Two vertices at a time; of an odd number of them the first two are taken twice.
    var low = points.loadUnaligned(as: SIMD4<Int32>.self)
    var high = low
    for index in stride(from: polygon.count / 2 % 2 * 8, to: 4 * polygon.count, by: 16) {
      let pair = points.loadUnaligned(fromByteOffset: index, as: SIMD4<Int32>.self)
      low.replace(with: pair, where: pair .< low)
      high.replace(with: pair, where: pair .> high)
    }
    return GridBox(
      left: min(low.x, low.z), bottom: min(low.y, low.w), right: max(high.x, high.z),
      top: max(high.y, high.w))
  }

  private static func doubledArea(of polygon: UnsafeBufferPointer<Int32>, in box: GridBox) -> Double
  {
    let end = polygon.count
    let (originX, originY) = (Int64(polygon[0]), Int64(polygon[1]))
    let (width, height) = (Int64(box.right) - Int64(box.left), Int64(box.top) - Int64(box.bottom))
    // A polygon winds around a place at most once in three edges, so that the exact sum fits.
    if width < 1 << 31, height < 1 << 31,
      !(width * height).multipliedReportingOverflow(by: Int64(end)).overflow
    {
      var sum: Int64 = 0
      var (lastX, lastY) = (Int64(polygon[end - 2]) - originX, Int64(polygon[end - 1]) - originY)
      for index in stride(from: 0, to: end, by: 2) {
        let (x, y) = (Int64(polygon[index]) - originX, Int64(polygon[index + 1]) - originY)
        sum &+= lastX &* y &- x &* lastY
        (lastX, lastY) = (x, y)
      }
      return Double(sum.magnitude)
    }
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
  mutating func appendUndrawn(_ points: some Sequence<Point>) {
    undrawn += 1
    for point in points { undrawnExtent.include(x: point.x, y: point.y) }
  }

  /// Sorts what was added for asking; nothing is added after it.
  mutating func makeSearchable() {
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
  mutating func drawAbsolutePaths() throws {
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
