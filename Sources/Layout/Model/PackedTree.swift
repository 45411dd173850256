/// A static R-tree over boxes that lie in the order of a Hilbert curve, sixteen to a node.
///
/// The leaves stay with their owner, who sorts them by ``order(of:)`` and hands them in again when asking.
///
/// Source: Kamel, Faloutsos, "On packing R-trees", CIKM 1993.
struct PackedTree: Sendable {
  private static let fanout = 16

  /// Boxes of all levels above the leaves, the lowest first, the root last.
  private var nodes: [GridBox] = []
  /// Where each level begins in `nodes`, with the end behind the last; empty where the leaves are too few for a tree.
  private var levels: [Int] = []
  private var count = 0

  init() {}

  /// The tree over leaves that are in order already.
  init(over leaves: [GridBox]) {
    count = leaves.count
    guard count > Self.fanout else { return }
    levels = [0]
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
    let curve = HilbertCurve(fine: boxes.count > 1 << 16)
    let (left, bottom) = (Int64(around.left), Int64(around.bottom))
    // Twice the middle of a box, shifted to the curve's bits.
    let reach = 2 * max(Int64(around.right) - left, Int64(around.top) - bottom)
    let shift = Int64(max(0, 64 - curve.bits - reach.leadingZeroBitCount))
    var keys = [UInt64](unsafeUninitializedCapacity: boxes.count) { keys, count in
      for (index, box) in boxes.enumerated() {
        let x = (Int64(box.left) + Int64(box.right) - 2 * left) >> shift
        let y = (Int64(box.bottom) + Int64(box.top) - 2 * bottom) >> shift
        let place = curve.place(UInt32(truncatingIfNeeded: x), UInt32(truncatingIfNeeded: y))
        keys[index] = UInt64(place) << 32 | UInt64(index)
      }
      count = boxes.count
    }
    sort(&keys, digits: 3, of: curve.bits == 16 ? 11 : 8)
    return keys.map { UInt32(truncatingIfNeeded: $0) }
  }

  /// Sorts by the upper half of each number, of so many digits; equal ones keep their order.
  private static func sort(_ keys: inout [UInt64], digits: UInt64, of bits: UInt64) {
    guard keys.count > 64 else { return keys.sort() }
    var other = [UInt64](repeating: 0, count: keys.count)
    var starts = [Int](repeating: 0, count: 1 << bits)
    for digit in 0..<digits {
      let (shift, mask) = (32 + digit * bits, UInt64(1) << bits - 1)
      keys.withUnsafeBufferPointer { keys in
        other.withUnsafeMutableBufferPointer { other in
          starts.withUnsafeMutableBufferPointer { starts in
            starts.update(repeating: 0)
            for key in keys { starts[Int(key >> shift & mask)] += 1 }
            var sum = 0
            for value in starts.indices { (starts[value], sum) = (sum, sum + starts[value]) }
            for key in keys {
              let value = Int(key >> shift & mask)
              other[starts[value]] = key
              starts[value] += 1
            }
          }
        }
      }
      swap(&keys, &other)
    }
  }
}
