internal import Foundation
internal import Raster

/// Which pixels of a photograph are not to be learnt from, since they differ more than such places do.
///
/// What differs most everywhere is what is not learnt yet, an edge or a rare material, and left out it would never be. So a
/// pixel is held against those of the same material where the golden is as steep as there.
enum LeftOut {
  /// Standard deviations above the usual difference, and the least difference, that no flawless place shows.
  private static let limit = (sigma: 8.0, difference: 0.04)
  private static let slopes = 8
  /// Fewer pixels do not tell what is usual.
  private static let leastCount = 200

  /// 1 where a pixel counts, 0 in and around the places that differ too much.
  ///
  /// - Parameters:
  ///   - materials: what lies at each pixel.
  ///   - share: the share of the area's pixels that are left out at most, before what lies around them.
  static func weight(
    golden: Picture, photograph: Picture, materials: Labels, area: PixelRect, field: PixelRect,
    share: Double
  ) -> Plane {
    var difference = Plane(width: field.width, height: field.height)
    for (plane, seen) in zip(golden.planes, photograph.planes) {
      for index in difference.samples.indices {
        difference.samples[index] += abs(plane.samples[index] - seen.samples[index])
      }
    }
    let scale = 1 / Float(golden.channels)
    difference = difference.smoothed(sigma: 1).map { $0 * scale }
    let local = PixelRect(
      x: area.x - field.x, y: area.y - field.y, width: area.width, height: area.height)
    let steepness = golden.luminance.gradientMagnitude().smoothed(sigma: 1)
    let excess = LeftOut.excess(difference, steepness, materials, in: local)
    var inside = excess.crop(local).samples
    guard share > 0, inside.count > 1 else { return difference.map { _ in 1 } }
    inside.sort()
    let most = inside[min(inside.count - 1, Int(Double(inside.count) * (1 - share)))]
    let bound = max(0, most)
    return excess.map { $0 > bound ? 1 : 0 }.extremes(radius: 2).high.map { 1 - $0 }
  }

  /// By how much each pixel differs more than is usual of its material where the golden is as steep.
  private static func excess(
    _ difference: Plane, _ steepness: Plane, _ materials: Labels, in area: PixelRect
  ) -> Plane {
    func stratum(_ index: Int) -> Int {
      let slope = Int(log2(max(steepness.samples[index], 1e-6) * 256))
      return Int(materials.values[index]) * slopes + min(max(slope, 0), slopes - 1)
    }
    var samples: [Int: [Float]] = [:]
    for y in stride(from: area.y, to: area.maxY, by: 2) {
      for x in stride(from: area.x, to: area.maxX, by: 2) {
        samples[stratum(y * difference.width + x), default: []].append(difference[x, y])
      }
    }
    let limits = samples.filter { $0.value.count >= leastCount }.mapValues { values -> Float in
      let (center, sigma) = values.robustCenterAndScale()
      return max(center + Float(limit.sigma) * sigma, Float(limit.difference))
    }
    var result = difference
    for index in result.samples.indices {
      result.samples[index] -= limits[stratum(index)] ?? .infinity
    }
    return result
  }
}
