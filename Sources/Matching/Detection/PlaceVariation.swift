public import Raster

/// What other dies show at the same places as a scan, beyond their goldens: what the golden gets wrong, and how much dies
/// differ there.
public struct PlaceVariation: Sendable {
  /// The median residual of the others, plane by plane; 0 where too few tell.
  public let usual: [Plane]
  /// The share of the residual that counts where dies differ more than noise does, 0…1.
  ///
  /// So a difference is held against the greater of two bounds, one that holds everywhere and one in proportion to how much
  /// dies differ there. Source: the variation model of MVTec HALCON, `compare_variation_model`.
  public let weight: Plane
  /// 1 where too few others tell, else 0.
  public let alone: Plane

  /// Others that must tell.
  public static let leastOthers = 3
  /// So near the border of a field its place is not known well enough, pixels.
  public static let border = 12
  /// Dies differ by so much more than their typical spread before a place counts less.
  private static let slack: Float = 1.3

  /// The variation at a field.
  ///
  /// - Parameters:
  ///   - others: for each other die its residual, plane by plane, moved to where this scan shows it; NaN where it tells
  ///     nothing.
  ///   - border: pixels at the border of the field of which nothing is told.
  public init(others: [[Plane]], border: Int = PlaceVariation.border) {
    precondition(others.count >= Self.leastOthers, "three other dies at least must tell")
    let (width, height) = (others[0][0].width, others[0][0].height)
    let planes = others[0].count
    var usual = Picture(
      planes: (0..<planes).map { _ in Plane(width: width, height: height) })
    var spread = Plane(width: width, height: height)
    var alone = Plane(width: width, height: height)
    let all = others.flatMap { $0 }
    usual.withUnsafeMutableRows { usual in
      spread.withUnsafeMutableRows { spread in
        alone.withUnsafeMutableRows { alone in
          Rows.reading(all) { all in
            RowBands(height: height).inParallel { band in
              withUnsafeTemporaryAllocation(of: Float.self, capacity: others.count) { values in
                for y in band {
                  all.row(y) { rows in
                    for plane in 0..<planes {
                      let target = usual[plane].row(y)
                      for x in 0..<width {
                        var count = 0
                        for other in others.indices {
                          guard let value = rows[other * planes + plane]?[x], value == value
                          else { continue }
                          Self.insert(value, values, &count)
                        }
                        guard count >= Self.leastOthers else {
                          alone.row(y)[x] = 1
                          continue
                        }
                        let median = Self.median(values, count)
                        target[x] = median
                        // The middle half of the sorted values tells the spread.
                        let (low, high) = (values[count / 4], values[count - 1 - count / 4])
                        let half = 0.5 * (high - low)
                        spread.row(y)[x] += half * half
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
    self.usual = usual.planes
    // Interpolation at the border of what the others tell is not to be trusted.
    var wide = alone.extremes(radius: 4).high
    for y in 0..<height {
      for x in 0..<width
      where min(x, y, width - 1 - x, height - 1 - y) < border { wide[x, y] = 1 }
    }
    self.alone = wide
    let smooth = spread.smoothed(sigma: 1.5)
    var told = stride(from: 0, to: smooth.samples.count, by: max(1, smooth.samples.count / 100_003))
      .filter { alone.samples[$0] < 0.5 }.map { smooth.samples[$0] }
    let typical = max(told.takeQuantile(0.5), 1e-9)
    weight = smooth.map { min(1, Self.slack * (typical / max($0, 1e-9)).squareRoot()) }
  }

  private static func insert(
    _ value: Float, _ values: UnsafeMutableBufferPointer<Float>, _ count: inout Int
  ) {
    var place = count
    while place > 0, values[place - 1] > value {
      values[place] = values[place - 1]
      place -= 1
    }
    values[place] = value
    count += 1
  }

  private static func median(_ values: UnsafeMutableBufferPointer<Float>, _ count: Int) -> Float {
    count % 2 == 1
      ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2])
  }

  /// A residual less what is usual, weighed by how alike dies are; as it is where others do not tell.
  func corrected(_ residual: Residual) -> Residual {
    var result = residual.trusted
    var weight = weight
    if let trust = residual.trust {
      // Where the golden knows how much dies differ, the others only tell it again; where it knows nothing, they tell all.
      for index in weight.samples.indices where trust.samples[index] > 0 {
        weight.samples[index] = min(weight.samples[index], trust.samples[index])
      }
    }
    for plane in result.planes.indices {
      for index in result.planes[plane].samples.indices where alone.samples[index] < 0.5 {
        result.planes[plane].samples[index] =
          (residual.planes[plane].samples[index] - usual[plane].samples[index])
          * weight.samples[index]
      }
    }
    return result
  }
}
