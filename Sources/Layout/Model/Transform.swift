import Foundation
import Raster

/// How a cell is reflected, scaled and turned where it is placed, in this order.
struct Transform: Hashable, Sendable {
  /// Whether the cell is reflected about its x axis, before it is turned.
  var isMirrored = false
  /// More than zero.
  var magnification = 1.0
  /// Counter-clockwise, in degrees.
  var angle = 0.0
  /// Whether magnification and angle are those of the whole, not of the parent.
  var hasAbsoluteMagnification = false
  var hasAbsoluteAngle = false

  var isAbsolute: Bool { hasAbsoluteMagnification || hasAbsoluteAngle }

  /// The linear part; quarter turns are exact.
  var linear: Affine {
    let quarters = angle / 90
    let (cosine, sine): (Double, Double)
    if abs(quarters - quarters.rounded()) < 1e-9 {
      let quarter = Int(quarters.rounded().truncatingRemainder(dividingBy: 4) + 4) % 4
      (cosine, sine) = [(1, 0), (0, 1), (-1, 0), (0, -1)][quarter]
    } else {
      (cosine, sine) = (cos(angle * .pi / 180), sin(angle * .pi / 180))
    }
    let mirror: Double = isMirrored ? -1 : 1
    return Affine(
      a: magnification * cosine, b: -magnification * sine * mirror, tx: 0,
      c: magnification * sine, d: magnification * cosine * mirror, ty: 0)
  }
}
