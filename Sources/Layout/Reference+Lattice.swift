import Raster

extension Reference {
  /// The elements whose `footprint` (relative to their origin) touches `window`, and hardly any other.
  ///
  /// The rows that can meet the window come from the lattice's inverse, the columns of each row from two intervals, so
  /// that a lattice costs what the window shows of it.
  func forEachElement(
    of footprint: Extent, in window: Extent, _ body: (_ column: Int, _ row: Int) throws -> Void
  ) rethrows {
    // An element at lattice place p is seen when p lies in this box.
    let box = Extent(
      left: window.left - footprint.right - origin.x,
      bottom: window.bottom - footprint.top - origin.y,
      right: window.right - footprint.left - origin.x,
      top: window.top - footprint.bottom - origin.y)
    guard !box.isEmpty else { return }
    let outer = outerRows(of: box)
    if let outer {
      for row in outer {
        let inner = Self.steps(along: columnStep, count: columns, from: rowStep, row, into: box)
        for column in inner { try body(column, row) }
      }
    } else if columns <= rows {
      for column in 0..<columns {
        let inner = Self.steps(along: rowStep, count: rows, from: columnStep, column, into: box)
        for row in inner { try body(column, row) }
      }
    } else {
      for row in 0..<rows {
        let inner = Self.steps(along: columnStep, count: columns, from: rowStep, row, into: box)
        for column in inner { try body(column, row) }
      }
    }
  }

  /// The rows that can reach the box; nil where the steps are parallel and the lattice has no inverse.
  private func outerRows(of box: Extent) -> Range<Int>? {
    let lattice = Affine(
      a: columnStep.x, b: rowStep.x, tx: 0, c: columnStep.y, d: rowStep.y, ty: 0)
    let size =
      (abs(columnStep.x) + abs(columnStep.y)) * (abs(rowStep.x) + abs(rowStep.y))
    guard abs(lattice.determinant) > 1e-9 * size else { return nil }
    let image = box.mapped(by: lattice.inverse)
    return Self.clamped(image.bottom, image.top, count: rows)
  }

  /// The i of 0..<count for which i·step + n·other lies in the box.
  private static func steps(
    along step: Point, count: Int, from other: Point, _ n: Int, into box: Extent
  ) -> Range<Int> {
    let (x, y) = (Double(n) * other.x, Double(n) * other.y)
    let horizontal = interval(step.x, box.left - x, box.right - x)
    let vertical = interval(step.y, box.bottom - y, box.top - y)
    return clamped(
      max(horizontal.0, vertical.0), min(horizontal.1, vertical.1), count: count)
  }

  /// The real i for which low ≤ i·step ≤ high.
  private static func interval(_ step: Double, _ low: Double, _ high: Double) -> (Double, Double) {
    if step == 0 {
      return low <= 0 && high >= 0 ? (-.infinity, .infinity) : (.infinity, -.infinity)
    }
    return step > 0 ? (low / step, high / step) : (high / step, low / step)
  }

  /// The whole numbers of 0..<count in an interval, one ten-thousandth of a step wider for rounding.
  private static func clamped(_ low: Double, _ high: Double, count: Int) -> Range<Int> {
    let first = max((low - 1e-4).rounded(.up), 0)
    let last = min((high + 1e-4).rounded(.down), Double(count - 1))
    return first <= last ? Int(first)..<Int(last) + 1 : 0..<0
  }
}
