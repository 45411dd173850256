/// An edge within one row of pixels: a straight line, exact in whole numbers, between two of its 256 levels.
struct CoverageLine: BitwiseCopyable {
  /// One pixel in the units of `x` and `step`.
  static let pixel = 1 << 24

  /// Column at level `first`, in 2⁻²⁴ px from the left side of the rectangle.
  let x: Int
  /// What a level further down adds to it.
  let step: Int
  /// The levels of this row that the edge crosses: first…last−1; 0 is the top of the row.
  var first: Int { Int(truncatingIfNeeded: firstLevel) }
  var last: Int { Int(truncatingIfNeeded: lastLevel) }
  private let firstLevel: Int32
  private let lastLevel: Int32

  @inline(__always)
  init(x: Int, step: Int, first: Int, last: Int) {
    (self.x, self.step) = (x, step)
    (firstLevel, lastLevel) = (Int32(truncatingIfNeeded: first), Int32(truncatingIfNeeded: last))
  }

  /// Where it ends.
  @inline(__always)
  var end: Int { x &+ (last &- first) &* step }

  @inline(__always)
  func position(atLevel level: Int) -> Int { x &+ (level &- first) &* step }

  /// Twice the column in the middle of a level, by which lines are ordered there.
  @inline(__always)
  func key(atLevel level: Int) -> Int { 2 &* x &+ (2 &* (level &- first) &+ 1) &* step }

  /// Whether the line lies left of another in a level, given both keys there.
  ///
  /// Lines that tie are ordered by how they go on, so that the order changes only where lines cross.
  @inline(__always)
  func precedes(_ other: CoverageLine, _ key: Int, _ otherKey: Int) -> Bool {
    if key != otherKey { return key < otherKey }
    return step != other.step ? step < other.step : first < other.first
  }

  // The area right of the line in a column of pixels, from level `first` down to another, in 2⁻²⁴ px², is rounded from
  // the row's line alone. The difference of two levels is the area between them, and such areas add up exactly however
  // the way between is divided.

  /// That area in the one column that the whole line lies in.
  @inline(__always)
  func areaRight(inItsColumn column: Int, toLevel level: Int) -> Int {
    let levels = level &- first
    let doubled = levels &* (2 &* ((column &+ 1) &* Self.pixel &- x) &- levels &* step)
    return (doubled &+ 256) >> 9
  }

  /// Those areas in the two columns that the whole line lies in, left and right of the border `border`, in 2⁻²⁴ px.
  @inline(__always)
  func areasRight(besidesBorder border: Int, toLevel level: Int, _ inverseStep: Double) -> (
    left: Int, right: Int
  ) {
    let way = (level &- first) << 16
    // What the line cuts off in the column where it begins, and in the other.
    let (begun, done) = (step > 0 ? border &- x : x &- border, position(atLevel: level) &- border)
    let beyond = step > 0 ? done : 0 &- done
    guard beyond > 0 else {
      let levels = level &- first
      let doubled = levels &* (2 &* begun &- levels &* abs(step))
      let inside = (doubled &+ 256) >> 9
      return step > 0 ? (inside, way) : (0, way &- inside)
    }
    let scale = inverseStep * (0.5 / 0x1p32)
    let near = (Double(begun) * Double(begun) * scale).nearestWhole
    let far = (Double(beyond) * Double(beyond) * scale).nearestWhole
    return step > 0 ? (near, way &- far) : (far, way &- near)
  }

  /// That area in any column that a line which is not upright meets.
  @inline(__always)
  func areaRight(inColumn column: Int, toLevel level: Int, _ inverseStep: Double) -> Int {
    let levels = level &- first
    if levels == 0 { return 0 }
    let across = Double((column &+ 1) &* Self.pixel &- x) / Double(Self.pixel)
    let slope = Double(abs(step)) / Double(Self.pixel)
    let start = step > 0 ? across : 1 - across
    let area = (Self.ramp(start) - Self.ramp(start - slope * Double(levels))) * inverseStep
    let rounded = (area * 65536).nearestWhole
    return step > 0 ? rounded : levels << 16 &- rounded
  }

  /// Levels per pixel of horizontal way.
  @inline(__always)
  var inverseStep: Double { Double(Self.pixel) / Double(abs(step)) }

  /// The integral from −∞ to `value` of a ramp from 0 to 1 over the unit interval.
  @inline(__always)
  private static func ramp(_ value: Double) -> Double {
    // Without branches, which would be taken as chance has it.
    let within = min(max(value, 0), 1)
    return 0.5 * within * within + max(value - 1, 0)
  }
}
