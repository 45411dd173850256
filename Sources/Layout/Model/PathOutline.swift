import Foundation
import Raster

/// How a path is drawn around its spine.
///
/// Corners are mitred; a corner that turns by more than 90° is cut off half a width beyond the bend, as klayout does.
/// A round end is half a polygon of `circlePoints` vertices whose sides touch the circle.
struct PathOutline: Sendable, Equatable {
  static let circlePoints = 32

  /// Full width, more than zero.
  var width: Double
  /// How far the path goes on before its first and behind its last point.
  var begin: Double
  var end: Double
  var isRound: Bool

  /// The polygon on the grid of whole database units, as x, y, x, y, ….
  func polygonOnGrid(around spine: [Point]) throws -> [Int32] {
    var pen = PathPen()
    let count = try pen.drawOnGrid(self, around: spine)
    return [Int32](unsafeUninitializedCapacity: 2 * count) { flat, used in
      if let start = flat.baseAddress { pen.write(to: start) }
      used = 2 * count
    }
  }

  /// The polygon, its vertices wherever they are.
  func polygon(around spine: [Point]) -> [Point] {
    var pen = PathPen()
    pen.draw(self, around: spine, snapped: false)
    return pen.vertices
  }
}

/// Draws outlines of paths, one after the other in the same storage.
struct PathPen {
  /// The outline drawn last.
  private(set) var vertices: [Point] = []
  /// The spine without repeated points and without points on the straight way between their neighbours.
  private var bends: [Point] = []
  /// The ways from bend to bend, one unit long; of a single point one to the right.
  private var directions: [Point] = []
  private var outline = PathOutline(width: 1, begin: 0, end: 0, isRound: false)
  private var snapped = false

  /// Draws an outline with its vertices on the grid of whole database units.
  ///
  /// - Returns: how many vertices it has.
  mutating func drawOnGrid(_ outline: PathOutline, around spine: some Sequence<Point>) throws -> Int
  {
    draw(outline, around: spine, snapped: true)
    for vertex in vertices {
      guard Int32(exactly: vertex.x) != nil, Int32(exactly: vertex.y) != nil else {
        throw LayoutError(.outOfRange, "the outline of a path leaves the 32-bit range")
      }
    }
    return vertices.count
  }

  /// Writes the outline drawn last, which is on the grid, as x, y, x, y, ….
  func write(to target: UnsafeMutablePointer<Int32>) {
    for (index, vertex) in vertices.enumerated() {
      target[2 * index] = Int32(vertex.x)
      target[2 * index + 1] = Int32(vertex.y)
    }
  }

  /// Draws an outline; `snapped` puts its vertices on whole numbers.
  mutating func draw(
    _ outline: PathOutline, around spine: some Sequence<Point>, snapped: Bool
  ) {
    (self.outline, self.snapped) = (outline, snapped)
    vertices.removeAll(keepingCapacity: true)
    findBends(of: spine)
    guard let first = bends.first else { return }
    directions.removeAll(keepingCapacity: true)
    if bends.count == 1 { directions.append(Point(x: 1, y: 0)) }
    var last = first
    for bend in bends.dropFirst() {
      let (x, y) = (bend.x - last.x, bend.y - last.y)
      let length = hypot(x, y)
      directions.append(Point(x: x / length, y: y / length))
      last = bend
    }
    follow(start: outline.begin, end: outline.end)
    bends.reverse()
    directions.reverse()
    for index in directions.indices {
      directions[index] = Point(x: -directions[index].x, y: -directions[index].y)
    }
    follow(start: outline.end, end: outline.begin)
  }

  private mutating func findBends(of spine: some Sequence<Point>) {
    bends.removeAll(keepingCapacity: true)
    for point in spine where point != bends.last {
      if bends.count >= 2 {
        let (first, middle) = (bends[bends.count - 2], bends[bends.count - 1])
        let (ux, uy) = (middle.x - first.x, middle.y - first.y)
        let (vx, vy) = (point.x - middle.x, point.y - middle.y)
        if ux * vy == uy * vx && ux * vx + uy * vy > 0 { bends.removeLast() }
      }
      bends.append(point)
    }
  }

