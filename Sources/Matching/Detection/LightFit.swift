internal import CKernels
internal import Raster

/// By how much each material of a scan is brighter than its golden's, slowly varying over the field.
///
/// For each material the residual is averaged over a wide Gaussian window of that material's own pixels, each clipped so that a
/// defect weighs little. Where a material is rare, the average over all serves. In colour a material's pixels near its edges
/// are fitted apart from those further off: narrow lines are lit as no wide field is. In grey, where whole patterns of fine
/// features fail that must not pass for light, pixels near edges follow those further off.
struct LightFit {
  private let cell, columns, rows, count: Int
  /// Material to its number; 0 for the rare ones.
  private let numbers: [UInt16]
  /// For each plane the fields of all numbers side by side, `rows × (count · columns)`.
  private var fields: [Plane]

  init(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, area: PixelRect,
    levels: LightLevels, scale: Double, cell: Int, isFlat: Bool
  ) {
    let (width, height) = (scan.width, scan.height)
    self.cell = cell
    (columns, rows) = ((width + cell - 1) / cell, (height + cell - 1) / cell)
    count = levels.kinds.count + 1
    var numbers = [UInt16](repeating: 0, count: 3 << 16)
    for (index, kind) in levels.kinds.enumerated() {
      for bin in 0..<3 where levels.partsRims ? bin == kind >> 16 : kind >> 16 == 2 {
        numbers[Int(kind) & 0xffff | bin << 16] = UInt16(index + 1)
      }
    }
    self.numbers = numbers
    let (columns, rows, count) = (columns, rows, count)
    let known = numbers
    let fades: Int32 = levels.partsRims ? 0 : 1
    fields = scan.planes.map { _ in Plane(width: count * columns, height: rows) }
    guard !isFlat, count > 1 else { return }
    var sums = Plane(width: scan.channels * count * columns, height: rows)
    var weights = Plane(width: count * columns, height: rows)
    let cells = count * columns
    // Number 0 is of no material.
    let none: [Float] = [0]
    let bounds = (
      Array(levels.low.map { none + $0 }.joined()), Array(levels.high.map { none + $0 }.joined())
    )
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
                      count, columns, cell, fades, sums.row(row), weights.row(row), planes, width)
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

  private mutating func smooth(
    _ sums: Plane, _ weights: Plane, channels: Int, cells: Int, sigma: Double
  ) {
    // A window as wide as 64 pixels holds some 400 such shares: the average over all weighs as much as a hundred pixels.
    let (trust, columns): (Float, Int) = (0.3, columns)
    func part(_ plane: Plane, _ first: Int) -> Plane {
      plane.crop(PixelRect(x: first, y: 0, width: columns, height: rows)).smoothed(sigma: sigma)
    }
    let wide = (1..<count).map { part(weights, $0 * columns) }
    for plane in 0..<channels {
      let sums = (1..<count).map { part(sums, plane * cells + $0 * columns) }
      fields[plane].withUnsafeMutableRows { fields in
        Rows.reading(sums + wide) { parts in
          RowBands(height: rows, rowsPerBand: 16).inParallel { band in
            for y in band {
              parts.at(y) { sums, weights, numbers in
                gd_lit_fields_row(sums, weights, numbers, trust, fields.row(y), columns)
              }
            }
          }
        }
      }
    }
  }

  /// Scan less golden in the scan's light.
  func residual(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane
  ) -> [Plane] {
    let (width, height) = (scan.width, scan.height)
    var result = Picture(planes: scan.planes.map { _ in Plane(width: width, height: height) })
    let places = CellPlaces(height: height, cell: cell, rows: rows)
    let (fields, numbers, count, columns, cell) = (fields, numbers, count, columns, cell)
    result.withUnsafeMutableRows { targets in
      Rows.reading(scan.planes + golden.planes) { pictures in
        materials.withUnsafeRows { materials in
          edgeDistance.withUnsafeRows { distance in
            RowBands(height: height).inParallel { band in
              for y in band {
                let field = fields.flatMap { places.row($0, y) }
                pictures.at(y) { scan, golden, planes in
                  Rows.writing(targets, y) { target in
                    gd_lit_row(
                      scan, golden, materials.row(y), distance.row(y), numbers, field, count,
                      columns, cell, target, planes, width)
                  }
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
