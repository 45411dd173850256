import Raster

/// Sweeps a band of pixel rows from top to bottom and each row from left to right.
///
/// The lines of a row fall into groups between which no edge runs, so that a polygon's winding number there is the same
/// on all levels. Most groups are one line, or lines that follow each other down one side of a polygon. Another group falls
/// into strips between the levels at which its lines begin or end; a strip is halved until no two lines cross in it, or
/// it is one level high. From left to right, a polygon is entered when its winding number leaves zero and left when it
/// returns; the union's boundary is where the number of polygons entered leaves zero or returns. Areas are whole
/// numbers that do not depend on how a row was divided, hence not on edges elsewhere.
struct CoverageSweep {
  /// The band's edges; those that begin in a row from `starts` of it on.
  private var edges: [CoverageEdge] = []
  private var polygons: [Int32] = []
  private var order: [Int32] = []
  private var starts: [Int]
  /// Numbers of the edges that go on from the row before, from left to right.
  private var active: [Int32] = []
  /// The lines of the row, from left to right by where they reach.
  private var lines: [CoverageLine] = []
  private var fresh: [CoverageLine] = []
  /// Winding number of each polygon of the band where the sweep is; how many are not zero.
  private var windings: [Int32] = []
  private var covering = 0
  private var row: CoverageRow
  /// Lines of a group that cross the strip, from left to right, and their keys.
  private var live: [(key: Int, line: Int)] = []

  /// - Parameters:
  ///   - numbers: of the edges that cross the band, in rising order.
  ///   - top: the band's first row.
  ///   - height: how many rows it has.
  ///   - width: columns.
  init(_ all: [CoverageEdge], _ numbers: ArraySlice<Int32>, top: Int, height: Int, width: Int) {
    row = CoverageRow(width: width)
    starts = [Int](repeating: 0, count: height + 1)
    edges.reserveCapacity(numbers.count)
    polygons.reserveCapacity(numbers.count)
    var (count, last) = (Int32(0), Int32(-1))
    for number in numbers {
      var edge = all[Int(number)]
      if edge.polygon != last { count += 1 }
      last = edge.polygon
      edge.top -= top * CoverageEdges.steps
      edge.bottom -= top * CoverageEdges.steps
      edges.append(edge)
      polygons.append(count - 1)
      starts[max(edge.top, 0) / CoverageEdges.steps + 1] += 1
    }
    windings = [Int32](repeating: 0, count: Int(count))
    for row in 0..<height { starts[row + 1] += starts[row] }
    sortByRowAndColumn(width: width)
  }

  /// Puts the edges of each row nearly in order from left to right, which spares sorting lines later.
  private mutating func sortByRowAndColumn(width: Int) {
    order = [Int32](repeating: 0, count: edges.count)
    var keys = edges.indices.map { index in
      let column = min(max(edges[index].topX, 0), width * CoverageEdges.steps)
      return UInt64(min(column >> 3, 0xFFFF_FF)) << 32 | UInt64(index)
    }
    var other = [UInt64](repeating: 0, count: keys.count)
    for shift: UInt64 in [32, 40, 48] where (width * CoverageEdges.steps) >> (shift - 29) > 0 {
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
    var ends = starts
    for key in keys {
      let index = Int(key & 0xFFFF_FFFF)
      let row = max(edges[index].top, 0) / CoverageEdges.steps
      order[ends[row]] = Int32(index)
      ends[row] += 1
    }
  }

  /// Fills the coverage of row `number` of the band; rows are asked for in rising order.
  mutating func fill(row number: Int, into target: UnsafeMutablePointer<Float>) {
    gatherLines(number)
    var (begin, reach, open) = (0, Int.min, UInt64(0))
    for index in lines.indices {
      let line = lines[index]
      if line.low > reach && open == 0 && index > begin {
        close(begin..<index)
        begin = index
      }
      reach = max(reach, line.high)
      open &+= Self.openness(line)
    }
    if begin < lines.count { close(begin..<lines.count) }
    let rowBottom = (number + 1) * CoverageEdges.steps
    active.removeAll(keepingCapacity: true)
    for line in lines {
      if edges[Int(line.edge)].bottom > rowBottom { active.append(line.edge) }
      windings[Int(line.polygon)] = 0
    }
    covering = 0
    row.finish(into: target)
  }

  /// A number for each end of a line inside the row; of lines after which no level differs from another they cancel out.
  ///
  /// They are as good as drawn by chance, so that lines whose ends do not meet add up to zero once in 2⁶⁴.
  @inline(__always)
  private static func openness(_ line: CoverageLine) -> UInt64 {
    if line.first == 0 && line.last == CoverageEdges.steps { return 0 }
    var sum: UInt64 = 0
    if line.first > 0 { sum = mixed(line.polygon, line.first) }
    if line.last < CoverageEdges.steps { sum &-= mixed(line.polygon, line.last) }
    return line.winding > 0 ? sum : 0 &- sum
  }

  @inline(__always)
  private static func mixed(_ polygon: Int32, _ level: Int) -> UInt64 {
    var value = (UInt64(UInt32(bitPattern: polygon)) << 8 | UInt64(level)) &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 29) &* 0xBF58_476D_1CE4_E5B9
    return value ^ value >> 32
  }

