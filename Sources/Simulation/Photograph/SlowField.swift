import Foundation
import Raster

/// A value that changes slowly from place to place, known anywhere: a bowl and a few long waves.
struct SlowField: Sendable {
  private var waves: [(x: Double, y: Double, phase: Double, height: Double)] = []
  private let bowl: Double

  /// Draws a field whose values are mostly within ±`amplitude`.
  ///
  /// - Parameters:
  ///   - extent: length within which it goes up and down about once.
  ///   - bowl: what it rises by from the origin to a distance of `extent`, as with the square of the distance.
  init(
    amplitude: Double, extent: Double, bowl: Double = 0,
    using random: inout some RandomNumberGenerator
  ) {
    self.bowl = bowl / (extent * extent)
    for _ in 0..<4 {
      let angle = random.uniform(0, 2 * .pi)
      let length = extent * random.uniform(0.7, 2)
      waves.append(
        (
          x: 2 * .pi / length * cos(angle), y: 2 * .pi / length * sin(angle),
          phase: random.uniform(0, 2 * .pi), height: amplitude * random.uniform(0.3, 0.6)
        ))
    }
  }

  /// The value at a place.
  func callAsFunction(_ place: Point) -> Double {
    waves.reduce(bowl * (place.x * place.x + place.y * place.y)) {
      $0 + $1.height * cos($1.x * place.x + $1.y * place.y + $1.phase)
    }
  }

  /// The values at the pixels of a rectangle, straight between those of every 16th pixel.
  ///
  /// - Parameter fromPixels: from pixels to the field's own places.
  func plane(_ rect: PixelRect, mappedBy fromPixels: Affine = .identity) -> Plane {
    let step = 16
    let (left, top) = (rect.x & ~(step - 1), rect.y & ~(step - 1))
    let columns = (rect.maxX - left) / step + 2
    let rows = (rect.maxY - top) / step + 2
    let nodes = (0..<rows * columns).map { index in
      Float(
        self(
          fromPixels(
            Point(
              x: Double(left + index % columns * step), y: Double(top + index / columns * step)))))
    }
    return Plane(width: rect.width, height: rect.height) { target in
      for y in 0..<rect.height {
        let row = rect.y + y - top
        let down = Float(row % step) / Float(step)
        let base = row / step * columns
        for x in 0..<rect.width {
          let column = rect.x + x - left
          let across = Float(column % step) / Float(step)
          let node = base + column / step
          let upper = nodes[node] + (nodes[node + 1] - nodes[node]) * across
          let lower =
            nodes[node + columns] + (nodes[node + columns + 1] - nodes[node + columns]) * across
          target[y * rect.width + x] = upper + (lower - upper) * down
        }
      }
    }
  }
}
