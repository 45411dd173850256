import Raster

/// Where the elements of a reference lie, relative to its origin.
enum Lattice: Sendable {
  case single
  /// One element or more along each of two steps.
  case regular(columns: Int, rows: Int, columnStep: Point, rowStep: Point)
  case places(PlaceList)

  /// How many elements there are; 2⁶² at most.
  var count: Int {
    switch self {
    case .single: 1
    case .regular(let columns, let rows, _, _): columns * rows
    case .places(let list): list.count
    }
  }

  /// The box around all places.
  var extent: Extent {
    switch self {
    case .single: return Extent(left: 0, bottom: 0, right: 0, top: 0)
    case .places(let list): return list.extent
    case .regular(let columns, let rows, let columnStep, let rowStep):
      var whole = Extent()
      for column in [0, columns - 1] {
        for row in [0, rows - 1] {
          whole.include(
            x: Double(column) * columnStep.x + Double(row) * rowStep.x,
            y: Double(column) * columnStep.y + Double(row) * rowStep.y)
        }
      }
      return whole
    }
  }

  /// The places in a box, and hardly any other.
  ///
  /// The rows of a regular lattice that can meet the box come from the lattice's inverse, the columns of each row from
  /// two intervals, so that it costs what the box shows of it.
  func forEachPlace(in box: Extent, _ body: (Point) throws -> Void) rethrows {
    guard !box.isEmpty else { return }
    switch self {
    case .single:
      if box.left <= 0, box.right >= 0, box.bottom <= 0, box.top >= 0 {
        try body(Point(x: 0, y: 0))
      }
    case .places(let list): try list.forEach(in: box, body)
    case .regular(let columns, let rows, let columnStep, let rowStep):
      let outer = Self.outerRows(of: box, rows, columnStep, rowStep)
      if outer == nil && columns <= rows {
        // Parallel steps; the fewer of them are gone through.
        for column in 0..<columns {
          for row in Self.steps(along: rowStep, count: rows, from: columnStep, column, into: box) {
            try body(Self.place(column, columnStep, row, rowStep))
          }
        }
      } else {
        for row in outer ?? 0..<rows {
          for column in Self.steps(
            along: columnStep, count: columns, from: rowStep, row, into: box)
          {
            try body(Self.place(column, columnStep, row, rowStep))
          }
        }
      }
    }
  }

  private static func place(_ column: Int, _ columnStep: Point, _ row: Int, _ rowStep: Point)
    -> Point
  {
    Point(
      x: Double(column) * columnStep.x + Double(row) * rowStep.x,
      y: Double(column) * columnStep.y + Double(row) * rowStep.y)
  }

  /// The rows that can reach the box; nil where the steps are parallel and the lattice has no inverse.
  private static func outerRows(
    of box: Extent, _ rows: Int, _ columnStep: Point, _ rowStep: Point
  ) -> Range<Int>? {
    let lattice = Affine(
      a: columnStep.x, b: rowStep.x, tx: 0, c: columnStep.y, d: rowStep.y, ty: 0)
    let size =
      (abs(columnStep.x) + abs(columnStep.y)) * (abs(rowStep.x) + abs(rowStep.y))
    guard abs(lattice.determinant) > 1e-9 * size else { return nil }
    let image = box.mapped(by: lattice.inverse)
    return clamped(image.bottom, image.top, count: rows)
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

/// Places in no order that can be computed, as OASIS lists them, indexed; shared by all that are repeated there.
final class PlaceList: Sendable {
  private let places: [GridBox]
  private let tree: PackedTree
  /// The box around all places.
  let extent: Extent

  init(_ list: [SIMD2<Int32>]) {
    let boxes = list.map { GridBox(left: $0.x, bottom: $0.y, right: $0.x, top: $0.y) }
    places = PackedTree.order(of: boxes).map { $0.map { boxes[Int($0)] } } ?? boxes
    tree = PackedTree(over: places)
    var around = GridBox.empty
    for place in places { around.include(place) }
    extent = around.extent
  }

  var count: Int { places.count }

  func forEach(in box: Extent, _ body: (Point) throws -> Void) rethrows {
    try places.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return }
      // A little wider, for rounding.
      let seen = GridBox(meeting: box.expanded(by: 1e-4))
      try tree.forEach(in: seen, of: base) {
        try body(Point(x: Double(base[$0].left), y: Double(base[$0].bottom)))
      }
    }
  }
}
