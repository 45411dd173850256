import Foundation
import Matching
import Raster
import TestSupport

/// Rectangles as something to register scans to, y up like a layout.
struct Rectangles: RegistrationReference {
  var boxes: [Box]
  /// Drawn like the others; where they are told to be, they are alignment marks.
  var crosses: [Box] = []
  var marksAreTold = false

  var noun: String { "layout" }
  var isDrawn: Bool { true }
  var yPointsUp: Bool { true }

  func planes(toGrid: Affine, width: Int, height: Int) throws -> [Plane] {
    [drawn(toGrid, width: width, height: height)]
  }

  func marks(toGrid: Affine, width: Int, height: Int) throws -> Plane? {
    marksAreTold ? Rectangles(boxes: crosses).drawn(toGrid, width: width, height: height) : nil
  }

  func extent(toScan: Affine, field: PixelRect) -> PixelRect { field }

  func suspectedExtent(toScan: Affine, field: PixelRect) throws -> PixelRect? { nil }

  /// Their coverage, with borders a pixel wide along the rectangles' own axes.
  func drawn(_ toGrid: Affine, width: Int, height: Int) -> Plane {
    var plane = Plane(width: width, height: height)
    let toReference = toGrid.inverse
    let unit = abs(toReference.determinant).squareRoot()
    for box in boxes + crosses {
      let seen = toGrid(box).expanded(by: 1)
      let pixels = PixelRect(
        x: Int(seen.low.x.rounded(.down)), y: Int(seen.low.y.rounded(.down)),
        width: Int(seen.width) + 2, height: Int(seen.height) + 2
      ).intersection(plane.bounds)
      for y in pixels.y..<pixels.maxY {
        for x in pixels.x..<pixels.maxX {
          let place = toReference(Point(x: Double(x) + 0.5, y: Double(y) + 0.5))
          let across = min(place.x - box.low.x, box.high.x - place.x) / unit + 0.5
          let along = min(place.y - box.low.y, box.high.y - place.y) / unit + 0.5
          let covered = min(max(across, 0), 1) * min(max(along, 0), 1)
          plane[x, y] = max(plane[x, y], Float(covered))
        }
      }
    }
    return plane
  }

  /// Rectangles at random over a square of so many units to each side of the origin.
  static func random(seed: UInt64, reach: Double = 500, count: Int = 90) -> Rectangles {
    var random = Seeded(state: seed)
    return Rectangles(
      boxes: (0..<count).map { _ in
        let corner = Point(
          x: .random(in: -reach...reach, using: &random),
          y: .random(in: -reach...reach, using: &random))
        return Box(
          low: corner,
          high: Point(
            x: corner.x + .random(in: 15...120, using: &random),
            y: corner.y + .random(in: 15...120, using: &random)))
      })
  }
}

/// The scans of these tests: 640 × 480 pixels.
let field = PixelRect(x: 0, y: 0, width: 640, height: 480)

/// Where the stage should have gone.
let middle = Point(x: 320, y: 240)

/// A place of the reference in a scan.
func place(offset: Point = Point(x: 0, y: 0), pixelSize: Double = 1, rotation: Double = 0) -> Affine
{
  Placement(
    referencePoint: Point(x: 0, y: 0),
    scanPoint: Point(x: middle.x + offset.x, y: middle.y + offset.y), pixelSize: pixelSize,
    rotation: rotation
  ).toScan(yPointsUp: true)
}

extension Plane {
  /// What a microscope makes of a coverage: blurred, from one grey to another, with noise.
  func photographed(dark: Float = 0.3, light: Float = 0.7, noise: Float = 0.01) -> Plane {
    var random = Seeded(state: 77)
    var result = smoothed(sigma: 1)
    for index in result.samples.indices {
      result.samples[index] =
        dark + (light - dark) * result.samples[index] + noise * random.normal()
    }
    return result
  }
}

extension Seeded {
  /// A number from the normal distribution.
  ///
  /// Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
  mutating func normal() -> Float {
    let radius = (-2 * log(Float.random(in: 1e-7...1, using: &self))).squareRoot()
    return radius * cos(2 * .pi * Float.random(in: 0...1, using: &self))
  }
}