  // MARK: The lines of a row

  private mutating func gatherLines(_ number: Int) {
    let rowTop = number * CoverageEdges.steps
    lines.removeAll(keepingCapacity: true)
    fresh.removeAll(keepingCapacity: true)
    for edge in active {
      lines.append(
        CoverageLine(
          edges[Int(edge)], polygon: polygons[Int(edge)], number: edge, rowTop: rowTop))
    }
    for place in starts[number]..<starts[number + 1] {
      let edge = order[place]
      fresh.append(
        CoverageLine(
          edges[Int(edge)], polygon: polygons[Int(edge)], number: edge, rowTop: rowTop))
    }
    Self.sort(&lines)
    if fresh.isEmpty { return }
    Self.sort(&fresh)
    merge()
  }

  /// Sorts what is nearly in order.
  private static func sort(_ lines: inout [CoverageLine]) {
    var moves = 0
    let isDone = lines.withUnsafeMutableBufferPointer { lines in
      for index in 1..<max(lines.count, 1) {
        if lines[index - 1].low <= lines[index].low { continue }
        let line = lines[index]
        var place = index
        while place > 0, lines[place - 1].low > line.low {
          lines[place] = lines[place - 1]
          place -= 1
        }
        lines[place] = line
        moves += index - place
        if moves > 4 * lines.count + 64 { return false }
      }
      return true
    }
    if isDone { return }
    lines.sort { ($0.low, $0.edge) < ($1.low, $1.edge) }
  }

  /// Merges the fresh lines among those that go on, from the right.
  private mutating func merge() {
    var (from, other) = (lines.count - 1, fresh.count - 1)
    let last = fresh[other]
    lines.append(contentsOf: repeatElement(last, count: fresh.count))
    lines.withUnsafeMutableBufferPointer { lines in
      fresh.withUnsafeBufferPointer { fresh in
        var place = lines.count - 1
        while other >= 0 {
          if from >= 0, lines[from].low > fresh[other].low {
            lines[place] = lines[from]
            from -= 1
          } else {
            lines[place] = fresh[other]
            other -= 1
          }
          place -= 1
        }
      }
    }
  }

  // MARK: A group of lines

  private mutating func close(_ group: Range<Int>) {
    let line = lines[group.lowerBound]
    if group.count == 1 {
      let before = covering
      turn(line)
      if (before == 0) != (covering == 0) {
        row.mark(line, line.first, line.last, sign: before == 0 ? 1 : -1)
      }
    } else if isOneSide(group) {
      let before = covering
      turn(line)
      if (before == 0) != (covering == 0) {
        for index in group {
          row.mark(
            lines[index], lines[index].first, lines[index].last, sign: before == 0 ? 1 : -1)
        }
      }
    } else {
      sweep(group)
      for index in group where lines[index].first == 0 { turn(lines[index]) }
    }
  }

