public import Raster

/// The colours of a normalised difference: orange where the scan is brighter than the golden, blue where it is darker.
///
/// Both arms grow darker by the same steps from a light grey, so that size is read from lightness and sign from hue; orange
/// and blue stay apart for every common colour blindness.
public struct DifferenceColours: Sendable, Equatable {
  /// The difference, in standard deviations of the clean scan, from which on the colour stays the same.
  public let saturation: Double
  /// The difference, in standard deviations, from which on a place is flagged; nil where it is not one number.
  public let threshold: Double?

  /// Colours up to a difference of `saturation` standard deviations; the default is 10.
  public init(saturation: Double = 10, threshold: Double? = nil) {
    precondition(saturation > 0 && saturation.isFinite, "colours need a range above zero")
    (self.saturation, self.threshold) = (saturation, threshold)
  }

  /// Colours up to twice what is flagged; the least range is 1, for a recipe may flag what is hardly a difference.
  public init(flaggedFrom threshold: Double) {
    self.init(saturation: max(2 * threshold, 1), threshold: threshold)
  }

  /// Red, green and blue, 0…1, at −1, −½, 0, ½ and 1 of the saturation.
  static let stops: [SIMD3<Float>] = [
    SIMD3(5, 77, 140) / 255, SIMD3(120, 178, 216) / 255, SIMD3(240, 240, 240) / 255,
    SIMD3(247, 158, 80) / 255, SIMD3(166, 54, 3) / 255,
  ]

  /// Where nothing was compared: a grey darker than no difference.
  static let notCompared = SIMD3<Float>(repeating: 176.0 / 255)

  /// Red, green and blue, 0…1, of a difference.
  ///
  /// - Parameter sigma: scan less golden in standard deviations; not a number where nothing was compared.
  public func colour(_ sigma: Float) -> SIMD3<Float> {
    guard !sigma.isNaN else { return Self.notCompared }
    let share = min(1, max(-1, sigma / Float(saturation)))
    let place = (share + 1) * 2
    let index = min(3, Int(place))
    let weight = place - Float(index)
    return Self.stops[index] * (1 - weight) + Self.stops[index + 1] * weight
  }

  /// The coloured picture of a plane of differences in standard deviations; not a number where nothing was compared.
  public func picture(of difference: Plane) -> Picture {
    guard difference.bounds.area > 0 else {
      return Picture(planes: [difference, difference, difference])
    }
    let (width, saturation, grey) = (difference.width, Float(saturation), Self.notCompared)
    var picture = Picture(
      planes: (0..<3).map { _ in Plane.unfilled(width: width, height: difference.height) })
    let stops = Self.stops
    let (a, b, c, d, e) = (stops[0], stops[1], stops[2], stops[3], stops[4])
    picture.withUnsafeMutableRows { planes in
      difference.withUnsafeRows { difference in
        RowBands(height: difference.height).inParallel { band in
          for y in band {
            let (red, green, blue) = (planes[0].row(y), planes[1].row(y), planes[2].row(y))
            let source = difference.row(y)
            // As `colour`, with nothing to decide at a pixel.
            for x in 0..<width {
              let (sigma, known) = (source[x], source[x] == source[x])
              let far = sigma / saturation
              let place = ((far > -1 ? (far < 1 ? far : 1) : -1) + 1) * 2
              let (one, two, three) = (place >= 1, place >= 2, place >= 3)
              let weight = place - (three ? 3 : two ? 2 : one ? 1 : 0)
              let low = three ? d : two ? c : one ? b : a
              let high = three ? e : two ? d : one ? c : b
              let r = low.x * (1 - weight) + high.x * weight
              let g = low.y * (1 - weight) + high.y * weight
              let l = low.z * (1 - weight) + high.z * weight
              red[x] = known ? r : grey.x
              green[x] = known ? g : grey.y
              blue[x] = known ? l : grey.z
            }
          }
        }
      }
    }
    return picture
  }
}
