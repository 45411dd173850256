internal import Foundation
internal import Raster

/// What large findings leave around them: light is fitted over a wide window, a stain in it passes for light in part, and what lies
/// beside it differs by as much the other way.
///
/// A finding of some pixels that differ by c on average, seen in the middle of a Gaussian window of standard deviation σ, moves
/// the light there by pixels · c / 2πσ², and less by the window's shape further off. Of pixels that differ by much the fit takes in
/// little, so that no shadow is deep.
struct LightShadow {
  /// A finding that casts one.
  private struct Source {
    var center: Point
    /// By how much it moves the light at its middle, grey levels.
    var height: Double
  }

  private var sources: [Source] = []

  /// Findings that move the light by less, grey levels, are left out.
  private static let leastHeight = 0.05
  /// A difference up to so many times as great as the shadow is one: where a material is rare, fewer pixels make the light.
  private static let most = 2.0
  /// What differs by more is no shadow, and no pixel moves the light by more, grey levels.
  private static let (deepest, mostOfPixel) = (2.0, 10.0)
  private static let variance = Residual.lightScale * Residual.lightScale
  /// No light is moved further off, pixels.
  private static let reach = 4 * Residual.lightScale

  /// Adds a finding.
  mutating func add(_ finding: Finding) {
    let contrast = min(max(finding.contrast, -Self.mostOfPixel), Self.mostOfPixel)
    let height = min(1, Double(finding.areaPx) / (2 * .pi * Self.variance)) * contrast
    if abs(height) >= Self.leastHeight {
      sources.append(Source(center: finding.center, height: height))
    }
  }

  /// Whether a finding is no more than the shadow of those that were added.
  func explains(_ finding: Finding) -> Bool {
    guard abs(finding.contrast) <= Self.deepest else { return false }
    let area = finding.box.expanded(by: Int(Self.reach))
    let near = sources.filter {
      area.contains(x: Int($0.center.x), y: Int($0.center.y))
    }
    guard abs(finding.contrast) <= Self.most * near.reduce(0, { $0 + abs($1.height) }) else {
      return false
    }
    let shadow = finding.runs.reduce(0) { sum, run in
      let x = Double(run.columns.lowerBound + run.columns.upperBound) / 2
      return sum - Double(run.columns.count)
        * Self.light(of: near, at: Point(x: x, y: Double(run.y) + 0.5))
    }
    return finding.contrast * shadow > 0
      && abs(finding.contrast) * Double(finding.areaPx) <= Self.most * abs(shadow)
  }

  /// By how much sources move the light at a place, grey levels.
  private static func light(of sources: [Source], at place: Point) -> Double {
    sources.reduce(0) { sum, source in
      let (x, y) = (place.x - source.center.x, place.y - source.center.y)
      return sum + source.height * exp(-(x * x + y * y) / (2 * variance))
    }
  }
}
