import Foundation
import Raster

/// An instance of a cell in another, or a lattice of them.
struct Reference: Sendable {
  /// Index of the cell that is placed.
  var cell: Int
  /// Where the first element's origin lies, in database units.
  var origin: Point
  /// Whether the cell is reflected about its x axis, before it is turned.
  var isMirrored = false
  /// More than zero.
  var magnification = 1.0
  /// Counter-clockwise, in degrees.
  var angle = 0.0
  /// Whether magnification and angle are those of the whole, not of the parent.
  var hasAbsoluteMagnification = false
  var hasAbsoluteAngle = false
  /// Elements along the two steps, 1 or more.
  var columns = 1
  var rows = 1
  var columnStep = Point(x: 0, y: 0)
  var rowStep = Point(x: 0, y: 0)

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

  /// The map of the element in `column` and `row` into what `parent` maps the parent to.
  func placed(in parent: Affine, linear: Affine, column: Int, row: Int) -> Affine {
    let place = parent(
      Point(
        x: origin.x + Double(column) * columnStep.x + Double(row) * rowStep.x,
        y: origin.y + Double(column) * columnStep.y + Double(row) * rowStep.y))
    var map = linear.then(isAbsolute ? inherited(from: parent) : parent)
    (map.tx, map.ty) = (place.x, place.y)
    return map
  }

  /// What of the parent's linear part an absolute reference takes over.
  private func inherited(from parent: Affine) -> Affine {
    let size = abs(parent.determinant).squareRoot()
    let mirror: Double = parent.determinant < 0 ? -1 : 1
    var kept = Affine(
      a: parent.a / size, b: parent.b / size, tx: 0, c: parent.c / size, d: parent.d / size, ty: 0)
    if hasAbsoluteAngle { kept = Affine(a: 1, b: 0, tx: 0, c: 0, d: mirror, ty: 0) }
    return hasAbsoluteMagnification ? kept : kept.then(.scale(x: size, y: size))
  }

  /// The box in the parent, relative to an element's origin, of a child's box; apart from absolute sizes.
  func footprint(of child: Extent) -> Extent {
    if child.isEmpty { return child }
    if hasAbsoluteMagnification { return Extent(left: 0, bottom: 0, right: 0, top: 0) }
    if hasAbsoluteAngle {
      return Extent(left: 0, bottom: 0, right: 0, top: 0).expanded(by: child.reach * magnification)
    }
    return child.mapped(by: linear)
  }

  /// What an absolute magnification can add on all sides, whatever the parent's is.
  func margin(of child: Extent, margin: Double) -> Double {
    margin + (hasAbsoluteMagnification ? child.reach * magnification : 0)
  }

  /// The box in the parent of all elements.
  func extent(of child: Extent) -> Extent {
    let footprint = footprint(of: child)
    if footprint.isEmpty { return footprint }
    var whole = Extent()
    for column in [0, columns - 1] {
      for row in [0, rows - 1] {
        whole.include(
          footprint.shifted(
            x: origin.x + Double(column) * columnStep.x + Double(row) * rowStep.x,
            y: origin.y + Double(column) * columnStep.y + Double(row) * rowStep.y))
      }
    }
    return whole
  }
}
