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
    let polygon = polygon(around: spine, snapped: true)
    var flat: [Int32] = []
    flat.reserveCapacity(2 * polygon.count)
    for point in polygon {
      guard let x = Int32(exactly: point.x), let y = Int32(exactly: point.y) else {
        throw LayoutError(.outOfRange, "the outline of a path leaves the 32-bit range")
      }
      flat.append(x)
      flat.append(y)
    }
    return flat
  }

  /// The polygon; `snapped` puts its vertices on whole numbers.
  func polygon(around spine: [Point], snapped: Bool) -> [Point] {
    let points = Self.bends(of: spine)
    guard !points.isEmpty else { return [] }
    var side = Side(outline: self, snapped: snapped)
    side.vertices.reserveCapacity(2 * points.count + 2)
    side.follow(points, start: begin, end: end)
    side.follow(points.reversed(), start: end, end: begin)
    return side.vertices
  }

  /// The spine without repeated points and without points on the straight way between their neighbours.
  private static func bends(of spine: [Point]) -> [Point] {
    var kept: [Point] = []
    kept.reserveCapacity(spine.count)
    for point in spine where point != kept.last {
      if kept.count >= 2 {
        let (first, middle) = (kept[kept.count - 2], kept[kept.count - 1])
        let (ux, uy) = (middle.x - first.x, middle.y - first.y)
        let (vx, vy) = (point.x - middle.x, point.y - middle.y)
        if ux * vy == uy * vx && ux * vx + uy * vy > 0 { kept.removeLast() }
      }
      kept.append(point)
    }
    return kept
  }

  /// One side of the outline, to the left of the way.
  private struct Side {
    let outline: PathOutline
    let snapped: Bool
    var vertices: [Point] = []

    mutating func follow(_ points: [Point], start: Double, end: Double) {
      let half = outline.width / 2
      let directions =
        points.count == 1
        ? [Point(x: vertices.isEmpty ? 1 : -1, y: 0)]
        : (1..<points.count).map { index in
          let (x, y) = (
            points[index].x - points[index - 1].x, points[index].y - points[index - 1].y
          )
          let length = hypot(x, y)
          return Point(x: x / length, y: y / length)
        }
      let (first, last) = (directions[0], directions[directions.count - 1])
      cap(at: points[0], along: first, from: -start, half: half, opening: true)
      for index in 1..<max(points.count - 1, 1) {
        corner(
          points[index - 1], points[index], points[index + 1], directions[index - 1],
          directions[index], half)
      }
      cap(at: points[points.count - 1], along: last, from: end, half: half, opening: false)
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
}