  /// Whether the lines follow each other from the top of the row to its bottom.
  private func isOneSide(_ group: Range<Int>) -> Bool {
    let (polygon, winding) = (lines[group.lowerBound].polygon, lines[group.lowerBound].winding)
    var levels = 0
    for index in group {
      if lines[index].polygon != polygon || lines[index].winding != winding { return false }
      levels += lines[index].last - lines[index].first
    }
    return levels == CoverageEdges.steps
  }

  /// Counts a line into its polygon, which may be entered or left there.
  @inline(__always)
  private mutating func turn(_ line: CoverageLine) {
    let before = windings[Int(line.polygon)]
    windings[Int(line.polygon)] = before + line.winding
    if before == 0 {
      covering += 1
    } else if before + line.winding == 0 {
      covering -= 1
    }
  }

  private mutating func sweep(_ group: Range<Int>) {
    // A bit for each level at which a line begins or ends.
    var breaks = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    withUnsafeMutableBytes(of: &breaks) { bytes in
      let words = bytes.assumingMemoryBound(to: UInt64.self)
      for index in group {
        words[lines[index].first >> 6] |= 1 << UInt64(lines[index].first & 63)
        words[lines[index].last >> 6] |= 1 << UInt64(lines[index].last & 63)
      }
    }
    live.removeAll(keepingCapacity: true)
    var from = -1
    let words = [breaks.0, breaks.1, breaks.2, breaks.3, breaks.4]
    for word in words.indices {
      var bits = words[word]
      while bits != 0 {
        let level = word << 6 + bits.trailingZeroBitCount
        bits &= bits - 1
        if from >= 0 {
          enter(group, from)
          divide(from, level)
        }
        from = level
      }
    }
  }

  /// Drops the lines that end at or above a level and adds those that begin there.
  private mutating func enter(_ group: Range<Int>, _ level: Int) {
    live.removeAll { lines[$0.line].last <= level }
    for index in group where lines[index].first == level { live.append((0, index)) }
  }

  private mutating func divide(_ from: Int, _ to: Int) {
    sort(atLevel: from)
    if to - from > 1, !isSorted(atLevel: to - 1) {
      let middle = (from + to) / 2
      divide(from, middle)
      divide(middle, to)
    } else {
      sweep(from, to)
    }
  }

  private mutating func sort(atLevel level: Int) {
    var moves = 0
    let isDone = live.withUnsafeMutableBufferPointer { live in
      lines.withUnsafeBufferPointer { lines in
        for index in live.indices { live[index].key = lines[live[index].line].key(atLevel: level) }
        for index in 1..<max(live.count, 1) {
          let item = live[index]
          var place = index
          while place > 0, Self.precedes(item, live[place - 1], lines) {
            live[place] = live[place - 1]
            place -= 1
          }
          live[place] = item
          moves += index - place
          if moves > 16 * live.count + 256 { return false }
        }
        return true
      }
    }
    if isDone { return }
    let all = lines
    all.withUnsafeBufferPointer { lines in live.sort { Self.precedes($0, $1, lines) } }
  }

  @inline(__always)
  private static func precedes(
    _ one: (key: Int, line: Int), _ other: (key: Int, line: Int),
    _ lines: UnsafeBufferPointer<CoverageLine>
  ) -> Bool {
    if one.key != other.key { return one.key < other.key }
    return lines[one.line].precedes(lines[other.line], one.key, other.key)
  }

  private func isSorted(atLevel level: Int) -> Bool {
    lines.withUnsafeBufferPointer { lines in
      var last = (key: 0, line: -1)
      for item in live {
        let next = (key: lines[item.line].key(atLevel: level), line: item.line)
        if last.line >= 0, Self.precedes(next, last, lines) { return false }
        last = next
      }
      return true
    }
  }

  /// Goes through a strip in which no two lines cross, and leaves the windings as they were.
  private mutating func sweep(_ from: Int, _ to: Int) {
    let outside = covering
    for item in live {
      let line = lines[item.line]
      let before = covering
      turn(line)
      if (before == 0) != (covering == 0) {
        row.mark(line, from, to, sign: before == 0 ? 1 : -1)
      }
    }
    for item in live {
      windings[Int(lines[item.line].polygon)] -= lines[item.line].winding
    }
    covering = outside
  }
}
