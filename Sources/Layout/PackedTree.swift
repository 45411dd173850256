/// A static R-tree over boxes, packed level by level: sort-tile-recursive, sixteen to a node.
///
/// Source: Leutenegger, López, Edgington, "STR: a simple and efficient algorithm for R-tree packing", ICDE 1997.
struct PackedTree: Sendable {
  private static let fanout = 16

  /// Which item each leaf box belongs to.
  private var items: [Int32] = []
  /// Boxes of all levels, leaves first, the root last.
  private var boxes: [Extent] = []
  /// Where each level begins in `boxes`, with the end behind the last.
  private var levels: [Int] = [0, 0]

  init() {}

  init(_ extents: [Extent]) {
    let count = extents.count
    items = Self.tiledOrder(of: extents)
    boxes = items.map { extents[Int($0)] }
    levels = [0, count]
    var (start, end) = (0, count)
    while end - start > Self.fanout {
      for first in stride(from: start, to: end, by: Self.fanout) {
        var parent = Extent()
        for child in first..<min(first + Self.fanout, end) { parent.include(boxes[child]) }
        boxes.append(parent)
      }
      (start, end) = (end, boxes.count)
      levels.append(end)
    }
  }

  /// The items whose boxes touch `window`, each once, in an order that depends on the tree alone.
  func forEach(in window: Extent, _ body: (Int) throws -> Void) rethrows {
    let top = levels.count - 2
    for node in levels[top]..<levels[top + 1] { try visit(node, top, window, body) }
  }

  private func visit(
    _ node: Int, _ level: Int, _ window: Extent, _ body: (Int) throws -> Void
  ) rethrows {
    guard boxes[node].intersects(window) else { return }
    if level == 0 { return try body(Int(items[node])) }
    let first = levels[level - 1] + (node - levels[level]) * Self.fanout
    for child in first..<min(first + Self.fanout, levels[level]) {
      try visit(child, level - 1, window, body)
    }
  }

  /// Items in vertical slices from left to right, each slice from bottom to top.
  private static func tiledOrder(of extents: [Extent]) -> [Int32] {
    let count = extents.count
    if count <= fanout { return (0..<Int32(count)).map { $0 } }
    var keys = extents.indices.map { sortKey(extents[$0].left + extents[$0].right, $0) }
    keys.sort()
    let leaves = (count + fanout - 1) / fanout
    let slice = fanout * Int(Double(leaves).squareRoot().rounded(.up))
    for first in stride(from: 0, to: count, by: slice) {
      let range = first..<min(first + slice, count)
      for place in range {
        let item = Int(keys[place] & 0xFFFF_FFFF)
        keys[place] = sortKey(extents[item].bottom + extents[item].top, item)
      }
      keys[range].sort()
    }
    return keys.map { Int32($0 & 0xFFFF_FFFF) }
  }

  /// A whole number that sorts as `value` does, to single precision, and then as `item`.
  private static func sortKey(_ value: Double, _ item: Int) -> UInt64 {
    let bits = Float(value).bitPattern
    let ordered = bits >> 31 == 1 ? ~bits : bits | 0x8000_0000
    return UInt64(ordered) << 32 | UInt64(item)
  }
}
