import CKernels

/// What lines add to and take from the coverage along one row of pixels.
struct CoverageRow: ~Copyable {
  private let width: Int
  /// Whether rows are written past the caches.
  private let isStreaming: Bool
  /// What each column adds to the coverage of the one before, in 2⁻²⁴ px².
  private let changes: UnsafeMutablePointer<Int32>
  /// A bit for each sixteen columns any of which changes.
  private let touched: UnsafeMutablePointer<UInt64>

  init(width: Int, isStreaming: Bool) {
    (self.width, self.isStreaming) = (width, isStreaming)
    let (columns, words) = (width / 16 * 16 + 16, width / 1024 + 1)
    changes = .allocate(capacity: columns)
    changes.initialize(repeating: 0, count: columns)
    touched = .allocate(capacity: words)
    touched.initialize(repeating: 0, count: words)
  }

  deinit {
    changes.deallocate()
    touched.deallocate()
  }

  /// Adds or takes away all that lies right of a line.
  @inline(__always)
  mutating func mark(_ line: CoverageLine, sign: Int) {
    let (column, end) = (line.x >> 24, line.end >> 24)
    let first = min(column, end)
    guard first >= 0, first < width - 1, abs(end &- column) <= 1 else {
      return mark(line, from: line.first, to: line.last, sign: sign)
    }
    let whole = (line.last &- line.first) << 16
    if column == end {
      let area = line.areaRight(inItsColumn: column, toLevel: line.last)
      add(sign &* area, column)
      return add(sign &* (whole &- area), column &+ 1)
    }
    let area = line.areasRight(
      besidesBorder: (first &+ 1) << 24, toLevel: line.last, line.inverseStep)
    add(sign &* area.left, first)
    add(sign &* (area.right &- area.left), first &+ 1)
    add(sign &* (whole &- area.right), first &+ 2)
  }

  /// Adds or takes away all that lies right of a line between two levels.
  @inline(never)
  mutating func mark(_ line: CoverageLine, from: Int, to: Int, sign: Int) {
    let whole = (to &- from) << 16
    let (column, end) = (line.x >> 24, line.end >> 24)
    let first = min(column, end)
    if first >= width { return }
    if max(column, end) < 0 { return add(sign &* whole, 0) }
    if column == end {
      let area =
        line.areaRight(inItsColumn: column, toLevel: to)
        &- line.areaRight(inItsColumn: column, toLevel: from)
      add(sign &* area, column)
      add(sign &* (whole &- area), column &+ 1)
    } else if abs(end &- column) == 1 {
      let (border, inverse) = ((first + 1) << 24, line.inverseStep)
      let before = line.areasRight(besidesBorder: border, toLevel: from, inverse)
      let area = line.areasRight(besidesBorder: border, toLevel: to, inverse)
      let (left, right) = (area.left &- before.left, area.right &- before.right)
      if first >= 0 { add(sign &* left, first) }
      add(sign &* (first >= 0 ? right &- left : right), first + 1)
      if first + 2 <= width { add(sign &* (whole &- right), first + 2) }
    } else {
      markFar(line, from: from, to: to, sign: sign)
    }
  }

  /// The same of a line through more than two columns.
  private mutating func markFar(_ line: CoverageLine, from: Int, to: Int, sign: Int) {
    let whole = (to &- from) << 16
    let (start, end) = (line.position(atLevel: from), line.position(atLevel: to))
    let first = max(min(start, end) >> 24, 0)
    let last = min((max(start, end) &- 1) >> 24, width - 1)
    var before = 0
    if first <= last {
      let inverse = line.inverseStep
      for column in first...last {
        let area =
          line.areaRight(inColumn: column, toLevel: to, inverse)
          &- line.areaRight(inColumn: column, toLevel: from, inverse)
        add(sign &* (area &- before), column)
        before = area
      }
    }
    add(sign &* (whole &- before), min(max(last + 1, first), width))
  }

  @inline(__always)
  private mutating func add(_ change: Int, _ column: Int) {
    changes[column] &+= Int32(truncatingIfNeeded: change)
    touched[column >> 10] |= 1 << UInt64(truncatingIfNeeded: column >> 4 & 63)
  }

  /// Writes the coverage of the row, 0…1, and begins another.
  mutating func finish(into target: UnsafeMutablePointer<Float>) {
    if isStreaming {
      gd_coverage_row_streamed(changes, touched, target, width)
    } else {
      gd_coverage_row(changes, touched, target, width)
    }
  }
}
