import Raster

/// A corner of a polygon on the fixed grid, in 1/256 px from the top left of the rectangle.
struct CoverageCorner: BitwiseCopyable, Equatable {
  var x: Int
  var y: Int
}

/// Edges of one polygon that follow each other downwards.
struct CoverageSide: BitwiseCopyable {
  /// The numbers of its uppermost and lowest corner; those between follow each other, none above the one before.
  var first: Int32
  var last: Int32
  /// Number of the polygon; they rise from side to side.
  var polygon: Int32
  /// +1 where the polygon was drawn downwards, −1 where upwards.
  var winding: Int32
  /// The first row of the rectangle that it shows in.
  var row: Int32
}

/// The sides of polygons that matter to a rectangle of pixels.
///
/// Vertices go to the nearest 1/256 px of the picture, wherever the rectangle lies, and no edge is ever cut: so the
/// edges of a tile are those of the whole.
struct CoverageSides: ShapeSink {
  /// Grid steps in a pixel.
  static let steps = 256
  /// Coordinates beyond 2²⁵ px are held there, so that later products fit 64 bits.
  private static let limit = Double(1 << 33)
  /// The most corners that are held at once, some hundred megabytes of them.
  private static let maximumCount = 1 << 24
  /// The most rows of pixels that edges may cross in all; some tens of seconds of work.
  private static let maximumCrossings = 1 << 29

  let corners = PlainStore<CoverageCorner>()
  let sides = PlainStore<CoverageSide>()
  private let placed = PlainStore<CoverageCorner>()
  private(set) var polygons: Int32 = 0
  private var crossings = 0
  private let rect: PixelRect
  private let (left, top): (Int, Int)
  private let (right, bottom): (Int, Int)

  init(rect: PixelRect) {
    self.rect = rect
    (left, top) = (rect.x * Self.steps, rect.y * Self.steps)
    (right, bottom) = (rect.width * Self.steps, rect.height * Self.steps)
  }

  // MARK: Shapes

  mutating func take(rectangle: GridBox, _ map: Affine) throws {
    let low = place(map, Double(rectangle.left), Double(rectangle.bottom))
    let high = place(map, Double(rectangle.right), Double(rectangle.top))
    if map.b == 0, map.c == 0 {
      let (top, bottom) = (min(low.y, high.y), max(low.y, high.y))
      let (left, right) = (min(low.x, high.x), max(low.x, high.x))
      guard right > 0, left < self.right, bottom > 0, top < self.bottom, top < bottom else {
        return
      }
      // Only the upright sides count.
      add(upright: left, top, bottom, 1)
      if right < self.right { add(upright: right, top, bottom, -1) }
      return try finishPolygon()
    }
    placed.cut(to: 0)
    let corners = placed.extend(by: 4)
    corners[0] = low
    corners[1] = place(map, Double(rectangle.right), Double(rectangle.bottom))
    corners[2] = high
    corners[3] = place(map, Double(rectangle.left), Double(rectangle.top))
    try takePlaced()
  }

  mutating func take(polygon: UnsafeBufferPointer<Int32>, _ map: Affine) throws {
    placed.cut(to: 0)
    let target = placed.extend(by: polygon.count / 2)
    for index in 0..<polygon.count / 2 {
      target[index] = place(map, Double(polygon[2 &* index]), Double(polygon[2 &* index &+ 1]))
    }
    try takePlaced()
  }

  mutating func take(mapped vertices: UnsafeBufferPointer<Point>) throws {
    placed.cut(to: 0)
    let target = placed.extend(by: vertices.count)
    for (index, vertex) in vertices.enumerated() {
      target[index] = place(.identity, vertex.x, vertex.y)
    }
    try takePlaced()
  }

  /// A vertex on the grid of the rectangle; the nearest one, to even where two are as near.
  @inline(__always)
  private func place(_ map: Affine, _ x: Double, _ y: Double) -> CoverageCorner {
    CoverageCorner(
      x: Self.held((map.a * x + map.b * y + map.tx) * Double(Self.steps)) &- left,
      y: Self.held((map.c * x + map.d * y + map.ty) * Double(Self.steps)) &- top)
  }

  @inline(__always)
  private static func held(_ value: Double) -> Int {
    min(max(value, -limit), limit).nearestWhole
  }

