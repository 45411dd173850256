import Raster

/// Sweeps a rectangle of pixels from top to bottom and each row from left to right.
///
/// The sides that show in a row fall into groups between which none runs, so that a polygon's winding number there is the
/// same on all levels. Most groups are one side from the row's top to its bottom, or two of one polygon; what is more
/// entangled is a ``CoverageKnot``.
struct CoverageSweep: ~Copyable {
  /// How far a line may lie from its edge by rounding, in 2⁻²⁴ px.
  private static let slack = 256

  /// A side on its way down.
  private struct State: BitwiseCopyable {
    /// What it is in this row, if that is one line; else so many of `lines`.
    var line: CoverageLine
    var firstLine: Int32
    var lineCount: Int32
    /// Where it is at the top of the next row, or at its first corner, in 2⁻²⁴ px.
    var x: Int
    /// What a level adds to that, exactly and in whole numbers.
    var slope: Double
    var step: Int
    /// The edge on which it is: its upper corner, x in 2⁻²⁴ px, and the level of its lower one.
    var edgeX: Int
    var edgeTop: Int
    var edgeBottom: Int
    /// The columns that it keeps to in this row, and a little more.
    var low: Int
    var high: Int
    /// The levels of this row between its ends.
    var top: Int32
    var bottom: Int32
    /// The corners between which it is, and the last one; the side ends where they are the same.
    var corner: Int32
    var last: Int32
    var polygon: Int32
    var winding: Int32
  }

  private struct Place: BitwiseCopyable {
    var low: Int
    var side: Int32
  }

  private let corners: UnsafePointer<CoverageCorner>
  private let states: UnsafeMutablePointer<State>
  /// The sides that begin in a row, or show in the first one: in `order` from `starts` of it on.
  private let order: [Int32]
  private let starts: [Int]
  /// The sides that show in the row, from left to right by where they reach.
  private let active = PlainStore<Place>()
  private let fresh = PlainStore<Place>()
  private let lines = PlainStore<CoverageLine>()
  private let knot = CoverageKnot()
  private var union: CoverageUnion

  /// - Parameters:
  ///   - all: what shows in a rectangle, one side or more.
  ///   - width: its columns.
  ///   - height: its rows.
  init(_ all: CoverageSides, width: Int, height: Int) {
    let corners = UnsafePointer(all.corners.start)
    self.corners = corners
    let count = all.sides.count
    states = .allocate(capacity: count)
    for index in 0..<count {
      let side = all.sides.start[index]
      states[index] = State(
        line: CoverageLine(x: 0, step: 0, first: 0, last: 0), firstLine: 0, lineCount: 0, x: 0,
        slope: 0, step: 0, edgeX: 0, edgeTop: 0, edgeBottom: 0, low: 0, high: 0, top: 0, bottom: 0,
        corner: side.first, last: side.last,
        polygon: side.polygon, winding: side.winding)
      // Corners above are left out, but for the last one.
      Self.enter(&states[index], corners)
      if states[index].edgeTop < 0 { states[index].x = Self.position(states[index], atLevel: 0) }
    }
    union = CoverageUnion(width: width, polygons: Int(all.polygons))
    (order, starts) = Self.order(all.sides, states, width: width, height: height)
  }

  deinit { states.deallocate() }

