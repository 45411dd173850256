internal import Foundation
package import Raster

/// Which pixels of a photograph are not to be learnt from, since they differ more than such places do.
///
/// Near a drawn edge, a buried one too, what differs may be what is not learnt yet; left out it would never be, so there
/// nothing is left out. Elsewhere a pixel is held against those of the same material.
package enum LeftOut {
  /// Standard deviations above the usual difference, and the least difference, that no flawless place shows.
  private static let limit = (sigma: 8.0, difference: 0.04)
  /// Pixels from a drawn edge as far as rims and shadows go.
  private static let reach = 6
  /// Fewer pixels do not tell what is usual.
  private static let leastCount = 200

  /// 1 where a pixel counts, 0 in and around the places that differ too much.
  ///
  /// - Parameters:
  ///   - coverage: of each layer, of the same pixels.
  ///   - share: the share of the area's pixels that are left out at most, before what lies around them.
  package static func weight(
    golden: Picture, photograph: Picture, coverage: [Plane], area: PixelRect, field: PixelRect,
    share: Double
  ) -> Plane {
    let difference = difference(golden: golden, photograph: photograph).smoothed(sigma: 1)
    let local = PixelRect(
      x: area.x - field.x, y: area.y - field.y, width: area.width, height: area.height)
    let excess = LeftOut.excess(
      difference, Labels(stackOf: coverage), nearEdge(coverage), in: local)
    var inside = excess.crop(local).samples
    guard share > 0, inside.count > 1 else { return difference.map { _ in 1 } }
    inside.sort()
    let most = inside[min(inside.count - 1, Int(Double(inside.count) * (1 - share)))]
    let bound = max(0, most)
    return excess.map { $0 > bound ? 1 : 0 }.extremes(radius: 2).high.map { 1 - $0 }
  }

  /// The mean residual of the channels, each pixel.
  static func difference(golden: Picture, photograph: Picture) -> Plane {
    var difference = Plane(width: golden.width, height: golden.height)
    for (plane, seen) in zip(golden.planes, photograph.planes) {
      for index in difference.samples.indices {
        difference.samples[index] += abs(plane.samples[index] - seen.samples[index])
      }
    }
    let scale = 1 / Float(golden.channels)
    return difference.map { $0 * scale }
  }

  /// Whether each pixel is near a drawn edge.
  private static func nearEdge(_ coverage: [Plane]) -> [Bool] {
    var near = [Bool](repeating: false, count: coverage.first?.samples.count ?? 0)
    for plane in coverage {
      let (low, high) = plane.extremes(radius: reach)
      for index in near.indices where high.samples[index] - low.samples[index] > 0.02 {
        near[index] = true
      }
    }
    return near
  }

  /// By how much each pixel differs more than is usual of its material; nothing near edges.
  private static func excess(
    _ difference: Plane, _ materials: Labels, _ nearEdge: [Bool], in area: PixelRect
  ) -> Plane {
    var samples: [UInt16: [Float]] = [:]
    for y in stride(from: area.y, to: area.maxY, by: 2) {
      for x in stride(from: area.x, to: area.maxX, by: 2) {
        let index = y * difference.width + x
        guard !nearEdge[index] else { continue }
        samples[materials.values[index], default: []].append(difference.samples[index])
      }
    }
    let limits = samples.filter { $0.value.count >= leastCount }.mapValues { values -> Float in
      let (center, sigma) = values.robustCenterAndScale()
      return max(center + Float(limit.sigma) * sigma, Float(limit.difference))
    }
    var result = difference
    for index in result.samples.indices {
      result.samples[index] -=
        nearEdge[index] ? .infinity : limits[materials.values[index]] ?? .infinity
    }
    return result
  }
}
