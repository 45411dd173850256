internal import Foundation
internal import Raster

/// The shortest way across a line or a gap.
struct Crossing {
  /// Halfway.
  let center: Point
  /// Of the way, radians from x towards y.
  let angle: Double
  /// Length of the way, pixels.
  let extent: Double
}

extension Crossing {
  /// The shortest way across what lies at a place, if that is a line: much longer than wide.
  ///
  /// - Parameters:
  ///   - limit: its greatest width, pixels.
  ///   - goesOn: whether a pixel is of it; nil beyond what is known.
  init?(at place: Point, limit: Double, where goesOn: (Int, Int) -> Bool?) {
    /// How far it goes on; nil for beyond the limit or what is known.
    func reach(_ angle: Double, limit: Double) -> Double? {
      for step in stride(from: 1.0, through: limit, by: 0.5) {
        let (x, y) = (
          Int((place.x + step * cos(angle)).rounded(.down)),
          Int((place.y + step * sin(angle)).rounded(.down))
        )
        guard let isOfIt = goesOn(x, y) else { return nil }
        if !isOfIt { return step }
      }
      return nil
    }
    var best: Crossing?
    for turn in 0..<16 {
      let angle = Double(turn) * .pi / 16
      guard let ahead = reach(angle, limit: limit), let behind = reach(angle + .pi, limit: limit),
        ahead + behind <= min(limit, best?.extent ?? limit)
      else { continue }
      let middle = (ahead - behind) / 2
      best = Crossing(
        center: Point(x: place.x + middle * cos(angle), y: place.y + middle * sin(angle)),
        angle: angle, extent: ahead + behind)
    }
    guard let best else { return nil }
    let length = 1.5 * best.extent
    let isLong = [0.5, -0.5].allSatisfy { side in
      (reach(best.angle + side * .pi, limit: length) ?? length) >= min(length, best.extent)
    }
    guard isLong else { return nil }
    self = best
  }
}
