/// A 2×3 affine map: (x, y) ↦ (a·x + b·y + tx, c·x + d·y + ty).
public struct Affine: Hashable, Sendable, Codable {
  /// Row one of the matrix.
  public var a, b, tx: Double
  /// Row two of the matrix.
  public var c, d, ty: Double

  /// The map with these coefficients.
  public init(a: Double, b: Double, tx: Double, c: Double, d: Double, ty: Double) {
    (self.a, self.b, self.tx, self.c, self.d, self.ty) = (a, b, tx, c, d, ty)
  }

  /// The map that changes nothing.
  public static let identity = Affine(a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0)

  /// A move by (x, y).
  public static func translation(x: Double, y: Double) -> Affine {
    Affine(a: 1, b: 0, tx: x, c: 0, d: 1, ty: y)
  }

  /// A stretch by `x` and `y` about the origin.
  public static func scale(x: Double, y: Double) -> Affine {
    Affine(a: x, b: 0, tx: 0, c: 0, d: y, ty: 0)
  }

  /// The image of a point.
  public func callAsFunction(_ point: Point) -> Point {
    Point(x: a * point.x + b * point.y + tx, y: c * point.x + d * point.y + ty)
  }

  /// The map that applies this one first and `next` after it.
  public func then(_ next: Affine) -> Affine {
    Affine(
      a: next.a * a + next.b * c, b: next.a * b + next.b * d,
      tx: next.a * tx + next.b * ty + next.tx,
      c: next.c * a + next.d * c, d: next.c * b + next.d * d,
      ty: next.c * tx + next.d * ty + next.ty)
  }

  /// Signed change of area.
  public var determinant: Double { a * d - b * c }

  /// The map back; traps when the determinant is zero.
  public var inverse: Affine {
    let det = determinant
    precondition(det != 0, "a flat map has no inverse")
    let (ia, ib, ic, id) = (d / det, -b / det, -c / det, a / det)
    return Affine(
      a: ia, b: ib, tx: -(ia * tx + ib * ty), c: ic, d: id, ty: -(ic * tx + id * ty))
  }

  /// The bounding box of a box's image.
  public func callAsFunction(_ box: Box) -> Box {
    let corners = [
      self(box.low), self(box.high), self(Point(x: box.low.x, y: box.high.y)),
      self(Point(x: box.high.x, y: box.low.y)),
    ]
    let xs = corners.map(\.x)
    let ys = corners.map(\.y)
    return Box(
      low: Point(x: xs.min() ?? 0, y: ys.min() ?? 0),
      high: Point(x: xs.max() ?? 0, y: ys.max() ?? 0))
  }
}
