internal import CKernels
internal import Raster

/// By how much each material of a scan is brighter than its golden's, slowly varying over the field.
///
/// For each material the residual is averaged over a wide Gaussian window of that material's own pixels, each clipped so that a
/// defect weighs little. Where a material is rare, the average over all serves, in colour with what the material's own are off
/// it in the whole scan. In colour a material's pixels near its edges
/// are fitted apart from those further off: narrow lines are lit as no wide field is. In grey, where whole patterns of fine
/// features fail that must not pass for light, pixels near edges follow those further off.
struct LightFit: Sendable {
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
      // The distances of a rare material come last, and take what no other kind took.
      for bin in 0..<3 where kind >> 16 == 3 && numbers[Int(kind) & 0xffff | bin << 16] == 0 {
        numbers[Int(kind) & 0xffff | bin << 16] = UInt16(index + 1)
      }
    }
    self.numbers = numbers
    let nothing = Plane(width: count * columns, height: rows)
    fields = scan.planes.map { _ in nothing }
    guard !isFlat, count > 1 else { return }
    var weights: Weights?
    // First about what is usual in the whole scan; then in colour about what that tells of the surroundings, for light that
    // varies by more than the limits would be cut off where it is strongest.
    for step in 0..<(scan.channels == 1 ? 1 : 2) {
      let bounds =
        step == 0
        ? (low: levels.low, high: levels.high)
        : (low: levels.reach.map { $0.map { -$0 } }, high: levels.reach)
      fit(
        scan: scan, golden: golden, materials: materials, edgeDistance: edgeDistance, area: area,
        bounds: bounds, weights: &weights, fades: !levels.partsRims, sigma: scale / Double(cell))
    }
  }

  /// How much each kind weighs in each cell, kind by kind, and how much in the window about it.
  private struct Weights {
    let own, wide: [Plane]
  }

  /// Fits what differs by no more than the bounds from the fields so far.
  ///
  /// - Parameter weights: nil at the first fit, which finds them.
  private mutating func fit(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, area: PixelRect,
    bounds: (low: [[Float]], high: [[Float]]), weights: inout Weights?, fades: Bool,
    sigma: Double
  ) {
    let (columns, rows, count, cell, known) = (columns, rows, count, cell, numbers)
    let (width, isFirst) = (scan.width, weights == nil)
    var sums = Plane(width: scan.channels * count * columns, height: rows)
    var own = Plane(width: isFirst ? count * columns : 1, height: rows)
    // Number 0 is of no material.
    let none: [Float] = [0]
    let (low, high) = (
      Array(bounds.low.map { none + $0 }.joined()), Array(bounds.high.map { none + $0 }.joined())
    )
    sums.withUnsafeMutableRows { sums in
      own.withUnsafeMutableRows { own in
        Rows.reading(fields) { centers in
          Rows.reading(scan.planes + golden.planes) { pictures in
            edgeDistance.withUnsafeRows { distance in
              materials.withUnsafeRows { materials in
                inParallel(rows) { row in
                  let first = max(row * cell, area.y)
                  centers.row(row) { centers in
                    let last = min((row + 1) * cell, area.maxY)
                    for y in stride(from: first, to: last, by: Self.rowStep) {
                      pictures.at(y) { scan, golden, planes in
                        gd_lit_sums_row(
                          scan, golden, materials.row(y), distance.row(y), known, low, high,
                          centers, count, columns, cell, fades ? 1 : 0, sums.row(row),
                          isFirst ? own.row(row) : nil, planes, width)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    let shares = weights ?? self.weights(own, sigma: sigma)
    smooth(
      sums, shares, offsets: isFirst ? scan.planes.map { _ in [] } : offsets(sums, shares.own),
      sigma: sigma)
    weights = shares
  }

  private func weights(_ weights: Plane, sigma: Double) -> Weights {
    let own = (1..<count).map {
      weights.crop(PixelRect(x: $0 * columns, y: 0, width: columns, height: rows))
    }
    return Weights(own: own, wide: Self.made(own.count) { own[$0].smoothed(sigma: sigma) })
  }

  /// Planes that are made on all cores.
  private static func made(_ count: Int, _ body: @Sendable (Int) -> Plane) -> [Plane] {
    var planes = [Plane](repeating: Plane(width: 0, height: 0), count: count)
    planes.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let planes = buffer  // Each call writes its own.
      inParallel(count) { planes[$0] = body($0) }
    }
    return planes
  }

  /// For each plane by how much each kind is off the average over all, in the whole scan.
  private func offsets(_ sums: Plane, _ weights: [Plane]) -> [[Float]] {
    fields.enumerated().map { plane, field in
      (1..<count).map { kind in
        var (off, weight) = (Float(0), Self.trustedPixels)
        sums.withUnsafeRows { sums in
          field.withUnsafeRows { field in
            weights[kind - 1].withUnsafeRows { weights in
              for row in 0..<rows {
                // The average over all is where no material's number is.
                let (own, field) = (weights.row(row), field.row(row))
                let sums = sums.row(row) + (plane * count + kind) * columns
                for column in 0..<columns where own[column] > 0 {
                  off += sums[column] - own[column] * field[column]
                  weight += own[column]
                }
              }
            }
          }
        }
        return off / weight
      }
    }
  }

  /// Of so many rows one is fitted: a window holds thousands of pixels.
  private static let rowStep = 2

  /// A kind's own offset weighs as much as none once so many pixels of it were fitted.
  private static let trustedPixels: Float = 15

  /// Smooths what is left of the fields so far, which halves what is lost at borders and where light bends.
  ///
  /// Source: Tukey, "Exploratory Data Analysis", 1977, twicing.
  private mutating func smooth(
    _ sums: Plane, _ weights: Weights, offsets: [[Float]], sigma: Double
  ) {
    // A window as wide as 64 pixels holds some 25 000: the average over all weighs as much as a hundred of them.
    let trust = 0.3 / 64 * Float(cell * cell / Self.rowStep)
    let (columns, rows, count) = (columns, rows, count)
    for plane in fields.indices {
      let before = fields[plane]
      let left = Self.made(count - 1) { kind in
        var left = Plane.unfilled(width: columns, height: rows)
        left.withUnsafeMutableRows { left in
          Rows.reading([weights.own[kind]]) { own in
            Rows.reading([sums, before]) { wide in
              for y in 0..<rows {
                own.row(y) { own in
                  wide.row(y) { wide in
                    gd_less_product_row(
                      wide[0].map { $0 + (plane * count + kind + 1) * columns }, own[0],
                      wide[1].map { $0 + (kind + 1) * columns }, left.row(y), columns)
                  }
                }
              }
            }
          }
        }
        return left.smoothed(sigma: sigma)
      }
      // What a rare kind leans on: the average over all, and what it is off that in the whole scan.
      let offsets = offsets[plane]
      fields[plane].withUnsafeMutableRows { fields in
        before.withUnsafeRows { before in
          Rows.reading(left + weights.wide) { parts in
            RowBands(height: rows, rowsPerBand: 16).inParallel { band in
              offsets.withUnsafeBufferPointer { offsets in
                for y in band {
                  parts.at(y) { sums, weights, kinds in
                    gd_lit_fields_row(
                      sums, weights, before.row(y), offsets.isEmpty ? nil : offsets.baseAddress,
                      kinds, trust, fields.row(y), columns)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// By how much a material is brighter at a pixel in its wide parts, or in its widest.
  func wide(_ material: UInt16, plane: Int, x: Int, y: Int) -> Float {
    var number = numbers[Int(material) | 2 << 16]
    if number == 0 { number = numbers[Int(material) | 1 << 16] }
    func place(_ pixel: Int, _ count: Int) -> (first: Int, second: Int, share: Float) {
      let place = min(max((Float(pixel) + 0.5) / Float(cell) - 0.5, 0), Float(count - 1))
      return (Int(place), min(Int(place) + 1, count - 1), place - place.rounded(.down))
    }
    let (u, v) = (place(x, columns), place(y, rows))
    let (field, start) = (fields[plane], Int(number) * columns)
    func row(_ y: Int) -> Float {
      let (a, b) = (field[start + u.first, y], field[start + u.second, y])
      return a + u.share * (b - a)
    }
    let (above, below) = (row(v.first), row(v.second))
    return above + v.share * (below - above)
  }

  /// Scan less golden in the scan's light.
  func residual(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane
  ) -> [Plane] {
    let (width, height) = (scan.width, scan.height)
    var result = Picture(
      planes: scan.planes.map { _ in Plane.unfilled(width: width, height: height) })
    let places = CellPlaces(height: height, cell: cell, rows: rows)
    let (fields, numbers, count, columns, cell) = (fields, numbers, count, columns, cell)
    result.withUnsafeMutableRows { targets in
      Rows.reading(scan.planes + golden.planes) { pictures in
        materials.withUnsafeRows { materials in
          edgeDistance.withUnsafeRows { distance in
            fields.withUnsafeRows { fields in
              RowBands(height: height).inParallel { band in
                withUnsafeTemporaryAllocation(
                  of: Float.self, capacity: fields.count * count * columns
                ) { room in
                  guard let field = room.baseAddress else { return }
                  for y in band {
                    for (plane, own) in fields.enumerated() {
                      places.row(own, y, into: field + plane * count * columns)
                    }
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
      }
    }
    return result.planes
  }
}
