import Raster

/// One edge of a polygon on the fixed grid, lower end last.
struct CoverageEdge {
  /// Columns in 1/256 px from the left side of the rectangle.
  var topX: Int
  var bottomX: Int
  /// Rows in 1/256 px from the top of the rectangle; `top` < `bottom`.
  var top: Int
  var bottom: Int
  /// Number of the polygon.
  var polygon: Int32
  /// +1 for an edge that was drawn downwards, −1 for one drawn upwards.
  var winding: Int32
}

/// The edges that matter to a rectangle of pixels.
///
/// Vertices go to the nearest 1/256 px of the picture, wherever the rectangle lies, and no edge is ever cut: so the
/// edges of a tile are those of the whole.
struct CoverageEdges: ShapeSink {
  /// Grid steps in a pixel.
  static let steps = 256
  /// Coordinates beyond 2²⁵ px are held there, so that later products fit 64 bits.
  private static let limit = Double(1 << 33)
  /// The most edges that are held at once, 1.3 GB of them.
  static let maximumCount = 1 << 25

  /// The most work that is begun, in edges times strips; some tens of seconds.
  private static let maximumWork = 1 << 35

  private(set) var edges: [CoverageEdge] = []
  /// How far right each polygon reaches, in grid steps.
  private var reaches: [Int] = []
  private let rect: PixelRect

  init(rect: PixelRect) { self.rect = rect }

  private var points: [Point] = []

  mutating func take(rectangle: GridBox, _ map: Affine) throws {
    let (left, bottom) = (Double(rectangle.left), Double(rectangle.bottom))
    let (right, top) = (Double(rectangle.right), Double(rectangle.top))
    points.removeAll(keepingCapacity: true)
    for (x, y) in [(left, bottom), (right, bottom), (right, top), (left, top)] {
      points.append(map(Point(x: x, y: y)))
    }
    try points.withUnsafeBufferPointer { try take(mapped: $0) }
  }

  mutating func take(polygon: UnsafeBufferPointer<Int32>, _ map: Affine) throws {
    points.removeAll(keepingCapacity: true)
    for index in stride(from: 0, to: polygon.count, by: 2) {
      points.append(map(Point(x: Double(polygon[index]), y: Double(polygon[index + 1]))))
    }
    try points.withUnsafeBufferPointer { try take(mapped: $0) }
  }

  /// Adds a polygon given in pixels of the picture.
  mutating func take(mapped vertices: UnsafeBufferPointer<Point>) throws {
    guard let last = vertices.last else { return }
    let (right, bottom) = (rect.width * Self.steps, rect.height * Self.steps)
    var (fromX, fromY) = place(last)
    let before = edges.count
    var reach = fromX
    for vertex in vertices {
      let (x, y) = place(vertex)
      defer { (fromX, fromY) = (x, y) }
      reach = max(reach, x)
      if y == fromY || max(y, fromY) <= 0 || min(y, fromY) >= bottom || min(x, fromX) >= right {
        continue
      }
      let isDown = y > fromY
      edges.append(
        CoverageEdge(
          topX: isDown ? fromX : x, bottomX: isDown ? x : fromX, top: min(y, fromY),
          bottom: max(y, fromY), polygon: Int32(reaches.count), winding: isDown ? 1 : -1))
    }
    if edges.count > before { reaches.append(reach) }
    if edges.count > Self.maximumCount {
      throw LayoutError(
        .tooComplex, "the pixels asked for show more than \(Self.maximumCount) edges of polygons")
    }
  }

  private func place(_ point: Point) -> (Int, Int) {
    let x = min(max((point.x * Double(Self.steps)).rounded(), -Self.limit), Self.limit)
    let y = min(max((point.y * Double(Self.steps)).rounded(), -Self.limit), Self.limit)
    return (Int(x) - rect.x * Self.steps, Int(y) - rect.y * Self.steps)
  }

  /// The numbers of the edges that matter to each block of pixels, row of blocks after row of blocks.
  ///
  /// To a block matter the edges of its rows that lie in it, and those left of it whose polygon reaches it.
  func numbers(inBlocksOf size: (width: Int, height: Int)) throws -> [[Int32]] {
    let (width, height) = (size.width * Self.steps, size.height * Self.steps)
    let columns = (rect.width + size.width - 1) / size.width
    let rows = (rect.height + size.height - 1) / size.height
    var blocks = [[Int32]](repeating: [], count: columns * rows)
    for (index, edge) in edges.enumerated() {
      let left = max(min(edge.topX, edge.bottomX), 0) / width
      let right = min(max(reaches[Int(edge.polygon)] - 1, 0) / width, columns - 1)
      let top = max(edge.top, 0) / height
      let bottom = min((edge.bottom - 1) / height, rows - 1)
      guard left <= right, top <= bottom else { continue }
      for row in top...bottom {
        for column in left...right { blocks[row * columns + column].append(Int32(index)) }
      }
    }
    let work = blocks.reduce(0) { $0 + $1.count * min(2 * $1.count, height) }
    guard work <= Self.maximumWork else {
      throw LayoutError(
        .tooComplex, "polygons lie too densely in the pixels asked for: \(edges.count) edges")
    }
    return blocks
  }

  /// The edges of those numbers, in rising order, as a block sees them whose corner is at (x, y) px of the rectangle.
  ///
  /// - Returns: the edges, uppermost first, and how many polygons they belong to.
  func edges(_ numbers: [Int32], fromX x: Int, y: Int) -> (edges: [CoverageEdge], polygons: Int) {
    var (polygons, last) = (0, Int32(-1))
    var seen: [CoverageEdge] = []
    seen.reserveCapacity(numbers.count)
    for number in numbers {
      var edge = edges[Int(number)]
      if edge.polygon != last { polygons += 1 }
      last = edge.polygon
      edge.polygon = Int32(polygons - 1)
      edge.topX -= x * Self.steps
      edge.bottomX -= x * Self.steps
      edge.top -= y * Self.steps
      edge.bottom -= y * Self.steps
      seen.append(edge)
    }
    seen.sort { $0.top < $1.top }
    return (seen, polygons)
  }
}
