import Foundation
import Raster

/// Closed outlines in µm, as GDSII boundaries take them.
enum Outline {
  /// An axis-parallel rectangle.
  static func rectangle(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) -> [Point] {
    [Point(x: x0, y: y0), Point(x: x1, y: y0), Point(x: x1, y: y1), Point(x: x0, y: y1)]
  }

  /// A band of constant width along a line; its ends are square, its corners mitred.
  static func stroke(_ line: [Point], width: Double) -> [Point] {
    stroke(line, from: width, to: width)
  }

  /// A band whose width changes evenly from the line's first point to its last.
  static func stroke(_ line: [Point], from first: Double, to last: Double) -> [Point] {
    var left: [Point] = []
    var right: [Point] = []
    for index in line.indices {
      let before = direction(line, max(index - 1, 0))
      let after = direction(line, min(index, line.count - 2))
      let (nx, ny) = (-(before.y + after.y) / 2, (before.x + after.x) / 2)
      let share = Double(index) / Double(line.count - 1)
      // The mean of two unit normals is shorter than one; divided by its square it makes the mitre.
      let reach = (first + (last - first) * share) / 2 / max(nx * nx + ny * ny, 0.25)
      left.append(Point(x: line[index].x + nx * reach, y: line[index].y + ny * reach))
      right.append(Point(x: line[index].x - nx * reach, y: line[index].y - ny * reach))
    }
    return left + right.reversed()
  }

  private static func direction(_ line: [Point], _ index: Int) -> Point {
    let (x, y) = (line[index + 1].x - line[index].x, line[index + 1].y - line[index].y)
    let length = max((x * x + y * y).squareRoot(), 1e-9)
    return Point(x: x / length, y: y / length)
  }

  /// Points on an arc, counter-clockwise for `to` above `from`, radians.
  static func arc(
    _ center: Point, radius: Double, from: Double = 0, to: Double = 2 * .pi, steps: Int = 64
  ) -> [Point] {
    (0...steps).map {
      let angle = from + (to - from) * Double($0) / Double(steps)
      return Point(x: center.x + radius * cos(angle), y: center.y + radius * sin(angle))
    }
  }

  /// Points on an S-bend that starts and ends along x (a raised cosine).
  static func sBend(_ start: Point, _ end: Point, steps: Int = 24) -> [Point] {
    (0...steps).map {
      let share = Double($0) / Double(steps)
      return Point(
        x: start.x + (end.x - start.x) * share,
        y: start.y + (end.y - start.y) * (1 - cos(.pi * share)) / 2)
    }
  }

  /// Points on a spiral whose radius grows evenly by `pitch` a turn.
  static func spiral(_ center: Point, inner: Double, pitch: Double, turns: Double) -> [Point] {
    let steps = Int(turns * 48)
    return (0...steps).map {
      let turn = turns * Double($0) / Double(steps)
      let radius = inner + pitch * turn
      let angle = 2 * .pi * turn
      return Point(x: center.x + radius * cos(angle), y: center.y + radius * sin(angle))
    }
  }

  /// A polygon of equal sides, flat at the bottom.
  static func regular(_ center: Point, radius: Double, corners: Int) -> [Point] {
    (0..<corners).map {
      let angle = 2 * .pi * (Double($0) + 0.5) / Double(corners)
      return Point(x: center.x + radius * cos(angle), y: center.y + radius * sin(angle))
    }
  }

  /// Points along straight legs between corners, each rounded by a quarter circle.
  ///
  /// - Parameter corners: the first and last are the ends; legs run along x or y and are at least two radii long.
  static func rounded(_ corners: [Point], radius: Double) -> [Point] {
    var result = [corners[0]]
    for index in 1..<corners.count - 1 {
      let (before, here, after) = (corners[index - 1], corners[index], corners[index + 1])
      let (first, second) = (direction([before, here], 0), direction([here, after], 0))
      for step in 0...12 {
        let angle = Double(step) / 12 * .pi / 2
        let (along, across) = (radius * (1 - sin(angle)), radius * (1 - cos(angle)))
        result.append(
          Point(
            x: here.x - first.x * along + second.x * across,
            y: here.y - first.y * along + second.y * across))
      }
    }
    return result + [corners[corners.count - 1]]
  }
}
