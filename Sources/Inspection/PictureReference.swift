internal import Matching
internal import Raster

/// A supplied golden picture as something to register scans to.
struct PictureReference: RegistrationReference {
  /// Brightness, stretched so that its 1st to 99th hundredth span 0…1.
  private let brightness: Plane

  init(_ luminance: Plane) {
    let (low, high) = (luminance.sampledQuantile(0.01), luminance.sampledQuantile(0.99))
    let span = max(high - low, 0.02)
    brightness = Plane(width: luminance.width, height: luminance.height) { target in
      luminance.samples.withUnsafeBufferPointer { samples in
        for index in 0..<samples.count {
          let share = (samples[index] - low) / span
          target[index] = share > 0 ? (share < 1 ? share : 1) : 0
        }
      }
    }
  }

  var noun: String { "golden" }
  var isDrawn: Bool { false }
  var yPointsUp: Bool { false }

  func planes(toGrid: Affine, width: Int, height: Int) throws -> [Plane] {
    // Where a grid pixel takes in several of the picture's, their mean is wanted.
    let scale = 1 / abs(toGrid.determinant).squareRoot()
    let factor = max(1, Int(scale.rounded()))
    let toReduced = toGrid.inverse.then(.scale(x: 1 / Double(factor), y: 1 / Double(factor)))
    return [
      brightness.reduced(by: factor).resampled(
        rect: PixelRect(x: 0, y: 0, width: width, height: height), toSource: toReduced)
    ]
  }

  func extent(toScan: Affine, field: PixelRect) -> PixelRect {
    let corners = [
      (0, 0), (brightness.width, 0), (0, brightness.height), (brightness.width, brightness.height),
    ]
    .map { toScan(Point(x: Double($0.0), y: Double($0.1))) }
    let left = Int(max(corners[0].x, corners[2].x).rounded(.up))
    let right = Int(min(corners[1].x, corners[3].x).rounded(.down))
    let top = Int(max(corners[0].y, corners[1].y).rounded(.up))
    let bottom = Int(min(corners[2].y, corners[3].y).rounded(.down))
    return PixelRect(x: left, y: top, width: max(0, right - left), height: max(0, bottom - top))
      .intersection(field)
  }

  func suspectedExtent(toScan: Affine, field: PixelRect) throws -> PixelRect? { nil }
}