  /// Puts sides in the order of their first rows, and those of a row nearly in order from left to right, which spares
  /// sorting them later.
  private static func order(
    _ sides: PlainStore<CoverageSide>, _ states: UnsafePointer<State>, width: Int, height: Int
  ) -> (order: [Int32], starts: [Int]) {
    let count = sides.count
    // Columns in 1/32 px.
    let most = min(width * 32, 0xFFFFFF)
    var keys = (0..<count).map { index in
      UInt64(min(max(states[index].x >> 19, 0), most)) << 32 | UInt64(index)
    }
    var other = [UInt64](repeating: 0, count: count)
    for shift: UInt64 in [32, 40, 48] where most >> (shift - 32) > 0 {
      var ends = [Int](repeating: 0, count: 257)
      for key in keys { ends[Int(key >> shift & 255) + 1] += 1 }
      for digit in 0..<256 { ends[digit + 1] += ends[digit] }
      for key in keys {
        let digit = Int(key >> shift & 255)
        other[ends[digit]] = key
        ends[digit] += 1
      }
      swap(&keys, &other)
    }
    var starts = [Int](repeating: 0, count: height + 1)
    for side in sides.all { starts[Int(side.row) + 1] += 1 }
    for row in 0..<height { starts[row + 1] += starts[row] }
    var ends = starts
    var order = [Int32](repeating: 0, count: count)
    for key in keys {
      let index = Int(key & 0xFFFF_FFFF)
      let row = Int(sides.start[index].row)
      order[ends[row]] = Int32(index)
      ends[row] += 1
    }
    return (order, starts)
  }

  // MARK: A side's way down

  /// Goes on with the edge that begins at the side's corner; level ones are passed over.
  @inline(__always)
  private static func enter(_ side: inout State, _ corners: UnsafePointer<CoverageCorner>) {
    while side.corner < side.last {
      let corner = corners + Int(truncatingIfNeeded: side.corner)
      if corner[1].y > corner[0].y {
        (side.edgeX, side.edgeTop, side.edgeBottom) = (corner[0].x << 16, corner[0].y, corner[1].y)
        side.x = side.edgeX
        side.slope = slope(corner)
        side.step = side.slope.nearestWhole
        return
      }
      side.corner &+= 1
    }
  }

  /// How far the edge that begins at a corner goes right in a level, in 2⁻²⁴ px.
  @inline(__always)
  private static func slope(_ corner: UnsafePointer<CoverageCorner>) -> Double {
    Double((corner[1].x &- corner[0].x) << 16) / Double(corner[1].y &- corner[0].y)
  }

  @inline(__always)
  private static func position(_ side: State, atLevel level: Int) -> Int {
    side.edgeX &+ (side.slope * Double(level &- side.edgeTop)).nearestWhole
  }

  /// Makes the lines of a side in the row that begins at a level, and brings it to the next.
  @inline(__always)
  private func advance(_ side: inout State, _ rowTop: Int) {
    let (from, to) = (side.edgeTop &- rowTop, side.edgeBottom &- rowTop)
    guard to >= CoverageSides.steps || side.corner &+ 1 == side.last else {
      return bend(&side, rowTop)
    }
    let line = CoverageLine(
      x: side.x, step: side.step, first: max(from, 0), last: min(to, CoverageSides.steps))
    let end = line.end
    side.line = line
    side.lineCount = 1
    side.top = Int32(truncatingIfNeeded: line.first)
    side.bottom = Int32(truncatingIfNeeded: line.last)
    (side.low, side.high) = (min(line.x, end) &- Self.slack, max(line.x, end) &+ Self.slack)
    if to <= CoverageSides.steps {
      side.corner &+= 1
      if to == CoverageSides.steps { Self.enter(&side, corners) }
    } else {
      side.x = Self.position(side, atLevel: rowTop &+ CoverageSides.steps)
    }
  }

