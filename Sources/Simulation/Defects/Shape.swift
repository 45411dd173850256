import Foundation
import Raster

/// An irregular disc: a radius that wavers with the direction.
struct Blob {
  let center: Point
  let radius: Double
  private var waves: [(count: Double, phase: Double, height: Double)] = []
  private let stretch: Double
  private let turn: Double

  init(
    center: Point, radius: Double, roughness: Double, using random: inout some RandomNumberGenerator
  ) {
    (self.center, self.radius) = (center, radius)
    stretch = random.uniform(1, 1.6)
    turn = random.uniform(0, .pi)
    for count in 2...6 {
      waves.append(
        (
          Double(count), random.uniform(0, 2 * .pi),
          roughness * random.uniform(0, 1.5) / Double(count)
        )
      )
    }
  }

  /// Distance from the border in pixels, above 0 inside; exact near a round border only.
  func depth(_ x: Double, _ y: Double) -> Double {
    let (dx, dy) = (x - center.x, y - center.y)
    let (u, v) = (dx * cos(turn) + dy * sin(turn), (dy * cos(turn) - dx * sin(turn)) * stretch)
    let angle = atan2(v, u)
    let reach = waves.reduce(1.0) { $0 + $1.height * cos($1.count * angle + $1.phase) }
    return (radius * reach - (u * u + v * v).squareRoot()) / stretch.squareRoot()
  }

  /// Share of the pixel inside, its border a pixel wide.
  func share(_ x: Int, _ y: Int) -> Float {
    Float(min(max(depth(Double(x) + 0.5, Double(y) + 0.5) + 0.5, 0), 1))
  }

  var bounds: PixelRect {
    let reach = Int((radius * 1.9).rounded(.up)) + 2
    return PixelRect(
      x: Int(center.x) - reach, y: Int(center.y) - reach, width: 2 * reach + 1,
      height: 2 * reach + 1)
  }
}

/// A thin line through points, stronger here and weaker there.
struct Stroke {
  let points: [Point]
  /// Of the line at each point, pixels.
  let widths: [Double]
  /// Of the mark at each point, 0…1.
  let strengths: [Double]

  /// Signed distance to the nearest segment (above 0 on the left of its direction), width and strength there.
  func nearest(_ x: Double, _ y: Double) -> (distance: Double, width: Double, strength: Double) {
    var best = (distance: Double.infinity, width: 0.0, strength: 0.0)
    for index in points.indices.dropLast() {
      let (a, b) = (points[index], points[index + 1])
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      let length = max(dx * dx + dy * dy, 1e-9)
      let share = min(max(((x - a.x) * dx + (y - a.y) * dy) / length, 0), 1)
      let (ex, ey) = (x - a.x - share * dx, y - a.y - share * dy)
      let distance = (ex * ex + ey * ey).squareRoot()
      guard distance < abs(best.distance) else { continue }
      let side = dx * ey - dy * ex
      best = (
        side < 0 ? distance : -distance,
        widths[index] + share * (widths[index + 1] - widths[index]),
        strengths[index] + share * (strengths[index + 1] - strengths[index])
      )
    }
    return best
  }

  var bounds: PixelRect {
    let xs = points.map(\.x)
    let ys = points.map(\.y)
    let left = Int((xs.min() ?? 0).rounded(.down)) - 4
    let top = Int((ys.min() ?? 0).rounded(.down)) - 4
    return PixelRect(
      x: left, y: top, width: Int((xs.max() ?? 0).rounded(.up)) + 4 - left,
      height: Int((ys.max() ?? 0).rounded(.up)) + 4 - top)
  }
}

/// A rectangle at an angle, its long sides ragged.
struct Patch {
  let center: Point
  let angle: Double
  let length: Double
  let width: Double
  private var waves: [(count: Double, phase: Double, height: Double)] = []

  init(
    center: Point, angle: Double, length: Double, width: Double, raggedness: Double,
    using random: inout some RandomNumberGenerator
  ) {
    (self.center, self.angle, self.length, self.width) = (center, angle, length, width)
    for count in 1...3 {
      waves.append(
        (
          Double(count) * random.uniform(2, 5) / length, random.uniform(0, 2 * .pi),
          raggedness * width * random.uniform(0, 1) / Double(count)
        ))
    }
  }

  /// Share of the pixel inside, the border a pixel wide.
  func share(_ x: Int, _ y: Int) -> Float {
    let (dx, dy) = (Double(x) + 0.5 - center.x, Double(y) + 0.5 - center.y)
    let (along, across) = (dx * cos(angle) + dy * sin(angle), dy * cos(angle) - dx * sin(angle))
    let shift = waves.reduce(0.0) { $0 + $1.height * sin($1.count * along + $1.phase) }
    let depth = min(length / 2 - abs(along), width / 2 - abs(across + 0.5 * shift) + 0.5 * shift)
    return Float(min(max(depth + 0.5, 0), 1))
  }

  var bounds: PixelRect {
    let reach = Int(((length + 2 * width) / 2).rounded(.up)) + 2
    return PixelRect(
      x: Int(center.x) - reach, y: Int(center.y) - reach, width: 2 * reach + 1,
      height: 2 * reach + 1)
  }
}
