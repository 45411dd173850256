internal import CKernels
internal import Raster

/// By how much each material of a scan is brighter than its golden's, slowly varying over the field.
///
/// For each material the residual is averaged over a wide Gaussian window of that material's own pixels, a few pixels off
/// the edges, each clipped so that a defect weighs little. Where a material is rare, the average over all serves.
struct LightFit {
  /// Materials that are fitted one by one, the commonest.
  private static let mostMaterials = 48

  private let cell, columns, rows, count: Int
  /// Material to its number; 0 for the rare ones.
  private let numbers: [UInt16]
  /// For each plane the fields of all numbers side by side, `rows × (count · columns)`.
  private var fields: [Plane]

  init(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, area: PixelRect,
    scale: Double, cell: Int, isFlat: Bool
  ) {
    let (width, height) = (scan.width, scan.height)
    self.cell = cell
    (columns, rows) = ((width + cell - 1) / cell, (height + cell - 1) / cell)
    let samples = Self.samples(scan: scan, golden: golden, materials: materials, area: area)
    let common = samples.filter { $0.value[0].count >= 50 }
      .sorted { ($0.value[0].count, $1.key) > ($1.value[0].count, $0.key) }
      .prefix(Self.mostMaterials).map(\.key).sorted()
    count = common.count + 1
    var numbers = [UInt16](repeating: 0, count: 1 << 16)
    for (index, label) in common.enumerated() { numbers[Int(label)] = UInt16(index + 1) }
    self.numbers = numbers
    let (columns, rows, count) = (columns, rows, count)
    let known = numbers
    fields = scan.planes.map { _ in Plane(width: count * columns, height: rows) }
    guard !isFlat, count > 1 else { return }
    var (low, high) = (
      [Float](repeating: 0, count: scan.channels * count),
      [Float](repeating: 0, count: scan.channels * count)
    )
    for plane in 0..<scan.channels {
      for (index, label) in common.enumerated() {
        let spread = (samples[label]?[plane] ?? []).robustCenterAndScale()
        let reach = max(2.5 * spread.sigma, 0.01)
        low[plane * count + index + 1] = spread.median - reach
        high[plane * count + index + 1] = spread.median + reach
      }
    }
    var sums = Plane(width: scan.channels * count * columns, height: rows)
    var weights = Plane(width: count * columns, height: rows)
    let cells = count * columns
    let bounds = (low, high)
    sums.withUnsafeMutableRows { sums in
      weights.withUnsafeMutableRows { weights in
        Rows.reading(scan.planes + golden.planes) { pictures in
          edgeDistance.withUnsafeRows { distance in
            materials.withUnsafeRows { materials in
              inParallel(rows) { row in
                for y in max(
                  row * cell, area.y)..<max(
                    max(row * cell, area.y), min((row + 1) * cell, area.maxY))
                {
                  pictures.at(y) { scan, golden, planes in
                    gd_lit_sums_row(
                      scan, golden, materials.row(y), distance.row(y), known, bounds.0, bounds.1,
                      count,
                      columns, cell, sums.row(row), weights.row(row), planes, width)
                  }
                }
              }
            }
          }
        }
      }
    }
    smooth(sums, weights, channels: scan.channels, cells: cells, sigma: scale / Double(cell))
  }

  /// Residuals of each material on a lattice, plane by plane.
  private static func samples(
    scan: Picture, golden: Picture, materials: Labels, area: PixelRect
  ) -> [UInt16: [[Float]]] {
    var samples: [UInt16: [[Float]]] = [:]
    for y in stride(from: area.y, to: area.maxY, by: 5) {
      for x in stride(from: area.x + y % 3, to: area.maxX, by: 3) {
        let index = y &* scan.width &+ x
        let label = materials.values[index]
        for plane in 0..<scan.channels {
          samples[label, default: Array(repeating: [], count: scan.channels)][plane].append(
            scan.planes[plane].samples[index] - golden.planes[plane].samples[index])
        }
      }
    }
    return samples
  }

  private mutating func smooth(
    _ sums: Plane, _ weights: Plane, channels: Int, cells: Int, sigma: Double
  ) {
    // A window as wide as 64 pixels holds some 400 such shares: the average over all weighs as much as a hundred pixels.
    let trust: Float = 0.3
    func part(_ plane: Plane, _ first: Int) -> Plane {
      plane.crop(PixelRect(x: first, y: 0, width: columns, height: rows)).smoothed(sigma: sigma)
    }
    let wide = (1..<count).map { part(weights, $0 * columns) }
    for plane in 0..<channels {
      let sums = (1..<count).map { part(sums, plane * cells + $0 * columns) }
      var overall = Plane(width: columns, height: rows)
      for index in overall.samples.indices {
        var (sum, weight) = (Float(0), trust)
        for number in sums.indices {
          sum += sums[number].samples[index]
          weight += wide[number].samples[index]
        }
        overall.samples[index] = sum / weight
      }
      for y in 0..<rows {
        for x in 0..<columns {
          let index = y * columns + x
          fields[plane].samples[y * cells + x] = overall.samples[index]
          for number in sums.indices {
            fields[plane].samples[y * cells + (number + 1) * columns + x] =
              (sums[number].samples[index] + trust * overall.samples[index])
              / (wide[number].samples[index] + trust)
          }
        }
      }
    }
  }

  /// Scan less golden in the scan's light.
  func residual(scan: Picture, golden: Picture, materials: Labels) -> [Plane] {
    let (width, height) = (scan.width, scan.height)
    var result = Picture(planes: scan.planes.map { _ in Plane(width: width, height: height) })
    let places = CellPlaces(height: height, cell: cell, rows: rows)
    let (fields, numbers, count, columns, cell) = (fields, numbers, count, columns, cell)
    result.withUnsafeMutableRows { targets in
      Rows.reading(scan.planes + golden.planes) { pictures in
        materials.withUnsafeRows { materials in
          RowBands(height: height).inParallel { band in
            for y in band {
              let field = fields.flatMap { places.row($0, y) }
              pictures.at(y) { scan, golden, planes in
                Rows.writing(targets, y) { target in
                  gd_lit_row(
                    scan, golden, materials.row(y), numbers, field, count, columns, cell, target,
                    planes, width)
                }
              }
            }
          }
        }
      }
    }
    return result.planes
  }
}