  /// The same for a side that has a corner between two edges in the row.
  @inline(never)
  private func bend(_ side: inout State, _ rowTop: Int) {
    var corner = corners + Int(truncatingIfNeeded: side.corner)
    let last = corners + Int(truncatingIfNeeded: side.last)
    var (x, slope, step) = (side.x, side.slope, side.step)
    var from = max(corner[0].y &- rowTop, 0)
    side.firstLine = Int32(truncatingIfNeeded: lines.count)
    side.top = Int32(truncatingIfNeeded: from)
    var (low, high) = (Int.max, Int.min)
    while true {
      let bottom = corner[1].y &- rowTop
      let to = min(bottom, CoverageSides.steps)
      let line = CoverageLine(x: x, step: step, first: from, last: to)
      lines.append(line)
      (low, high) = (min(low, min(x, line.end)), max(high, max(x, line.end)))
      from = to
      if bottom > CoverageSides.steps {
        x = corner[0].x << 16 &+ (slope * Double(rowTop &+ to &- corner[0].y)).nearestWhole
        break
      }
      corner += 1
      while corner < last, corner[1].y == corner[0].y { corner += 1 }
      if corner == last { break }
      x = corner[0].x << 16
      slope = Self.slope(corner)
      step = slope.nearestWhole
      if to == CoverageSides.steps { break }
    }
    (side.x, side.slope, side.step) = (x, slope, step)
    if corner < last {
      (side.edgeX, side.edgeTop, side.edgeBottom) = (corner[0].x << 16, corner[0].y, corner[1].y)
    }
    (side.low, side.high) = (low &- Self.slack, high &+ Self.slack)
    side.bottom = Int32(truncatingIfNeeded: from)
    side.corner = Int32(truncatingIfNeeded: corner - corners)
    side.lineCount = Int32(truncatingIfNeeded: lines.count) &- side.firstLine
    if side.lineCount == 1 { side.line = lines.start[Int(side.firstLine)] }
  }

  // MARK: A row

  /// Fills the coverage of row `number`; rows are asked for in rising order.
  mutating func fill(row number: Int, into target: UnsafeMutablePointer<Float>) {
    gather(number)
    let (count, places) = (active.count, active.all)
    var (begin, reach, open) = (0, Int.min, UInt64(0))
    for index in 0..<count {
      let side = states + Int(truncatingIfNeeded: places[index].side)
      if side.pointee.low > reach && open == 0 && index > begin {
        close(begin, index)
        begin = index
      }
      reach = max(reach, side.pointee.high)
      if Int(side.pointee.bottom &- side.pointee.top) != CoverageSides.steps {
        open &+= Self.openness(side.pointee)
      }
    }
    if begin < count { close(begin, count) }
    if union.covering != 0 {
      // What is left open goes on beyond the right side.
      for place in places { union.forget(states[Int(place.side)].polygon) }
    }
    union.row.finish(into: target)
  }

  /// A number for each end of a side inside the row; of sides after which no level differs from another they cancel out.
  ///
  /// They are as good as drawn by chance, so that sides whose ends do not meet add up to zero once in 2⁶⁴.
  @inline(__always)
  private static func openness(_ side: State) -> UInt64 {
    var sum: UInt64 = 0
    if side.top > 0 { sum = mixed(side.polygon, side.top) }
    if side.bottom < CoverageSides.steps { sum &-= mixed(side.polygon, side.bottom) }
    return side.winding > 0 ? sum : 0 &- sum
  }

