internal import Foundation
public import Raster

/// What a scan is registered to: a layout, or a golden picture.
public protocol RegistrationReference: Sendable {
  /// What it is called where a scan is refused: `layout`, `golden`.
  var noun: String { get }

  /// Whether its edges are drawn, one as strong as another; those of a photograph are strong and weak.
  var isDrawn: Bool { get }

  /// Whether the reference's y axis points up, as a layout's does, or down, as a picture's.
  var yPointsUp: Bool { get }

  /// Planes whose edges the scan should show, 0…1, drawn on a grid of pixels.
  ///
  /// - Parameters:
  ///   - toGrid: reference coordinates (µm of a layout, pixels of a picture) to the grid's continuous coordinates.
  ///   - width: columns of the grid.
  ///   - height: rows of the grid.
  func planes(toGrid: Affine, width: Int, height: Int) throws -> [Plane]

  /// Coverage of its alignment marks alone, drawn as `planes` are; nil where it has none.
  func marks(toGrid: Affine, width: Int, height: Int) throws -> Plane?

  /// The part of a field that the reference covers.
  ///
  /// - Parameters:
  ///   - toScan: reference coordinates to scan pixels.
  ///   - field: the part of the scan in question.
  func extent(toScan: Affine, field: PixelRect) -> PixelRect

  /// The part of a field in which the reference seems to be drawn, when there are signs that it was cut out of a larger
  /// one; nil when there are none. It is asked only where the scan shows much that the reference does not explain.
  func suspectedExtent(toScan: Affine, field: PixelRect) throws -> PixelRect?
}

extension RegistrationReference {
  /// No marks.
  public func marks(toGrid: Affine, width: Int, height: Int) throws -> Plane? { nil }
}

/// A place of a reference in a scan: similarity transforms with a unit of the reference's own.
public struct Placement: Sendable, Hashable {
  /// Reference point that lies at `scanPoint`.
  public var referencePoint: Point
  /// Scan pixels.
  public var scanPoint: Point
  /// Reference units (µm, or golden pixels) a scan pixel.
  public var pixelSize: Double
  /// Rotation of the reference as seen in the scan, radians, counter-clockwise.
  public var rotation: Double

  /// A placement with all its parts.
  public init(referencePoint: Point, scanPoint: Point, pixelSize: Double, rotation: Double) {
    (self.referencePoint, self.scanPoint) = (referencePoint, scanPoint)
    (self.pixelSize, self.rotation) = (pixelSize, rotation)
  }

  /// Reference coordinates to scan pixels.
  public func toScan(yPointsUp: Bool) -> Affine {
    let (cosine, sine) = (cos(rotation) / pixelSize, sin(rotation) / pixelSize)
    let linear =
      yPointsUp
      ? Affine(a: cosine, b: -sine, tx: 0, c: -sine, d: -cosine, ty: 0)
      : Affine(a: cosine, b: sine, tx: 0, c: -sine, d: cosine, ty: 0)
    let image = linear(referencePoint)
    return linear.then(.translation(x: scanPoint.x - image.x, y: scanPoint.y - image.y))
  }
}