  /// Draws one side of the outline, to the left of the way.
  private mutating func follow(start: Double, end: Double) {
    let half = outline.width / 2
    let (first, last) = (directions[0], directions[directions.count - 1])
    cap(at: bends[0], along: first, from: -start, half: half, opening: true)
    for index in 1..<max(bends.count - 1, 1) {
      corner(
        bends[index - 1], bends[index], bends[index + 1], directions[index - 1],
        directions[index], half)
    }
    cap(at: bends[bends.count - 1], along: last, from: end, half: half, opening: false)
  }

  /// One end: a corner, or a quarter of a round end that begins (or stops) on the spine's line.
  private mutating func cap(
    at point: Point, along: Point, from reach: Double, half: Double, opening: Bool
  ) {
    let normal = scaled(Point(x: -along.y, y: along.x), half)
    guard outline.isRound else {
      let ahead = scaled(along, reach)
      return put(point, Point(x: normal.x + ahead.x, y: normal.y + ahead.y))
    }
    let count = PathOutline.circlePoints / 4
    let step = Double.pi / Double(PathOutline.circlePoints)
    for index in 0..<count {
      let turn = Double(2 * (opening ? index : count - 1 - index) + 1) * step
      let (ahead, aside) = (reach * cos(turn) / cos(step), sin(turn) / cos(step))
      put(
        point,
        Point(x: along.x * ahead + normal.x * aside, y: along.y * ahead + normal.y * aside))
    }
  }

  private mutating func corner(
    _ before: Point, _ point: Point, _ after: Point, _ along: Point, _ next: Point,
    _ half: Double
  ) {
    let normal = scaled(Point(x: -along.y, y: along.x), half)
    let nextNormal = scaled(Point(x: -next.y, y: next.x), half)
    let turn = along.x * next.y - along.y * next.x
    guard abs(turn) > 1e-10 else {
      // A way straight back: the end is closed square, half a width beyond the bend.
      let (ahead, back) = (scaled(along, half), scaled(next, half))
      put(point, Point(x: normal.x + ahead.x, y: normal.y + ahead.y))
      return put(point, Point(x: nextNormal.x - back.x, y: nextNormal.y - back.y))
    }
    let (dx, dy) = (nextNormal.x - normal.x, nextNormal.y - normal.y)
    let reach = (dx * next.y - dy * next.x) / turn
    let nextReach = (along.x * dy - along.y * dx) / turn
    let (limit, nextLimit) = (hypot(normal.x, normal.y), hypot(nextNormal.x, nextNormal.y))
    if reach < -hypot(point.x - before.x, point.y - before.y) - limit - 1e-10
      || nextReach < -hypot(after.x - point.x, after.y - point.y) - nextLimit - 1e-10
    {
      // The inner sides of two short segments do not meet; a loop through the bend stays inside the width.
      put(point, normal)
      put(point, Point(x: 0, y: 0))
      put(point, nextNormal)
    } else if reach < limit + 1e-10 && nextReach < nextLimit + 1e-10 {
      put(point, Point(x: normal.x + along.x * reach, y: normal.y + along.y * reach))
    } else {
      let (cut, nextCut) = (min(limit, reach), min(nextLimit, nextReach))
      put(point, Point(x: normal.x + along.x * cut, y: normal.y + along.y * cut))
      put(
        point, Point(x: nextNormal.x - next.x * nextCut, y: nextNormal.y - next.y * nextCut))
    }
  }

  /// A unit vector times `length`, on whole numbers for axis-parallel and diagonal ways.
  private func scaled(_ unit: Point, _ length: Double) -> Point {
    var length = length
    if snapped {
      if abs(unit.x) < 1e-10 || abs(unit.y) < 1e-10 {
        length = length.rounded()
      } else if abs(abs(unit.x) - abs(unit.y)) < 1e-10 {
        length = 2.0.squareRoot() * (length * 0.5.squareRoot()).rounded()
      }
    }
    return Point(x: unit.x * length, y: unit.y * length)
  }

  private mutating func put(_ point: Point, _ shift: Point) {
    let shift = snapped ? Point(x: shift.x.rounded(), y: shift.y.rounded()) : shift
    vertices.append(Point(x: point.x + shift.x, y: point.y + shift.y))
  }
}