  @inline(__always)
  private static func mixed(_ polygon: Int32, _ level: Int32) -> UInt64 {
    var value = (UInt64(UInt32(bitPattern: polygon)) << 8 | UInt64(level)) &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 29) &* 0xBF58_476D_1CE4_E5B9
    return value ^ value >> 32
  }

  private mutating func gather(_ number: Int) {
    let rowTop = number * CoverageSides.steps
    lines.cut(to: 0)
    advance(active, rowTop)
    fresh.cut(to: 0)
    for place in starts[number]..<starts[number + 1] {
      fresh.append(Place(low: 0, side: order[place]))
    }
    if fresh.count == 0 { return }
    advance(fresh, rowTop)
    merge()
  }

  /// Brings the sides to their next row, drops those that have ended, and sorts what is nearly in order.
  private func advance(_ list: PlainStore<Place>, _ rowTop: Int) {
    let places = list.all
    var (kept, moves) = (0, 0)
    for index in 0..<places.count {
      var place = places[index]
      let side = states + Int(truncatingIfNeeded: place.side)
      if side.pointee.corner == side.pointee.last { continue }
      advance(&side.pointee, rowTop)
      place.low = side.pointee.low
      var to = kept
      // What is out of all order is left to the end.
      if moves <= 4 &* places.count &+ 64 {
        while to > 0, places[to &- 1].low > place.low {
          places[to] = places[to &- 1]
          to &-= 1
        }
        moves &+= kept &- to
      }
      places[to] = place
      kept &+= 1
    }
    list.cut(to: kept)
    if moves > 4 * places.count + 64 {
      var all = list.all
      all.sort { ($0.low, $0.side) < ($1.low, $1.side) }
    }
  }

  /// Merges the fresh sides among those that go on, from the right.
  private func merge() {
    var (from, other) = (active.count - 1, fresh.count - 1)
    _ = active.extend(by: fresh.count)
    let (places, fresh) = (active.start, fresh.start)
    var place = from + other + 1
    while other >= 0 {
      if from >= 0, places[from].low > fresh[other].low {
        places[place] = places[from]
        from -= 1
      } else {
        places[place] = fresh[other]
        other -= 1
      }
      place -= 1
    }
  }

  // MARK: A group of sides

  private mutating func close(_ begin: Int, _ end: Int) {
    let places = active.start
    if end &- begin == 1 {
      cross(states + Int(places[begin].side))
    } else if isOrdered(begin, end) {
      for index in begin..<end { cross(states + Int(places[index].side)) }
    } else {
      untangle(begin, end)
    }
  }

  /// Whether the sides of a group can be crossed one after the other, whatever the level; sorts them for it.
  ///
  /// They can when all are straight between the same levels and in the same order at both, and nothing else begins or ends
  /// there: all cross the whole row, or two are of one polygon over which no other lies.
  @inline(__always)
  private func isOrdered(_ begin: Int, _ end: Int) -> Bool {
    let places = active.start
    let first = states + Int(places[begin].side)
    let (top, bottom) = (first.pointee.top, first.pointee.bottom)
    if Int(bottom &- top) != CoverageSides.steps {
      let second = states + Int(places[begin &+ 1].side)
      guard end &- begin == 2, union.covering == 0, second.pointee.top == top,
        second.pointee.bottom == bottom, second.pointee.polygon == first.pointee.polygon,
        second.pointee.winding != first.pointee.winding
      else { return false }
      if first.pointee.high < second.pointee.low { return true }
    }
    var moves = 0
    for index in begin..<end {
      let place = places[index]
      let side = states + Int(place.side)
      guard side.pointee.lineCount == 1, side.pointee.top == top, side.pointee.bottom == bottom,
        moves <= 64
      else { return false }
      let (x, far) = (side.pointee.line.x, side.pointee.line.end)
      var to = index
      while to > begin {
        let other = (states + Int(places[to &- 1].side)).pointee.line
        if other.x < x || (other.x == x && other.end <= far) { break }
        places[to] = places[to &- 1]
        to &-= 1
      }
      places[to] = place
      moves &+= index &- to
    }
    for index in begin &+ 1..<end {
      let (one, other) = (states + Int(places[index &- 1].side), states + Int(places[index].side))
      if one.pointee.line.end > other.pointee.line.end { return false }
    }
    return true
  }

  /// Crosses a side, and marks its lines where they bound the union.
  @inline(__always)
  private mutating func cross(_ side: UnsafeMutablePointer<State>) {
    let sign = union.turn(side.pointee.polygon, side.pointee.winding)
    if sign == 0 { return }
    if side.pointee.lineCount == 1 { return union.row.mark(side.pointee.line, sign: sign) }
    let first = lines.start + Int(side.pointee.firstLine)
    for index in 0..<Int(side.pointee.lineCount) { union.row.mark(first[index], sign: sign) }
  }

  private mutating func untangle(_ begin: Int, _ end: Int) {
    let places = active.start
    knot.clear()
    for index in begin..<end {
      let side = states[Int(places[index].side)]
      if side.lineCount == 1 {
        knot.append(side.line, side.polygon, side.winding)
      } else {
        for line in lines.part(from: Int(side.firstLine), count: Int(side.lineCount)) {
          knot.append(line, side.polygon, side.winding)
        }
      }
    }
    knot.sweep(&union)
    for index in begin..<end {
      let side = states[Int(places[index].side)]
      if side.top == 0 { _ = union.turn(side.polygon, side.winding) }
    }
  }
}
