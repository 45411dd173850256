internal import Raster

/// Which pixels of a photograph are not to be learnt from, since they differ most from what was learnt.
enum LeftOut {
  /// 1 where a pixel counts, 0 in and around the places that differ most.
  ///
  /// - Parameter share: the share of the area's pixels whose difference, smoothed a little, is the greatest.
  static func weight(
    golden: Picture, photograph: Picture, area: PixelRect, field: PixelRect, share: Double
  ) -> Plane {
    var difference = Plane(width: field.width, height: field.height)
    for (plane, seen) in zip(golden.planes, photograph.planes) {
      for index in difference.samples.indices {
        difference.samples[index] += abs(plane.samples[index] - seen.samples[index])
      }
    }
    difference = difference.smoothed(sigma: 1.5)
    let local = PixelRect(
      x: area.x - field.x, y: area.y - field.y, width: area.width, height: area.height)
    var inside = difference.crop(local).samples
    guard share > 0, inside.count > 1 else { return difference.map { _ in 1 } }
    inside.sort()
    let limit = inside[min(inside.count - 1, Int(Double(inside.count) * (1 - share)))]
    let spread = difference.map { $0 > limit ? 1 : 0 }.extremes(radius: 2).high
    return spread.map { 1 - $0 }
  }
}
