internal import Golden
internal import Matching
internal import Raster

/// The golden that several pictures of one thing make in the place and light of one of them: their median, and how much they
/// differ from it.
///
/// A defect that most of them do not have does not show in it. Where they differ much from each other, a difference to it counts
/// less, so that it is held against the greater of two bounds; see `PlaceVariation.weight`.
struct MedianGolden {
  let golden: SuppliedGolden
  /// The part of the anchor that it shows, in which enough pictures tell.
  let shown: PixelRect

  /// Side of the squares by which that part is found, pixels.
  private static let cell = 4
  /// Least side of it, pixels.
  private static let leastSide = 64
  /// Pixels at the border of the anchor of which nothing is told: what lies beyond it is not known to be the same.
  private static let border = 2

  /// - Parameters:
  ///   - anchor: the picture whose place and light it has.
  ///   - differences: pictures less the anchor, plane by plane, NaN where they do not reach; three or more.
  /// - Returns: nil where no part worth the name is told of by three.
  init?(_ anchor: Picture, _ differences: [[Plane]]) {
    let variation = PlaceVariation(others: differences, border: Self.border)
    shown = Self.largestPart(of: variation.alone)
    guard min(shown.width, shown.height) >= Self.leastSide else { return nil }
    var median = anchor
    for plane in median.planes.indices {
      let usual = variation.usual[plane]
      for index in usual.samples.indices {
        median.planes[plane].samples[index] += usual.samples[index]
      }
    }
    golden = SuppliedGolden(sharp: median.crop(shown), trust: variation.weight.crop(shown))
  }

  /// The largest rectangle in which enough pictures tell everywhere.
  private static func largestPart(of alone: Plane) -> PixelRect {
    let told = alone.extremes(radius: cell).high
    let (columns, rows) = (alone.width / cell, alone.height / cell)
    var best = PixelRect(x: 0, y: 0, width: 0, height: 0)
    // How many squares are told of above each of a row, that one included.
    var heights = [Int](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let isTold = told[column * cell + cell / 2, row * cell + cell / 2] < 0.5
        heights[column] = isTold ? heights[column] + 1 : 0
      }
      for column in 0..<columns where heights[column] * columns > best.area {
        // The widest rectangle as high as this column: few columns are worth it.
        let height = heights[column]
        var (first, last) = (column, column + 1)
        while first > 0, heights[first - 1] >= height { first -= 1 }
        while last < columns, heights[last] >= height { last += 1 }
        if (last - first) * height > best.area {
          best = PixelRect(x: first, y: row + 1 - height, width: last - first, height: height)
        }
      }
    }
    return PixelRect(
      x: best.x * cell, y: best.y * cell, width: best.width * cell, height: best.height * cell)
  }
}
