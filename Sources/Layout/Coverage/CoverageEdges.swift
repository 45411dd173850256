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
  private static let maximumCount = 1 << 25
  /// The most rows of pixels that edges may cross in all; some tens of seconds of work.
  private static let maximumCrossings = 1 << 30

  private(set) var edges: [CoverageEdge] = []
  private var polygons: Int32 = 0
  private var crossings = 0
  private let rect: PixelRect
  private let (left, top): (Int, Int)
  private let (right, bottom): (Int, Int)

  init(rect: PixelRect) {
    self.rect = rect
    (left, top) = (rect.x * Self.steps, rect.y * Self.steps)
    (right, bottom) = (rect.width * Self.steps, rect.height * Self.steps)
  }

  mutating func take(rectangle: GridBox, _ map: Affine) throws {
    let low = place(map, Double(rectangle.left), Double(rectangle.bottom))
    let high = place(map, Double(rectangle.right), Double(rectangle.top))
    if map.b == 0, map.c == 0 {
      let (top, bottom) = (min(low.1, high.1), max(low.1, high.1))
      let (left, right) = (min(low.0, high.0), max(low.0, high.0))
      // Only the upright sides count.
      if right > 0 {
        add(left, top, left, bottom)
        add(right, bottom, right, top)
      }
    } else {
      let across = place(map, Double(rectangle.right), Double(rectangle.bottom))
      let up = place(map, Double(rectangle.left), Double(rectangle.top))
      if max(max(low.0, high.0), max(across.0, up.0)) > 0 {
        add(low.0, low.1, across.0, across.1)
        add(across.0, across.1, high.0, high.1)
        add(high.0, high.1, up.0, up.1)
        add(up.0, up.1, low.0, low.1)
      }
    }
    try finishPolygon()
  }

  mutating func take(polygon: UnsafeBufferPointer<Int32>, _ map: Affine) throws {
    let end = polygon.count
    var from = place(map, Double(polygon[end - 2]), Double(polygon[end - 1]))
    let before = edges.count
    var reach = Int.min
    for index in stride(from: 0, to: end, by: 2) {
      let to = place(map, Double(polygon[index]), Double(polygon[index + 1]))
      reach = max(reach, to.0)
      add(from.0, from.1, to.0, to.1)
      from = to
    }
    if reach <= 0 { edges.removeLast(edges.count - before) }
    try finishPolygon()
  }

  mutating func take(mapped vertices: UnsafeBufferPointer<Point>) throws {
    guard let last = vertices.last else { return }
    var from = place(.identity, last.x, last.y)
    for vertex in vertices {
      let to = place(.identity, vertex.x, vertex.y)
      add(from.0, from.1, to.0, to.1)
      from = to
    }
    try finishPolygon()
  }

  @inline(__always)
  private mutating func add(_ fromX: Int, _ fromY: Int, _ x: Int, _ y: Int) {
    if y == fromY || max(y, fromY) <= 0 || min(y, fromY) >= bottom || min(x, fromX) >= right {
      return
    }
    let isDown = y > fromY
    edges.append(
      CoverageEdge(
        topX: isDown ? fromX : x, bottomX: isDown ? x : fromX, top: min(y, fromY),
        bottom: max(y, fromY), polygon: polygons, winding: isDown ? 1 : -1))
    crossings += (min(max(y, fromY), bottom) - max(min(y, fromY), 0)) / Self.steps + 1
  }

  private mutating func finishPolygon() throws {
    if edges.last?.polygon == polygons { polygons += 1 }
    if edges.count > Self.maximumCount || crossings > Self.maximumCrossings {
      throw LayoutError(
        .tooComplex,
        "polygons lie too densely in the pixels asked for: \(edges.count) edges in \(rect.height) rows"
      )
    }
  }

  /// A vertex on the grid of the rectangle; the nearest one, to even where two are as near.
  @inline(__always)
  private func place(_ map: Affine, _ x: Double, _ y: Double) -> (Int, Int) {
    (
      Self.held((map.a * x + map.b * y + map.tx) * Double(Self.steps)) - left,
      Self.held((map.c * x + map.d * y + map.ty) * Double(Self.steps)) - top
    )
  }

  @inline(__always)
  private static func held(_ value: Double) -> Int {
    // Adding 3·2⁵¹ leaves no bit for fractions.
    Int(min(max(value, -limit), limit) + 0x1.8p52 - 0x1.8p52)
  }

  /// The numbers of the edges that cross each band of rows, band after band, and where each band begins in them.
  func numbers(inBandsOf height: Int) -> (numbers: [Int32], starts: [Int]) {
    let step = height * Self.steps
    let count = (rect.height + height - 1) / height
    var starts = [Int](repeating: 0, count: count + 1)
    for edge in edges {
      for band in max(edge.top, 0) / step...min((edge.bottom - 1) / step, count - 1) {
        starts[band + 1] += 1
      }
    }
    for band in 0..<count { starts[band + 1] += starts[band] }
    var ends = starts
    let numbers = [Int32](unsafeUninitializedCapacity: starts[count]) { numbers, total in
      for (index, edge) in edges.enumerated() {
        for band in max(edge.top, 0) / step...min((edge.bottom - 1) / step, count - 1) {
          numbers[ends[band]] = Int32(index)
          ends[band] += 1
        }
      }
      total = starts[count]
    }
    return (numbers, starts)
  }
}
