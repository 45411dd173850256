internal import Raster

/// A regression forest: the mean of many trees that each ask for one feature at a time.
///
/// All trees lie in flat arrays. A node's second child follows its first; a leaf is its own child and asks for what is never
/// true, so that a walk may stay there.
struct Forest: Sendable, Equatable {
  /// How many features it expects.
  let featureCount: Int
  /// Values that it gives, 1 to 3.
  let outputs: Int
  /// The first node of each tree.
  private(set) var roots: [Int32] = []
  /// The most questions of each tree.
  private(set) var depths: [Int32] = []
  private var nodes: [Node] = []
  /// `outputs` values of each node, those of leaves being used.
  private var values: [Float] = []

  private struct Node: Sendable, Equatable {
    /// Above it the second child is next, else the first; infinite in leaves.
    var threshold: Float
    /// The feature that is asked for.
    var feature: Int32
    /// The first child.
    var child: Int32
  }

  init(featureCount: Int, outputs: Int) {
    (self.featureCount, self.outputs) = (featureCount, outputs)
  }

  /// Adds a tree whose nodes count from its own root.
  mutating func add(_ tree: GrownTree) {
    let base = Int32(nodes.count)
    roots.append(base)
    depths.append(Int32(tree.depth))
    for node in tree.nodes {
      nodes.append(
        Node(
          threshold: node.threshold, feature: Int32(node.feature), child: base + Int32(node.child)))
      for channel in 0..<outputs { values.append(node.value[channel]) }
    }
  }

  /// Pixels that walk side by side, so that one waits for memory while others go on.
  private static let block = 256

  /// The forest's values for each pixel.
  ///
  /// - Parameter planes: `featureCount` planes of one size.
  /// - Returns: `outputs` planes.
  func evaluate(_ planes: [Plane]) -> [Plane] {
    precondition(planes.count == featureCount, "a forest needs the features it was grown on")
    let (width, height) = (planes[0].width, planes[0].height)
    guard width > 0, height > 0 else {
      return [Plane](repeating: Plane(width: width, height: height), count: outputs)
    }
    // What follows is one row of pixels.
    let count = width * height
    let mixed = [Float](unsafeUninitializedCapacity: count * outputs) { target, initialized in
      let target = SharedElements(target)
      planes.withUnsafeRowsOfEach { sources in
        let chunk = 64 * Forest.block
        inParallel((count + chunk - 1) / chunk) { number in
          evaluate(sources, number * chunk..<min(count, (number + 1) * chunk), target)
        }
      }
      initialized = count * outputs
    }
    return (0..<outputs).map { channel in
      Plane(width: width, height: height) { target in
        for index in 0..<count { target[index] = mixed[index &* outputs &+ channel] }
      }
    }
  }

  // target: (pixels, outputs).
  private func evaluate(
    _ sources: [PlaneRows], _ pixels: Range<Int>, _ target: SharedElements<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Forest.block * featureCount) { rows in
      guard let rows = rows.baseAddress else { return }
      for first in stride(from: pixels.lowerBound, to: pixels.upperBound, by: Forest.block) {
        let size = min(Forest.block, pixels.upperBound - first)
        for (feature, source) in sources.enumerated() {
          (rows + feature * Forest.block).update(from: source.row(0) + first, count: size)
        }
        walk(rows, size, target.pointer(first * outputs))
      }
    }
  }

  // rows: (featureCount, block); means: (size, outputs), the mean over the trees.
  private func walk(
    _ rows: UnsafePointer<Float>, _ size: Int, _ means: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<size * outputs { means[index] = 0 }
    let share = 1 / Float(roots.count)
    nodes.withUnsafeBufferPointer { nodes in
      values.withUnsafeBufferPointer { values in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * Forest.block) { scratch in
          guard let places = scratch.baseAddress else { return }
          // The pixels that have not come to a leaf.
          let walking = places + Forest.block
          for (root, depth) in zip(roots, depths) {
            for pixel in 0..<size {
              places[pixel] = root
              walking[pixel] = Int32(truncatingIfNeeded: pixel)
            }
            var left = size
            for _ in 0..<depth where left > 0 {
              var kept = 0
              for index in 0..<left {
                let pixel = Int(walking[index])
                let place = places[pixel]
                let node = nodes[Int(place)]
                let value = rows[Int(node.feature) &* Forest.block &+ pixel]
                let next = node.child &+ (value > node.threshold ? 1 : 0)
                places[pixel] = next
                walking[kept] = Int32(truncatingIfNeeded: pixel)
                kept &+= next == place ? 0 : 1
              }
              left = kept
            }
            for pixel in 0..<size {
              for channel in 0..<outputs {
                means[pixel &* outputs &+ channel] +=
                  share * values[Int(places[pixel]) &* outputs &+ channel]
              }
            }
          }
        }
      }
    }
  }
}

extension [Plane] {
  /// Calls `body` with the rows of every plane.
  fileprivate func withUnsafeRowsOfEach<Result>(_ body: ([PlaneRows]) -> Result) -> Result {
    func open(_ index: Int, _ rows: [PlaneRows]) -> Result {
      index == count ? body(rows) : self[index].withUnsafeRows { open(index + 1, rows + [$0]) }
    }
    return open(0, [])
  }
}

extension Forest: Codable {
  private enum CodingKeys: String, CodingKey {
    case featureCount, outputs, roots, depths, features, thresholds, children, values
  }

  /// Reads a forest and checks that every walk through it ends.
  init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    featureCount = try box.decode(Int.self, forKey: .featureCount)
    outputs = try box.decode(Int.self, forKey: .outputs)
    roots = try box.decode([Int32].self, forKey: .roots)
    depths = try box.decode([Int32].self, forKey: .depths)
    let features = try box.decode([Int32].self, forKey: .features)
    let children = try box.decode([Int32].self, forKey: .children)
    values = try box.decode([Float].self, forKey: .values)
    // Leaves have no threshold in the file, for not every format has a word for infinity.
    let thresholds = try box.decode([Float?].self, forKey: .thresholds).map { $0 ?? .infinity }
    let count = features.count
    let fits =
      (1...3).contains(outputs) && !roots.isEmpty && depths.count == roots.count
      && thresholds.count == count && children.count == count && values.count == count * outputs
      && roots.allSatisfy { $0 >= 0 && $0 < count } && depths.allSatisfy { $0 >= 0 && $0 < 256 }
      && features.allSatisfy { $0 >= 0 && $0 < featureCount }
      && children.enumerated().allSatisfy { node, child in
        // A second child exists wherever it may be asked for.
        child >= 0 && (thresholds[node] == .infinity ? child == node : child + 1 < count)
      }
    guard fits else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the trees of a forest do not join")
      )
    }
    nodes = features.indices.map {
      Node(threshold: thresholds[$0], feature: features[$0], child: children[$0])
    }
  }

  func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: CodingKeys.self)
    try box.encode(featureCount, forKey: .featureCount)
    try box.encode(outputs, forKey: .outputs)
    try box.encode(roots, forKey: .roots)
    try box.encode(depths, forKey: .depths)
    try box.encode(nodes.map(\.feature), forKey: .features)
    try box.encode(nodes.map(\.child), forKey: .children)
    try box.encode(values, forKey: .values)
    try box.encode(nodes.map { $0.threshold.isFinite ? $0.threshold : nil }, forKey: .thresholds)
  }
}
