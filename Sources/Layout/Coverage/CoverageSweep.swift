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
    /// The levels of this row between its ends.
    var top: Int32
    var bottom: Int32
    /// The corners between which it is, and the last one; the side ends where they are the same.
    var corner: Int32
    var last: Int32
    var polygon: Int32
    var winding: Int32
  }

  /// A side among those that show in a row, with what of it is asked most.
  private struct Place: BitwiseCopyable {
    var low: Int
    var high: Int
    var side: Int32
    /// Whether it crosses the row from top to bottom.
    var isWhole: Bool
  }

  private let corners: UnsafePointer<CoverageCorner>
  private let states: UnsafeMutablePointer<State>
  /// The sides that begin in a row, or show in the first one: in `order` from `starts` of it on.
  private let order: [Int32]
  private let starts: [Int]
  /// The sides that show in the row, from left to right by where they reach.
  private let active: UnsafeMutablePointer<Place>
  private var activeCount = 0
  /// Those that begin in it.
  private let fresh: UnsafeMutablePointer<Place>
  /// The lines of sides that bend in the row; no edge has more than one.
  private let lines: UnsafeMutablePointer<CoverageLine>
  private var lineCount = 0
  private let knot = CoverageKnot()
  private var union: CoverageUnion

  /// - Parameters:
  ///   - all: what shows in a rectangle, one side or more.
  ///   - width: its columns.
  ///   - height: its rows.
  ///   - isStreaming: whether rows are written past the caches, where they lie at multiples of 16 bytes.
  init(_ all: CoverageSides, width: Int, height: Int, isStreaming: Bool) {
    let corners = UnsafePointer(all.corners.start)
    self.corners = corners
    let count = all.sides.count
    states = .allocate(capacity: count)
    (active, fresh) = (.allocate(capacity: count), .allocate(capacity: count))
    lines = .allocate(capacity: all.corners.count)
    for index in 0..<count {
      let side = all.sides.start[index]
      states[index] = State(
        line: CoverageLine(x: 0, step: 0, first: 0, last: 0), firstLine: 0, lineCount: 0, x: 0,
        slope: 0, step: 0, edgeX: 0, edgeTop: 0, edgeBottom: 0, top: 0, bottom: 0,
        corner: side.first, last: side.last, polygon: side.polygon, winding: side.winding)
      // Corners above are left out, but for the last one.
      Self.enter(&states[index], corners)
      if states[index].edgeTop < 0 { states[index].x = Self.position(states[index], atLevel: 0) }
    }
    union = CoverageUnion(
      width: width, polygons: Int(all.polygons), isStreaming: isStreaming)
    (order, starts) = Self.order(all.sides, states, width: width, height: height)
  }

  deinit {
    states.deallocate()
    active.deallocate()
    fresh.deallocate()
    lines.deallocate()
  }

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
  ///
  /// - Returns: the columns that it keeps to in this row, and a little more.
  @inline(__always)
  private static func advance(
    _ side: inout State, _ rowTop: Int, _ corners: UnsafePointer<CoverageCorner>,
    _ lines: UnsafeMutablePointer<CoverageLine>, _ lineCount: inout Int
  ) -> (low: Int, high: Int) {
    let (from, to) = (side.edgeTop &- rowTop, side.edgeBottom &- rowTop)
    guard to >= CoverageSides.steps || side.corner &+ 1 == side.last else {
      return bend(&side, rowTop, corners, lines, &lineCount)
    }
    let line = CoverageLine(
      x: side.x, step: side.step, first: max(from, 0), last: min(to, CoverageSides.steps))
    let end = line.end
    side.line = line
    side.lineCount = 1
    side.top = Int32(truncatingIfNeeded: line.first)
    side.bottom = Int32(truncatingIfNeeded: line.last)
    if to <= CoverageSides.steps {
      side.corner &+= 1
      if to == CoverageSides.steps { enter(&side, corners) }
    } else {
      side.x = position(side, atLevel: rowTop &+ CoverageSides.steps)
    }
    return (min(line.x, end) &- slack, max(line.x, end) &+ slack)
  }

  /// The same for a side that has a corner between two edges in the row.
  @inline(never)
  private static func bend(
    _ side: inout State, _ rowTop: Int, _ corners: UnsafePointer<CoverageCorner>,
    _ lines: UnsafeMutablePointer<CoverageLine>, _ lineCount: inout Int
  ) -> (low: Int, high: Int) {
    var corner = corners + Int(truncatingIfNeeded: side.corner)
    let last = corners + Int(truncatingIfNeeded: side.last)
    var (x, slope, step) = (side.x, side.slope, side.step)
    var from = max(corner[0].y &- rowTop, 0)
    let firstLine = lineCount
    side.firstLine = Int32(truncatingIfNeeded: firstLine)
    side.top = Int32(truncatingIfNeeded: from)
    var (low, high) = (Int.max, Int.min)
    while true {
      let bottom = corner[1].y &- rowTop
      let to = min(bottom, CoverageSides.steps)
      let line = CoverageLine(x: x, step: step, first: from, last: to)
      lines[lineCount] = line
      lineCount &+= 1
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
    side.bottom = Int32(truncatingIfNeeded: from)
    side.corner = Int32(truncatingIfNeeded: corner - corners)
    side.lineCount = Int32(truncatingIfNeeded: lineCount &- firstLine)
    if side.lineCount == 1 { side.line = lines[firstLine] }
    return (low &- slack, high &+ slack)
  }

  // MARK: A row

  /// Fills the coverage of row `number`; rows are asked for in rising order.
  mutating func fill(row number: Int, into target: UnsafeMutablePointer<Float>) {
    gather(number)
    let (count, places) = (activeCount, active)
    if count > 0 {
      var (begin, reach, open) = (0, places[0].high, UInt64(0))
      if !places[0].isWhole { open = Self.openness(states[Int(places[0].side)]) }
      var index = 1
      while index < count {
        let place = places[index]
        if place.low > reach && open == 0 {
          close(places, begin, index)
          begin = index
        }
        reach = max(reach, place.high)
        if !place.isWhole {
          open &+= Self.openness(states[Int(truncatingIfNeeded: place.side)])
        }
        index &+= 1
      }
      close(places, begin, count)
      if union.covering != 0 {
        // What is left open goes on beyond the right side.
        for index in 0..<count { union.forget(states[Int(places[index].side)].polygon) }
      }
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
    lineCount = 0
    activeCount = Self.advance(active, activeCount, rowTop, states, corners, lines, &lineCount)
    let (first, end) = (starts[number], starts[number + 1])
    if first == end { return }
    for place in first..<end {
      fresh[place - first] = Place(low: 0, high: 0, side: order[place], isWhole: false)
    }
    merge(Self.advance(fresh, end - first, rowTop, states, corners, lines, &lineCount))
  }

  /// Brings the sides to their next row, drops those that have ended, and sorts what is nearly in order.
  ///
  /// - Returns: how many are left, which are the first.
  private static func advance(
    _ list: UnsafeMutablePointer<Place>, _ count: Int, _ rowTop: Int,
    _ states: UnsafeMutablePointer<State>, _ corners: UnsafePointer<CoverageCorner>,
    _ lines: UnsafeMutablePointer<CoverageLine>, _ lineCount: inout Int
  ) -> Int {
    let most = 4 &* count &+ 64
    var (kept, moves, index) = (0, 0, 0)
    while index < count {
      var place = list[index]
      index &+= 1
      let side = states + Int(truncatingIfNeeded: place.side)
      if side.pointee.corner == side.pointee.last { continue }
      (place.low, place.high) = advance(
        &side.pointee, rowTop, corners, lines, &lineCount)
      place.isWhole = Int(side.pointee.bottom &- side.pointee.top) == CoverageSides.steps
      var to = kept
      // What is out of all order is left to the end.
      if moves <= most {
        while to > 0, list[to &- 1].low > place.low {
          list[to] = list[to &- 1]
          to &-= 1
        }
        moves &+= kept &- to
      }
      list[to] = place
      kept &+= 1
    }
    if moves > most {
      var all = UnsafeMutableBufferPointer(start: list, count: kept)
      all.sort { ($0.low, $0.side) < ($1.low, $1.side) }
    }
    return kept
  }

  /// Merges so many fresh sides among those that go on, from the right.
  private mutating func merge(_ freshCount: Int) {
    var (from, other) = (activeCount - 1, freshCount - 1)
    activeCount += freshCount
    let places = active
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

  @inline(__always)
  private mutating func close(_ places: UnsafeMutablePointer<Place>, _ begin: Int, _ end: Int) {
    if end &- begin == 1 {
      cross(states + Int(truncatingIfNeeded: places[begin].side))
    } else {
      closeSeveral(places, begin, end)
    }
  }

  @inline(never)
  private mutating func closeSeveral(
    _ places: UnsafeMutablePointer<Place>, _ begin: Int, _ end: Int
  ) {
    guard isOrdered(places, begin, end) else { return untangle(begin, end) }
    for index in begin..<end { cross(states + Int(places[index].side)) }
  }

  /// Whether the sides of a group can be crossed one after the other, whatever the level; sorts them for it.
  ///
  /// They can when all are straight between the same levels and in the same order at both, and nothing else begins or ends
  /// there: all cross the whole row, or two are of one polygon over which no other lies.
  @inline(__always)
  private func isOrdered(_ places: UnsafeMutablePointer<Place>, _ begin: Int, _ end: Int) -> Bool {
    let first = states + Int(places[begin].side)
    let (top, bottom) = (first.pointee.top, first.pointee.bottom)
    if Int(bottom &- top) != CoverageSides.steps {
      let second = states + Int(places[begin &+ 1].side)
      guard end &- begin == 2, union.covering == 0, second.pointee.top == top,
        second.pointee.bottom == bottom, second.pointee.polygon == first.pointee.polygon,
        second.pointee.winding != first.pointee.winding
      else { return false }
      if places[begin].high < places[begin &+ 1].low { return true }
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
    let first = lines + Int(side.pointee.firstLine)
    for index in 0..<Int(side.pointee.lineCount) { union.row.mark(first[index], sign: sign) }
  }

  private mutating func untangle(_ begin: Int, _ end: Int) {
    let places = active
    knot.clear()
    for index in begin..<end {
      let side = states[Int(places[index].side)]
      if side.lineCount == 1 {
        knot.append(side.line, side.polygon, side.winding)
      } else {
        let first = lines + Int(side.firstLine)
        for index in 0..<Int(side.lineCount) {
          knot.append(first[index], side.polygon, side.winding)
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
