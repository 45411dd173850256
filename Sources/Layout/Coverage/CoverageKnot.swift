/// Lines of one row that may cross each other, or of which some begin or end inside the row.
///
/// It falls into strips between the levels at which lines begin or end; a strip is halved until no two lines cross in it,
/// or it is one level high. Areas are whole numbers that do not depend on how a row was divided, hence not on edges
/// elsewhere.
struct CoverageKnot {
  private struct Item: BitwiseCopyable {
    var line: CoverageLine
    var polygon: Int32
    var winding: Int32
  }

  /// A line that crosses the strip, and its key there.
  private struct Live: BitwiseCopyable {
    var key: Int
    var line: Int32
  }

  private let items = PlainStore<Item>()
  /// From left to right.
  private let live = PlainStore<Live>()

  /// Forgets the lines.
  func clear() { items.cut(to: 0) }

  func append(_ line: CoverageLine, _ polygon: Int32, _ winding: Int32) {
    items.append(Item(line: line, polygon: polygon, winding: winding))
  }

  /// Marks the union's boundary along the lines, and leaves the windings as they were.
  func sweep(_ union: inout CoverageUnion) {
    let count = items.count
    if count == 0 { return }
    sortByFirstLevel()
    // A bit for each level at which a line begins or ends.
    var breaks = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    withUnsafeMutableBytes(of: &breaks) { bytes in
      let words = bytes.assumingMemoryBound(to: UInt64.self)
      for item in items.all {
        words[item.line.first >> 6] |= 1 << UInt64(item.line.first & 63)
        words[item.line.last >> 6] |= 1 << UInt64(item.line.last & 63)
      }
    }
    live.cut(to: 0)
    var (from, next) = (-1, 0)
    for (number, word) in [breaks.0, breaks.1, breaks.2, breaks.3, breaks.4].enumerated() {
      var bits = word
      while bits != 0 {
        let level = number << 6 + bits.trailingZeroBitCount
        bits &= bits - 1
        if from >= 0 {
          dropEnded(at: from)
          while next < count, items.start[next].line.first == from {
            live.append(Live(key: 0, line: Int32(next)))
            next += 1
          }
          if live.count > 0 { divide(from, level, &union) }
        }
        from = level
      }
    }
  }

  private func sortByFirstLevel() {
    var all = items.all
    if all.count > 24 { return all.sort { $0.line.first < $1.line.first } }
    for index in 1..<all.count {
      let item = all[index]
      var place = index
      while place > 0, all[place - 1].line.first > item.line.first {
        all[place] = all[place - 1]
        place -= 1
      }
      all[place] = item
    }
  }

  private func dropEnded(at level: Int) {
    let all = live.all
    var kept = 0
    for item in all where items.start[Int(item.line)].line.last > level {
      all[kept] = item
      kept += 1
    }
    live.cut(to: kept)
  }

  private func divide(_ from: Int, _ to: Int, _ union: inout CoverageUnion) {
    sort(atLevel: from)
    if to - from > 1, !isSorted(atLevel: to - 1) {
      let middle = (from + to) / 2
      divide(from, middle, &union)
      divide(middle, to, &union)
    } else {
      sweep(from, to, &union)
    }
  }

  private func sort(atLevel level: Int) {
    var live = live.all
    let items = items.start
    var moves = 0
    for index in live.indices {
      var item = live[index]
      item.key = items[Int(item.line)].line.key(atLevel: level)
      var place = index
      while place > 0, Self.precedes(item, live[place - 1], items) {
        live[place] = live[place - 1]
        place -= 1
      }
      live[place] = item
      moves += index - place
      if moves > 16 * live.count + 256 {
        for rest in live.indices {
          live[rest].key = items[Int(live[rest].line)].line.key(atLevel: level)
        }
        return live.sort { Self.precedes($0, $1, items) }
      }
    }
  }

  @inline(__always)
  private static func precedes(_ one: Live, _ other: Live, _ items: UnsafePointer<Item>) -> Bool {
    if one.key != other.key { return one.key < other.key }
    return items[Int(one.line)].line.precedes(items[Int(other.line)].line, one.key, other.key)
  }

  private func isSorted(atLevel level: Int) -> Bool {
    let items = UnsafePointer(items.start)
    var last: Live?
    for item in live.all {
      let next = Live(key: items[Int(item.line)].line.key(atLevel: level), line: item.line)
      if let last, Self.precedes(next, last, items) { return false }
      last = next
    }
    return true
  }

  /// Goes through a strip in which no two lines cross, and leaves the windings as they were.
  private func sweep(_ from: Int, _ to: Int, _ union: inout CoverageUnion) {
    let (live, items) = (live.all, items.start)
    for crossing in live {
      let item = items[Int(crossing.line)]
      let sign = union.turn(item.polygon, item.winding)
      if sign != 0 { union.row.mark(item.line, from: from, to: to, sign: sign) }
    }
    // Taking back is counting the other way; nothing is marked by it.
    for crossing in live {
      let item = items[Int(crossing.line)]
      _ = union.turn(item.polygon, 0 &- item.winding)
    }
  }
}
