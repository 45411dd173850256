internal import Foundation
internal import Raster

/// The slow departure of a scan's brightness from its golden's, material by material: light, charging, film thickness.
///
/// For each material the residual is averaged over a wide Gaussian window of that material's own pixels, a few pixels off
/// the edges, each clipped so that a defect weighs little. Where a material is rare, the average over all of them serves.
struct PhotometricFit {
  private static let cell = 8
  /// Materials that are fitted one by one, the commonest.
  private static let mostMaterials = 48

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
    let (cellShare, sigma) = (1 / Double(cell), scale / Double(cell))
    func wide(_ field: Plane) -> Plane {
      field.resampled(rect: golden.bounds, toSource: .scale(x: cellShare, y: cellShare))
    }
    let overall = cells.smoothed(number: nil, prior: nil, sigma: sigma)
    var fields = [wide(overall)]
    var numbers = [Int](repeating: 0, count: 1 << 16)
    for (number, label) in cells.labels.enumerated() {
      numbers[Int(label)] = fields.count
      fields.append(wide(cells.smoothed(number: number, prior: overall, sigma: sigma)))
    }
    var result = golden
    for index in result.samples.indices {
      result.samples[index] += fields[numbers[Int(materials.values[index])]].samples[index]
    }
    return result
  }

  /// Sums of clipped residuals and their weights, by material, in cells of 8 × 8 pixels.
  private struct Cells {
    let labels: [UInt16]
    private let width: Int
    private let height: Int
    private var sums: [Plane]
    private var weights: [Plane]

    init(golden: Plane, scan: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect) {
      width = (golden.width + cell - 1) / cell
      height = (golden.height + cell - 1) / cell
      var samples: [UInt16: [Float]] = [:]
      for y in stride(from: area.y, to: area.maxY, by: 3) {
        for x in stride(from: area.x, to: area.maxX, by: 3) {
          samples[materials[x, y], default: []].append(scan[x, y] - golden[x, y])
        }
      }
      // Rare materials follow the average of the others.
      let common = samples.sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }
        .prefix(PhotometricFit.mostMaterials).filter { $0.value.count >= 50 }
      labels = common.map(\.key).sorted()
      var numbers = [Int](repeating: -1, count: 1 << 16)
      for (number, label) in labels.enumerated() { numbers[Int(label)] = number }
      let spread = labels.map { (samples[$0] ?? []).robustCenterAndScale() }
      sums = [Plane](repeating: Plane(width: width, height: height), count: labels.count)
      weights = sums
      for y in area.y..<area.maxY {
        for x in area.x..<area.maxX {
          let index = y &* golden.width &+ x
          let number = numbers[Int(materials.values[index])]
          guard number >= 0 else { continue }
          // Pixels near an edge show its profile; and fine features that all failed must not pass for light.
          let share = min(max((edgeDistance.samples[index] - 4) / 4, 0.001), 1)
          let residual = scan.samples[index] - golden.samples[index]
          let (center, reach) = (spread[number].median, max(2.5 * spread[number].sigma, 0.01))
          let clipped = min(max(residual, center - reach), center + reach)
          let place = (y / cell) &* width &+ x / cell
          sums[number].samples[place] += share * clipped
          weights[number].samples[place] += share
        }
      }
    }

    /// The smoothed mean residual of one material, or of all; little evidence leans on the prior.
    func smoothed(number: Int?, prior: Plane?, sigma: Double) -> Plane {
      var sum = Plane(width: width, height: height)
      var weight = sum
      for chosen in number.map({ $0..<$0 + 1 }) ?? labels.indices {
        for index in sum.samples.indices {
          sum.samples[index] += sums[chosen].samples[index]
          weight.samples[index] += weights[chosen].samples[index]
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