  // MARK: Sides

  private mutating func takePlaced() throws {
    let count = placed.count
    if count > Self.maximumCount { throw tooComplex }
    guard count > 0 else { return }
    let points = placed.start
    var (low, high) = (points[0], points[0])
    for index in 1..<max(count, 1) {
      (low.x, high.x) = (min(low.x, points[index].x), max(high.x, points[index].x))
      (low.y, high.y) = (min(low.y, points[index].y), max(high.y, points[index].y))
    }
    guard high.x > 0, low.x < right, high.y > 0, low.y < bottom,
      let begin = Self.turn(in: points, count)
    else { return }
    // Each edge adds two corners at most.
    let base = corners.count
    let target = corners.extend(by: 2 * count)
    var (start, end, winding) = (0, 0, 0)
    var from = begin
    for _ in 0..<count {
      let to = from &+ 1 == count ? 0 : from &+ 1
      let (a, b) = (points[from], points[to])
      from = to
      if a.y == b.y { continue }
      let way = b.y > a.y ? 1 : -1
      if way != winding {
        if winding != 0 { end = close(target, base, start, end, winding) }
        (start, winding) = (end, way)
        target[end] = a
        end &+= 1
      } else if target[end &- 1] != a {
        // A level edge on the way.
        target[end] = a
        end &+= 1
      }
      target[end] = b
      end &+= 1
    }
    corners.cut(to: base + close(target, base, start, end, winding))
    try finishPolygon()
  }

  /// A corner at which a polygon that went up goes down or the other way round; nil where all is level.
  private static func turn(in points: UnsafeMutablePointer<CoverageCorner>, _ count: Int) -> Int? {
    var direction = 0
    for index in 0..<count {
      let next = index &+ 1 == count ? 0 : index &+ 1
      let way = (points[next].y &- points[index].y).signum()
      if way == 0 { continue }
      if direction == 0 { direction = way } else if way != direction { return index }
    }
    return nil
  }

  /// Makes corners a side, as far as they show; returns where the next may begin.
  private mutating func close(
    _ target: UnsafeMutablePointer<CoverageCorner>, _ base: Int, _ start: Int, _ end: Int,
    _ winding: Int
  ) -> Int {
    if winding < 0 {
      var corners = UnsafeMutableBufferPointer(start: target + start, count: end - start)
      corners.reverse()
    }
    if target[end - 1].y <= 0 || target[start].y >= bottom { return start }
    var (first, last) = (start, end - 1)
    while target[first + 1].y <= 0 { first += 1 }
    while target[last - 1].y >= bottom { last -= 1 }
    if target[first].x >= right, !(first...last).contains(where: { target[$0].x < right }) {
      return start
    }
    if first > start { (target + start).update(from: target + first, count: last - first + 1) }
    let count = last - first + 1
    add(
      base + start, base + start + count - 1, target[start].y, target[start + count - 1].y, winding)
    return start + count
  }

  private mutating func add(upright x: Int, _ top: Int, _ bottom: Int, _ winding: Int) {
    let target = corners.extend(by: 2)
    target[0] = CoverageCorner(x: x, y: top)
    target[1] = CoverageCorner(x: x, y: bottom)
    add(corners.count - 2, corners.count - 1, top, bottom, winding)
  }

  @inline(__always)
  private mutating func add(_ first: Int, _ last: Int, _ top: Int, _ bottom: Int, _ winding: Int) {
    let topRow = max(top, 0) / Self.steps
    let bottomRow = (min(bottom, self.bottom) - 1) / Self.steps
    sides.append(
      CoverageSide(
        first: Int32(truncatingIfNeeded: first), last: Int32(truncatingIfNeeded: last),
        polygon: polygons, winding: Int32(winding), row: Int32(topRow)))
    crossings += bottomRow - topRow + last - first
  }

  private mutating func finishPolygon() throws {
    polygons += 1
    if corners.count > Self.maximumCount || crossings > Self.maximumCrossings { throw tooComplex }
  }

  private var tooComplex: LayoutError {
    LayoutError(
      .tooComplex,
      "polygons lie too densely in the pixels asked for: \(corners.count + placed.count) corners in "
        + "\(rect.height) rows")
  }
}
