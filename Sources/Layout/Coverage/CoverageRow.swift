/// What lines add to and take from the coverage along one row of pixels.
struct CoverageRow {
  private let width: Int
  /// What each column adds to the coverage of the one before, in 2⁻³² px².
  private var changes: [Int]
  /// A bit for each sixty-four columns any of which changes.
  private var touched: [UInt64]

  init(width: Int) {
    self.width = width
    changes = [Int](repeating: 0, count: width + 64)
    touched = [UInt64](repeating: 0, count: width / 4096 + 1)
  }

  /// Adds or takes away all that lies right of a line between two levels.
  @inline(__always)
  mutating func mark(_ line: CoverageLine, _ from: Int, _ to: Int, sign: Int) {
    let whole = (to - from) * CoverageLine.pixel
    let (start, end) = (line.position(atLevel: from), line.position(atLevel: to))
    let first = max(min(start, end) >> 24, 0)
    let last = min((max(start, end) - 1) >> 24, width - 1)
    var before = 0
    if first <= last {
      let inverse = line.inverseStep
      for column in first...last {
        let area =
          line.areaRight(inColumn: column, toLevel: to, inverse)
          - line.areaRight(inColumn: column, toLevel: from, inverse)
        add(sign * (area - before), column)
        before = area
      }
    }
    add(sign * (whole - before), min(max(last + 1, first), width))
  }

  @inline(__always)
  private mutating func add(_ change: Int, _ column: Int) {
    changes[column] += change
    touched[column >> 12] |= 1 << UInt64(column >> 6 & 63)
  }

  /// Writes the coverage of the row, 0…1, and begins another.
  mutating func finish(into target: UnsafeMutablePointer<Float>) {
    var (sum, done) = (0, 0)
    changes.withUnsafeMutableBufferPointer { changes in
      for word in touched.indices {
        var bits = touched[word]
        touched[word] = 0
        while bits != 0 {
          let first = (word << 12) + bits.trailingZeroBitCount << 6
          bits &= bits - 1
          let from = min(first, width)
          if done < from { (target + done).update(repeating: Self.share(sum), count: from - done) }
          let end = min(first + 64, width)
          for column in from..<max(from, end) {
            sum += changes[column]
            target[column] = Self.share(sum)
          }
          (changes.baseAddress.unsafelyUnwrapped + first).update(
            repeating: 0, count: min(64, changes.count - first))
          done = max(from, end)
        }
      }
    }
    if done < width { (target + done).update(repeating: Self.share(sum), count: width - done) }
  }

  @inline(__always)
  private static func share(_ sum: Int) -> Float {
    // Two lines that cross within one level give a trace too much on one side and too little on the other.
    Float(Double(min(max(sum, 0), 1 << 32)) * 0x1p-32)
  }
}
