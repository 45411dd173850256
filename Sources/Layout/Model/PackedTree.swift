/// A static R-tree over boxes that lie in the order of a Hilbert curve, sixteen to a node.
///
/// The leaves stay with their owner, who sorts them by ``order(of:)`` and hands them in again when asking.
///
/// Source: Kamel, Faloutsos, "On packing R-trees", CIKM 1993.
struct PackedTree: Sendable {
  private static let fanout = 16

  /// Boxes of all levels above the leaves, the lowest first, the root last.
  private var nodes: [GridBox] = []
  /// Where each level begins in `nodes`, with the end behind the last.
  private var levels: [Int] = [0]
  private var count = 0

  init() {}

  /// The tree over leaves that are in order already.
  init(over leaves: [GridBox]) {
    count = leaves.count
    guard count > Self.fanout else { return }
    leaves.withUnsafeBufferPointer { join($0) }
    while nodes.count - levels[levels.count - 1] > Self.fanout {
      let start = levels[levels.count - 1]
      levels.append(nodes.count)
      let below = nodes
      below.withUnsafeBufferPointer { join(UnsafeBufferPointer(rebasing: $0[start...])) }
    }
    levels.append(nodes.count)
  }

  private mutating func join(_ boxes: UnsafeBufferPointer<GridBox>) {
    nodes.reserveCapacity(nodes.count + boxes.count / Self.fanout + 1)
    for first in stride(from: 0, to: boxes.count, by: Self.fanout) {
      var node = boxes[first]
      for place in first + 1..<max(first + 1, min(first + Self.fanout, boxes.count)) {
        node.include(boxes[place])
      }
      nodes.append(node)
    }
  }

  /// The places of the leaves that touch `window`, each once, in rising order.
  ///
  /// - Parameter leaves: those that the tree was made over.
  func forEach(
    in window: GridBox, of leaves: UnsafePointer<GridBox>, _ body: (Int) throws -> Void
  ) rethrows {
    let top = levels.count - 2
    if top < 0 {
      for place in 0..<count where leaves[place].intersects(window) { try body(place) }
      return
    }
    try nodes.withUnsafeBufferPointer { nodes in
      try visit(0..<nodes.count - levels[top], top, window, nodes, leaves, body)
    }
  }

  /// - Parameter places: nodes of a level, counted from its first.
  private func visit(
    _ places: Range<Int>, _ level: Int, _ window: GridBox, _ nodes: UnsafeBufferPointer<GridBox>,
    _ leaves: UnsafePointer<GridBox>, _ body: (Int) throws -> Void
  ) rethrows {
    for place in places where nodes[levels[level] + place].intersects(window) {
      let first = place * Self.fanout
      if level == 0 {
        for leaf in first..<min(first + Self.fanout, count) where leaves[leaf].intersects(window) {
          try body(leaf)
        }
      } else {
        let below = levels[level] - levels[level - 1]
        let children = first..<min(first + Self.fanout, below)
        try visit(children, level - 1, window, nodes, leaves, body)
      }
    }
  }

  // MARK: The order of the leaves

  /// In what order the boxes are to be put before a tree is made over them; nil: as they are.
  static func order(of boxes: [GridBox]) -> [UInt32]? {
    guard boxes.count > fanout else { return nil }
    var around = GridBox.empty
    for box in boxes { around.include(box) }
    let (left, bottom) = (Int64(around.left), Int64(around.bottom))
    // Twice the middle of a box, shifted to sixteen bits.
    let reach = 2 * max(Int64(around.right) - left, Int64(around.top) - bottom)
    let shift = Int64(max(0, 48 - reach.leadingZeroBitCount))
    var keys = [UInt64](unsafeUninitializedCapacity: boxes.count) { keys, count in
      for (index, box) in boxes.enumerated() {
        let x = (Int64(box.left) + Int64(box.right) - 2 * left) >> shift
        let y = (Int64(box.bottom) + Int64(box.top) - 2 * bottom) >> shift
        let place = hilbert(UInt32(truncatingIfNeeded: x), UInt32(truncatingIfNeeded: y))
        keys[index] = UInt64(place) << 32 | UInt64(index)
      }
      count = boxes.count
    }
    sort(&keys)
    return keys.map { UInt32(truncatingIfNeeded: $0) }
  }

  /// The place along a Hilbert curve through 2¹⁶ × 2¹⁶ cells.
  ///
  /// Source: the state of each step as one of four, after Lawder, "Calculation of mappings between one and
  /// n-dimensional values using the Hilbert space-filling curve", 2000.
  @inline(__always)
  private static func hilbert(_ x: UInt32, _ y: UInt32) -> UInt32 {
    var (x, y, place) = (x & 0xFFFF, y & 0xFFFF, UInt32(0))
    var side: UInt32 = 1 << 15
    while side > 0 {
      let (right, upper) = (x & side != 0, y & side != 0)
      place = place << 2 | (right ? (upper ? 2 : 3) : (upper ? 1 : 0))
      if !upper {
        if right { (x, y) = (~x, ~y) }
        (x, y) = (y, x)
      }
      side >>= 1
    }
    return place
  }

  /// Sorts by the upper half of each number; equal ones keep their order.
  private static func sort(_ keys: inout [UInt64]) {
    guard keys.count > 4096 else { return keys.sort() }
    var other = [UInt64](repeating: 0, count: keys.count)
    for shift: UInt64 in [32, 43, 54] {
      var starts = [Int](repeating: 0, count: 2048)
      keys.withUnsafeBufferPointer { keys in
        other.withUnsafeMutableBufferPointer { other in
          starts.withUnsafeMutableBufferPointer { starts in
            for key in keys { starts[Int(key >> shift & 2047)] += 1 }
            var sum = 0
            for digit in 0..<2048 { (starts[digit], sum) = (sum, sum + starts[digit]) }
            for key in keys {
              let digit = Int(key >> shift & 2047)
              other[starts[digit]] = key
              starts[digit] += 1
            }
          }
        }
      }
      swap(&keys, &other)
    }
  }
}
