import Raster

/// One edge of a polygon on the fixed grid, lower end last.
struct CoverageEdge {
  /// Columns in 1/256 px from the left side of the rectangle.
  var topX: Int
  var bottomX: Int
  /// Rows in 1/256 px from the top of the rectangle; `top` < `bottom`.
  var top: Int
  var bottom: Int
  /// Number of the polygon within the rectangle.
  var polygon: Int32
  /// +1 for an edge that was drawn downwards, −1 for one drawn upwards.
  var winding: Int32
}

/// The edges that matter to a rectangle of pixels.
///
/// Vertices go to the nearest 1/256 px of the picture, wherever the rectangle lies, and no edge is ever cut: so the
/// edges of a tile are those of the whole.
struct CoverageEdges {
  /// Grid steps in a pixel.
  static let steps = 256
  /// Coordinates beyond 2²⁵ px are held there, so that later products fit 64 bits.
  private static let limit = Double(1 << 33)
  /// The most edges that are held at once, 1.3 GB of them.
  static let maximumCount = 1 << 25

  private(set) var edges: [CoverageEdge] = []
  private(set) var polygons = 0
  private let rect: PixelRect

  init(rect: PixelRect) { self.rect = rect }

  /// Adds a polygon given in pixels of the picture.
  mutating func add(_ vertices: UnsafeBufferPointer<Point>) throws {
    guard let last = vertices.last else { return }
    let (right, bottom) = (rect.width * Self.steps, rect.height * Self.steps)
    var (fromX, fromY) = place(last)
    let before = edges.count
    for vertex in vertices {
      let (x, y) = place(vertex)
      defer { (fromX, fromY) = (x, y) }
      if y == fromY || max(y, fromY) <= 0 || min(y, fromY) >= bottom || min(x, fromX) >= right {
        continue
      }
      let isDown = y > fromY
      edges.append(
        CoverageEdge(
          topX: isDown ? fromX : x, bottomX: isDown ? x : fromX, top: min(y, fromY),
          bottom: max(y, fromY), polygon: Int32(polygons), winding: isDown ? 1 : -1))
    }
    if edges.count > before { polygons += 1 }
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

  /// The numbers of the edges that meet each band of `rows` rows, uppermost first.
  func bands(ofRows rows: Int) -> [[Int32]] {
    let height = rows * Self.steps
    let count = (rect.height + rows - 1) / rows
    var bands = [[Int32]](repeating: [], count: count)
    for (index, edge) in edges.enumerated() {
      let first = max(edge.top, 0) / height
      let last = min((edge.bottom - 1) / height, count - 1)
      for band in first...max(first, last) { bands[band].append(Int32(index)) }
    }
    return bands
  }
}
