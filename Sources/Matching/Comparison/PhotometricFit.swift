internal import Foundation
internal import Raster

/// The slow departure of a scan's brightness from its golden's, material by material: light, charging, film thickness.
///
/// For each material the residual is averaged over a wide Gaussian window of that material's own pixels, a few pixels off
/// the edges, each clipped so that a defect weighs little. Where a material is rare, the average over all of them serves.
struct PhotometricFit {
  private static let cell = 8

  /// The golden plane moved to the scan's brightness.
  ///
  /// - Parameters:
  ///   - golden: one plane.
  ///   - scan: the same plane of the scan.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge.
  ///   - area: the pixels that may be learnt from.
  ///   - scale: standard deviation of the window, pixels.
  static func fitted(
    golden: Plane, scan: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect,
    scale: Double
  ) -> Plane {
    let cells = Cells(
      golden: golden, scan: scan, materials: materials, edgeDistance: edgeDistance, area: area)
    let overall = cells.smoothed(label: nil, prior: nil, sigma: scale / Double(cell))
    var result = golden
    for label in cells.labels {
      let field = cells.smoothed(label: label, prior: overall, sigma: scale / Double(cell))
      let wide = field.resampled(
        rect: golden.bounds, toSource: .scale(x: 1 / Double(cell), y: 1 / Double(cell)))
      for index in result.samples.indices where materials.values[index] == label {
        result.samples[index] += wide.samples[index]
      }
    }
    return result
  }

  /// Sums of clipped residuals and their weights, by material, in cells of 8 × 8 pixels.
  private struct Cells {
    let labels: [UInt16]
    private let width: Int
    private let height: Int
    private var sums: [UInt16: Plane] = [:]
    private var weights: [UInt16: Plane] = [:]

    init(golden: Plane, scan: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect) {
      width = (golden.width + cell - 1) / cell
      height = (golden.height + cell - 1) / cell
      var samples: [UInt16: [Float]] = [:]
      for y in stride(from: area.y, to: area.maxY, by: 3) {
        for x in stride(from: area.x, to: area.maxX, by: 3) {
          samples[materials[x, y], default: []].append(scan[x, y] - golden[x, y])
        }
      }
      let spread = samples.mapValues { $0.robustCenterAndScale() }
      labels = spread.keys.sorted()
      let empty = Plane(width: width, height: height)
      for label in labels { (sums[label], weights[label]) = (empty, empty) }
      for label in labels {
        guard let (center, sigma) = spread[label] else { continue }
        let reach = max(2.5 * sigma, 0.01)
        var sum = empty
        var weight = empty
        for y in area.y..<area.maxY {
          for x in area.x..<area.maxX {
            let index = y &* golden.width &+ x
            guard materials.values[index] == label else { continue }
            // Pixels near an edge show its profile; and fine features that all failed must not pass for light.
            let share = min(max((edgeDistance.samples[index] - 4) / 4, 0.001), 1)
            let residual = scan.samples[index] - golden.samples[index]
            let clipped = min(max(residual, center - reach), center + reach)
            let place = (y / cell) &* sum.width &+ x / cell
            sum.samples[place] += share * clipped
            weight.samples[place] += share
          }
        }
        (sums[label], weights[label]) = (sum, weight)
      }
    }

    /// The smoothed mean residual of one material, or of all; little evidence leans on the prior.
    func smoothed(label: UInt16?, prior: Plane?, sigma: Double) -> Plane {
      let chosen = label.map { [$0] } ?? labels
      var sum = Plane(width: width, height: height)
      var weight = sum
      for label in chosen {
        guard let s = sums[label], let w = weights[label] else { continue }
        for index in sum.samples.indices {
          sum.samples[index] += s.samples[index]
          weight.samples[index] += w.samples[index]
        }
      }
      sum = sum.smoothed(sigma: sigma)
      weight = weight.smoothed(sigma: sigma)
      // As much as a thirtieth of a full cell of the material.
      let trust: Float = 0.03 * Float(cell * cell)
      for index in sum.samples.indices {
        let before = prior?.samples[index] ?? 0
        sum.samples[index] = (sum.samples[index] + trust * before) / (weight.samples[index] + trust)
      }
      return sum
    }
  }
}
