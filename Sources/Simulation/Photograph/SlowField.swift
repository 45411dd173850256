import Foundation
import Raster

/// A value that changes slowly over a field, known at any place: a few long waves.
struct SlowField {
  private var waves: [(x: Double, y: Double, phase: Double, height: Double)] = []

  /// Draws a field whose values are mostly within ±`amplitude`.
  ///
  /// - Parameter extent: pixels within which it goes up and down about once.
  init(amplitude: Double, extent: Double, using random: inout some RandomNumberGenerator) {
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

  /// The values at the pixels of a rectangle.
  func plane(_ rect: PixelRect) -> Plane {
    var result = Plane(width: rect.width, height: rect.height)
    guard !rect.isEmpty else { return result }
    let waves = waves
    result.withUnsafeMutableRows { rows in
      RowBands(height: rect.height).inParallel { band in
        for y in band {
          let row = rows.row(y)
          for x in 0..<rect.width {
            var sum = 0.0
            for wave in waves {
              sum +=
                wave.height
                * cos(wave.x * Double(rect.x + x) + wave.y * Double(rect.y + y) + wave.phase)
            }
            row[x] = Float(sum)
          }
        }
      }
    }
    return result
  }
}
