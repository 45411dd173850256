/// An edge within one row of pixels: a straight line, exact in whole numbers, between two of its 256 levels.
struct CoverageLine {
  /// One pixel in the units of `x` and `step`.
  static let pixel = 1 << 24

  /// Column at level `first`, in 2⁻²⁴ px from the left side of the rectangle.
  let x: Int
  /// What a level further down adds to it.
  let step: Int
  /// The levels of this row that the edge crosses: first…last−1; 0 is the top of the row.
  let first: Int
  let last: Int
  let polygon: Int32
  let winding: Int32
  /// Number of the edge.
  let edge: Int32
  /// Levels per pixel of horizontal way.
  private let inverseStep: Double

  init(_ edge: CoverageEdge, number: Int32, rowTop: Int) {
    let span = edge.bottom - edge.top
    let way = edge.bottomX - edge.topX
    first = max(edge.top - rowTop, 0)
    last = min(edge.bottom - rowTop, CoverageEdges.steps)
    let done = Double(first + rowTop - edge.top) / Double(span)
    x = edge.topX << 16 + Int((done * Double(way) * 65536).rounded())
    step = Int((Double(way) * 65536 / Double(span)).rounded())
    inverseStep = step == 0 ? 0 : Double(Self.pixel) / Double(abs(step))
    (polygon, winding) = (edge.polygon, edge.winding)
    self.edge = number
  }

  func position(atLevel level: Int) -> Int { x + (level - first) * step }

  /// Twice the column in the middle of a level, by which lines are ordered there.
  func key(atLevel level: Int) -> Int { 2 * x + (2 * (level - first) + 1) * step }

  /// Whether the line lies left of another in a level, given both keys there.
  ///
  /// Lines that tie are ordered by how they go on, so that the order changes only where lines cross.
  func precedes(_ other: CoverageLine, _ key: Int, _ otherKey: Int) -> Bool {
    (key, step, first) < (otherKey, other.step, other.first)
  }

  /// The area right of the line in a column of pixels, from level `first` down to `level`, in 2⁻³² px².
  ///
  /// It is rounded from the row's levels alone. The difference of two levels is the area between them, and such areas
  /// add up exactly however the way between is divided.
  func areaRight(inColumn column: Int, toLevel level: Int) -> Int {
    let levels = level - first
    let across = Double((column + 1) * Self.pixel - x) / Double(Self.pixel)
    if step == 0 {
      let share = min(max((column + 1) * Self.pixel - x, 0), Self.pixel)
      return levels * share
    }
    let slope = Double(abs(step)) / Double(Self.pixel)
    let start = step > 0 ? across : 1 - across
    let area = (Self.ramp(start) - Self.ramp(start - slope * Double(levels))) * inverseStep
    // Never below zero by more than rounding; cutting off spares a call for each.
    let rounded = Int(area * Double(Self.pixel) + 0.5)
    return step > 0 ? rounded : levels * Self.pixel - rounded
  }

  /// The integral from −∞ to `value` of a ramp from 0 to 1 over the unit interval.
  private static func ramp(_ value: Double) -> Double {
    if value <= 0 { return 0 }
    return value < 1 ? 0.5 * value * value : value - 0.5
  }
}
