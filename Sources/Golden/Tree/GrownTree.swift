internal import Raster

/// One regression tree, grown best split first.
///
/// Source: Breiman et al., "Classification and Regression Trees", 1984, with random features as in Breiman, "Random
/// forests", Machine Learning 2001, and histograms and leaf-wise growth as in Ke et al., "LightGBM", NIPS 2017.
struct GrownTree: Sendable {
  /// A node; see `Forest`.
  struct Node: Sendable {
    var feature = 0
    var threshold = Float.infinity
    var child: Int
    var value = SIMD4<Float>(repeating: 0)
  }

  private(set) var nodes: [Node] = []
  private(set) var depth = 0
  /// The rows of each leaf, as they were ordered.
  private(set) var leaves: [Int: Range<Int>] = [:]

  /// A split that has been found and not been made.
  private struct Split {
    var node: Int
    var depth: Int
    var rows: Range<Int>
    var gain: Double
    var feature: Int
    var bin: Int
  }

  /// Grows a tree.
  ///
  /// - Parameters:
  ///   - pixels: what to learn from.
  ///   - rows: which of them; put into the order of the leaves.
  ///   - number: the tree's number, for its chance.
  init(_ pixels: TrainingPixels, rows: inout [Int32], settings: TreeSettings, number: Int) {
    var search = SplitSearch(pixels, settings: settings, tree: number)
    var scratch = [Int32](repeating: 0, count: rows.count)
    var open: [Split] = []
    var leaves: [Int: Range<Int>] = [:]
    func consider(_ node: Int, _ range: Range<Int>, _ depth: Int) {
      leaves[node] = range
      guard depth < settings.depth, range.count >= 2 * settings.leastLeaf,
        let found = search.best(rows, range, node: node)
      else { return }
      GrownTree.push(
        Split(
          node: node, depth: depth, rows: range, gain: found.gain, feature: found.feature,
          bin: found.bin), onto: &open)
    }
    nodes = [Node(child: 0)]
    consider(0, 0..<rows.count, 0)
    while leaves.count < settings.leaves, let split = GrownTree.pop(&open) {
      let middle = GrownTree.part(
        &rows, split.rows, &scratch, pixels, feature: split.feature, bin: split.bin)
      let child = nodes.count
      nodes[split.node].feature = split.feature
      nodes[split.node].threshold = pixels.edges[split.feature][split.bin]
      nodes[split.node].child = child
      nodes += [Node(child: child), Node(child: child + 1)]
      leaves[split.node] = nil
      depth = max(depth, split.depth + 1)
      consider(child, split.rows.lowerBound..<middle, split.depth + 1)
      consider(child + 1, middle..<split.rows.upperBound, split.depth + 1)
    }
    for (node, range) in leaves {
      nodes[node].value = GrownTree.typical(rows[range], pixels)
    }
    self.leaves = leaves
  }

  /// Puts the rows whose bin is not above the split's first, both sides in their order.
  private static func part(
    _ rows: inout [Int32], _ range: Range<Int>, _ scratch: inout [Int32], _ pixels: TrainingPixels,
    feature: Int, bin: Int
  ) -> Int {
    rows.withUnsafeMutableBufferPointer { rows in
      scratch.withUnsafeMutableBufferPointer { scratch in
        pixels.bins.withUnsafeBufferPointer { bins in
          var (low, high) = (range.lowerBound, 0)
          for index in range {
            let row = rows[index]
            if Int(bins[Int(row) &* pixels.featureCount &+ feature]) <= bin {
              rows[low] = row
              low &+= 1
            } else {
              scratch[high] = row
              high &+= 1
            }
          }
          for index in 0..<high { rows[low &+ index] = scratch[index] }
          return low
        }
      }
    }
  }

  /// The mean colour of a leaf's pixels, each channel clipped at 2.5 robust standard deviations about its median: a
  /// defect weighs little.
  private static func typical(_ rows: ArraySlice<Int32>, _ pixels: TrainingPixels) -> SIMD4<Float> {
    var result = pixels.center
    for channel in 0..<3 {
      let values = rows.map { pixels.targets[Int($0)][channel] }
      let (center, sigma) = values.robustCenterAndScale()
      let reach = max(2.5 * sigma, 0.005)
      let sum = values.reduce(Float(0)) { $0 + min(max($1 - center, -reach), reach) }
      result[channel] += center + sum / Float(max(1, values.count))
    }
    return result
  }

  // A heap, the greatest gain first and of equal ones the older node.

  private static func isBefore(_ a: Split, _ b: Split) -> Bool {
    (a.gain, b.node) > (b.gain, a.node)
  }

  private static func push(_ split: Split, onto heap: inout [Split]) {
    heap.append(split)
    var index = heap.count - 1
    while index > 0, isBefore(heap[index], heap[(index - 1) / 2]) {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private static func pop(_ heap: inout [Split]) -> Split? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < heap.count && isBefore(heap[child], heap[least]) {
        least = child
      }
      guard least != index else { return first }
      heap.swapAt(index, least)
      index = least
    }
  }
}
