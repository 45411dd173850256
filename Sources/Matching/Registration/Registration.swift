internal import Foundation
public import Raster

/// Where a reference lies in a scan, and what speaks for it.
public struct Registration: Sendable, Equatable {
  /// Reference coordinates to scan pixels.
  public var toScan: Affine
  /// The expected point's place in the scan less its expected place, scan pixels.
  public var offset: Point
  /// Normalised correlation of the edge fields, −1…1.
  public var score: Double
  /// How much is seen and explained.
  public var evidence: Evidence
  /// By how much two halves disagree, scan pixels; nil where no two halves hold structure.
  public var halvesDisagreePx: Double?
  /// Directions along which the place is known up to a period only.
  public var ambiguities: [Period]
  /// How well the scan shows the reference's alignment marks, −1…1; nil where it has none, or none in the field.
  public var marks: Double?
  /// The part of the scan that the reference covers.
  public var extent: PixelRect
  /// 0…1; below 0.5 the scan is refused.
  public var confidence: Double

  /// A direction along which the scan could be moved and look the same.
  public struct Period: Sendable, Equatable {
    /// `x` or `y` of the scan, the nearest to the direction.
    public var axis: String
    /// The period in scan pixels; 0 when nothing is seen along the direction.
    public var px: Double
  }

  /// Reference units a scan pixel: the square root of the area that a pixel covers.
  public var pixelSize: Double { 1 / abs(toScan.determinant).squareRoot() }

  /// By how much more the scan is stretched along one direction than along the one that is stretched least; 0 for a
  /// similarity.
  public var strain: Double {
    // The singular values of the linear part.
    let (sum, difference) = (
      hypot(toScan.a + toScan.d, toScan.b - toScan.c),
      hypot(toScan.a - toScan.d, toScan.b + toScan.c)
    )
    return (sum + difference) / max(abs(sum - difference), 1e-12) - 1
  }

  /// Rotation of the reference as seen in the scan, radians, counter-clockwise.
  public var rotation: Double { atan2(-toScan.c, toScan.a) }
}

/// What came of a registration.
public enum RegistrationOutcome: Sendable, Equatable {
  case registered(Registration)
  /// The scan doesn't show what it should; the best guess says how close it came.
  case refused(reason: String, best: Registration?)
}
