import Raster

/// Sweeps the rows of a block from top to bottom and each row from left to right.
///
/// A row falls into strips between the levels at which edges begin or end; a strip is halved until no two lines cross
/// in it, or it is one level high. From left to right, a polygon is entered when its winding number leaves zero and left
/// when it returns; the union's boundary is where the number of polygons entered leaves zero or returns. Areas are whole
/// numbers that do not depend on how a row was divided, hence not on edges elsewhere.
struct CoverageSweep {
  /// The block's edges, uppermost first, and how many have begun.
  private let edges: [CoverageEdge]
  private var begun = 0
  private let width: Int
  /// Edges of this row, in the order left by the row before; those left of the block apart.
  private var active: [Int32] = []
  private var activeLeft: [Int32] = []
  private var lines: [CoverageLine] = []
  private var leftLines: [CoverageLine] = []
  /// Lines that cross the strip, from left to right, and their keys.
  private var live: [(key: Int, line: Int)] = []
  /// Winding number of each polygon; zero between strips.
  private var windings: [Int32]
  /// What each column adds to the coverage of the one before, in 2⁻³² px².
  private var changes: [Int]

  init(edges: [CoverageEdge], polygons: Int, width: Int) {
    (self.edges, self.width) = (edges, width)
    windings = [Int32](repeating: 0, count: polygons)
    changes = [Int](repeating: 0, count: width + 1)
  }

  /// Fills the coverage of row `row`, counted from the top of the block; rows are asked for in rising order.
  mutating func fill(row: Int, into target: UnsafeMutablePointer<Float>) {
    let top = row * CoverageEdges.steps
    take(upTo: top + CoverageEdges.steps)
    let levels = gatherLines(rowTop: top)
    guard !lines.isEmpty || !leftLines.isEmpty else {
      return target.update(repeating: 0, count: width)
    }
    var waiting = 0
    for (from, to) in zip(levels, levels.dropFirst()) {
      enter(level: from, &waiting)
      divide(from, to)
    }
    keepOrder(rowBottom: top + CoverageEdges.steps)
    var sum = 0
    for column in 0..<width {
      sum += changes[column]
      changes[column] = 0
      // Two lines that cross within one level give a trace too much on one side and too little on the other.
      target[column] = Float(Double(min(max(sum, 0), 1 << 32)) * 0x1p-32)
    }
    changes[width] = 0
  }

  private mutating func take(upTo bottom: Int) {
    while begun < edges.count, edges[begun].top < bottom {
      let isLeft = max(edges[begun].topX, edges[begun].bottomX) <= 0
      if isLeft { activeLeft.append(Int32(begun)) } else { active.append(Int32(begun)) }
      begun += 1
    }
  }

  /// Makes the lines of a row, those that begin higher first; returns the levels where any begins or ends.
  private mutating func gatherLines(rowTop: Int) -> [Int] {
    lines.removeAll(keepingCapacity: true)
    leftLines.removeAll(keepingCapacity: true)
    live.removeAll(keepingCapacity: true)
    activeLeft.removeAll { edges[Int($0)].bottom <= rowTop }
    var isBreak = [Bool](repeating: false, count: CoverageEdges.steps + 1)
    var areOrdered = true
    for number in active {
      let line = CoverageLine(edges[Int(number)], number: number, rowTop: rowTop)
      guard line.first < line.last else { continue }
      if let last = lines.last, last.first > line.first { areOrdered = false }
      lines.append(line)
      isBreak[line.first] = true
      isBreak[line.last] = true
    }
    for number in activeLeft {
      let line = CoverageLine(edges[Int(number)], number: number, rowTop: rowTop)
      leftLines.append(line)
      isBreak[line.first] = true
      isBreak[line.last] = true
    }
    if !areOrdered {
      // Stable, so that the order of the row before survives.
      let order = lines.indices.sorted { (lines[$0].first, $0) < (lines[$1].first, $1) }
      lines = order.map { lines[$0] }
    }
    return isBreak.indices.filter { isBreak[$0] }
  }

  /// Drops the lines that end at or above a level and adds those that begin there.
  private mutating func enter(level: Int, _ waiting: inout Int) {
    live.removeAll { lines[$0.line].last <= level }
    while waiting < lines.count, lines[waiting].first <= level {
      live.append((0, waiting))
      waiting += 1
    }
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
    for index in live.indices { live[index].key = lines[live[index].line].key(atLevel: level) }
    var moves = 0
    for index in live.indices.dropFirst() {
      let item = live[index]
      var place = index
      while place > 0, Self.precedes(item, live[place - 1], lines) {
        live[place] = live[place - 1]
        place -= 1
      }
      live[place] = item
      moves += index - place
      if moves > 16 * live.count + 256 {
        let lines = lines
        return live.sort { Self.precedes($0, $1, lines) }
      }
    }
  }

  private static func precedes(
    _ one: (key: Int, line: Int), _ other: (key: Int, line: Int), _ lines: [CoverageLine]
  ) -> Bool {
    if one.key != other.key { return one.key < other.key }
    return lines[one.line].precedes(lines[other.line], one.key, other.key)
  }

  private func isSorted(atLevel level: Int) -> Bool {
    for index in live.indices.dropFirst() {
      let (one, other) = (live[index - 1].line, live[index].line)
      if Self.precedes(
        (lines[other].key(atLevel: level), other), (lines[one].key(atLevel: level), one), lines)
      {
        return false
      }
    }
    return true
  }

  private mutating func sweep(_ from: Int, _ to: Int) {
    var entered = 0
    for line in leftLines where line.first <= from && line.last >= to {
      entered += turn(line)
    }
    if entered > 0 { changes[0] += (to - from) * CoverageLine.pixel }
    for item in live {
      let line = lines[item.line]
      let before = entered
      entered += turn(line)
      if before == 0, entered > 0 {
        mark(line, from, to, sign: 1)
      } else if before > 0, entered == 0 {
        mark(line, from, to, sign: -1)
      }
    }
    for line in leftLines { windings[Int(line.polygon)] = 0 }
    for item in live { windings[Int(lines[item.line].polygon)] = 0 }
  }

  /// Counts a line into its polygon; +1 when the polygon is entered there, −1 when it is left.
  private mutating func turn(_ line: CoverageLine) -> Int {
    let before = windings[Int(line.polygon)]
    windings[Int(line.polygon)] = before + line.winding
    if before == 0 { return 1 }
    return before + line.winding == 0 ? -1 : 0
  }

  /// Adds or takes away all that lies right of a line between two levels.
  private mutating func mark(_ line: CoverageLine, _ from: Int, _ to: Int, sign: Int) {
    let whole = (to - from) * CoverageLine.pixel
    let (start, end) = (line.position(atLevel: from), line.position(atLevel: to))
    let first = max(min(start, end) >> 24, 0)
    let last = min((max(start, end) - 1) >> 24, width - 1)
    var before = 0
    if first <= last {
      for column in first...last {
        let area =
          line.areaRight(inColumn: column, toLevel: to)
          - line.areaRight(inColumn: column, toLevel: from)
        changes[column] += sign * (area - before)
        before = area
      }
    }
    changes[min(max(last + 1, first), width)] += sign * (whole - before)
  }

  /// Leaves the edges that go on below in their order from left to right.
  private mutating func keepOrder(rowBottom: Int) {
    active.removeAll(keepingCapacity: true)
    for item in live {
      let number = lines[item.line].edge
      if edges[Int(number)].bottom > rowBottom { active.append(number) }
    }
  }
}
