internal import Foundation
internal import Raster

extension PlaceLayers {
  /// Grey levels of brightness 0…1.
  private static let levels = 255.0
  /// Pixels this near to an edge are at it: two pixels to either side.
  private static let atEdgesPx: Float = 2

  /// How large and how long a place is.
  func shape(of pixels: [Pixel], in box: PixelRect) -> [PlaceMeasures.Measure: Double] {
    let count = Double(pixels.count)
    let (x, y) = (
      pixels.reduce(0) { $0 + Double($1.x) } / count, pixels.reduce(0) { $0 + Double($1.y) } / count
    )
    var (xx, xy, yy) = (0.0, 0.0, 0.0)
    for pixel in pixels {
      let (dx, dy) = (Double(pixel.x) - x, Double(pixel.y) - y)
      (xx, xy, yy) = (xx + dx * dx / count, xy + dx * dy / count, yy + dy * dy / count)
    }
    // The eigenvalues of the covariance.
    let (middle, apart) = ((xx + yy) / 2, hypot((xx - yy) / 2, xy))
    return [
      .area: log1p(count), .fill: count / Double(box.area),
      .length: log((middle + apart).squareRoot() + PlaceMeasures.onePixel),
      .width: log(max(0, middle - apart).squareRoot() + PlaceMeasures.onePixel),
    ]
  }

  /// How a place differs.
  func contrast(of pixels: [Pixel], strongest: [Pixel]) -> [PlaceMeasures.Measure: Double] {
    let colour = mean(scan, strongest)
    let step = zip(colour, mean(golden, strongest)).map { Double($0 - $1) * Self.levels }
    let channels = Double(step.count)
    var opposite = 0
    var sums = step.map { _ in (sum: 0.0, squares: 0.0) }
    for pixel in pixels {
      var along = 0.0
      for channel in step.indices {
        let value =
          Double(scan.planes[channel][pixel.x, pixel.y] - golden.planes[channel][pixel.x, pixel.y])
          * Self.levels
        along += value * step[channel]
        sums[channel].sum += value
        sums[channel].squares += value * value
      }
      if along < 0 { opposite += 1 }
    }
    let count = Double(pixels.count)
    let deviations = sums.map {
      max(0, $0.squares / count - $0.sum * $0.sum / (count * count)).squareRoot()
    }
    return [
      .contrast: log1p((step.reduce(0) { $0 + $1 * $1 } / channels).squareRoot()),
      .brightness: step.reduce(0, +) / channels,
      .colourfulness: Double((colour.max() ?? 0) - (colour.min() ?? 0)) * Self.levels,
      .unevenness: deviations.reduce(0, +) / channels,
      .sharpness: Double(strongest.count) / count, .opposite: Double(opposite) / count,
    ]
  }

  /// What is drawn where a place lies.
  func drawn(under pixels: [Pixel], depth: Plane) -> [PlaceMeasures.Measure: Double] {
    let codes = pixels.map { materials[$0.x, $0.y] }
    let most = Self.commonest(codes) ?? 0
    let distances = pixels.map { depth[$0.x, $0.y] }
    let count = Double(pixels.count)
    return [
      .edgeDistance: distances.reduce(0) { $0 + Double($1) } / count,
      .atEdges: Double(distances.count { $0 <= Self.atEdgesPx }) / count,
      .onOneMaterial: Double(codes.count { $0 == most }) / count,
      .layersDrawn: Double(most.nonzeroBitCount),
    ]
  }
}
