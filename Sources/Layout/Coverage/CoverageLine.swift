/// An edge within one row of pixels: a straight line, exact in whole numbers, between two of its 256 levels.
struct CoverageLine {
  /// One pixel in the units of `x` and `step`.
  static let pixel = 1 << 24
  /// How far a line may lie from the edge by rounding, in the units of `x`.
  private static let slack = 256

  /// Column at level `first`, in 2⁻²⁴ px from the left side of the rectangle.
  let x: Int
  /// What a level further down adds to it.
  let step: Int
  /// The levels of this row that the edge crosses: first…last−1; 0 is the top of the row.
  var first: Int { Int(firstLevel) }
  var last: Int { Int(lastLevel) }
  private let firstLevel: Int32
  private let lastLevel: Int32
  /// The columns that it keeps to, and a little more.
  let low: Int
  let high: Int
  let polygon: Int32
  let winding: Int32
  /// Number of the edge in its band.
  let edge: Int32

  @inline(__always)
  init(_ edge: CoverageEdge, polygon: Int32, number: Int32, rowTop: Int) {
    let span = edge.bottom - edge.top
    let way = edge.bottomX - edge.topX
    let first = max(edge.top - rowTop, 0)
    let last = min(edge.bottom - rowTop, CoverageEdges.steps)
    (firstLevel, lastLevel) = (Int32(first), Int32(last))
    if way == 0 {
      x = edge.topX << 16
      step = 0
    } else {
      let slope = Double(way) * 65536 / Double(span)
      let done = Double(first + rowTop - edge.top) / Double(span)
      x = edge.topX << 16 + Self.rounded(done * Double(way) * 65536)
      step = Self.rounded(slope)
    }
    let end = x + (last - first) * step
    low = min(x, end) - Self.slack
    high = max(x, end) + Self.slack
    (self.polygon, winding) = (polygon, edge.winding)
    self.edge = number
  }

  @inline(__always)
  private static func rounded(_ value: Double) -> Int {
    // Adding 3·2⁵¹ leaves no bit for fractions.
    abs(value) < 0x1p50 ? Int(value + 0x1.8p52 - 0x1.8p52) : Int(value)
  }

  @inline(__always)
  func position(atLevel level: Int) -> Int { x + (level - first) * step }

  /// Twice the column in the middle of a level, by which lines are ordered there.
  @inline(__always)
  func key(atLevel level: Int) -> Int { 2 * x + (2 * (level - first) + 1) * step }

  /// Whether the line lies left of another in a level, given both keys there.
  ///
  /// Lines that tie are ordered by how they go on, so that the order changes only where lines cross.
  @inline(__always)
  func precedes(_ other: CoverageLine, _ key: Int, _ otherKey: Int) -> Bool {
    if key != otherKey { return key < otherKey }
    return step != other.step ? step < other.step : first < other.first
  }

  /// The area right of the line in a column of pixels, from level `first` down to `level`, in 2⁻³² px².
  ///
  /// It is rounded from the row's levels alone. The difference of two levels is the area between them, and such areas
  /// add up exactly however the way between is divided.
  @inline(__always)
  func areaRight(inColumn column: Int, toLevel level: Int, _ inverseStep: Double) -> Int {
    let levels = level - first
    if levels == 0 { return 0 }
    if step == 0 {
      let share = min(max((column + 1) * Self.pixel - x, 0), Self.pixel)
      return levels * share
    }
    let across = Double((column + 1) * Self.pixel - x) / Double(Self.pixel)
    let slope = Double(abs(step)) / Double(Self.pixel)
    let start = step > 0 ? across : 1 - across
    let area = (Self.ramp(start) - Self.ramp(start - slope * Double(levels))) * inverseStep
    // Never below zero by more than rounding; cutting off spares a call for each.
    let rounded = Int(area * Double(Self.pixel) + 0.5)
    return step > 0 ? rounded : levels * Self.pixel - rounded
  }

  /// Levels per pixel of horizontal way.
  @inline(__always)
  var inverseStep: Double { step == 0 ? 0 : Double(Self.pixel) / Double(abs(step)) }

  /// The integral from −∞ to `value` of a ramp from 0 to 1 over the unit interval.
  @inline(__always)
  private static func ramp(_ value: Double) -> Double {
    if value <= 0 { return 0 }
    return value < 1 ? 0.5 * value * value : value - 0.5
  }
}
