internal import Raster

/// Pixels to grow trees on: the features of each in bins, and its colour.
struct TrainingPixels: Sendable {
  /// How many there are.
  let count: Int
  /// Features of a pixel.
  let featureCount: Int
  /// `count × featureCount` bins; bin b of a feature holds what is above edge b − 1 and not above edge b.
  let bins: [UInt8]
  /// Upper edges of each feature's bins but the last, rising.
  let edges: [[Float]]
  /// Red, green, blue and 1, less `center`; what is not there is 0.
  private(set) var targets: [SIMD4<Float>]
  /// The mean colour.
  let center: SIMD4<Float>

  /// Brings rows of features into bins of like population.
  ///
  /// - Parameters:
  ///   - rows: `count × featureCount` values, row-major.
  ///   - colours: red, green, blue and 0 of each row.
  ///   - bins: the most bins of a feature.
  init(rows: [Float], featureCount: Int, colours: [SIMD4<Float>], bins: Int) {
    let count = colours.count
    precondition(rows.count == count * featureCount && (2...256).contains(bins))
    var sum = SIMD4<Double>(repeating: 0)
    for colour in colours { sum += SIMD4<Double>(colour) }
    var center = SIMD4<Float>(sum / Double(max(1, count)))
    center.w = 0
    self.center = center
    targets = colours.map {
      var target = $0 - center
      target.w = 1
      return target
    }
    var edges = [[Float]](repeating: [], count: featureCount)
    edges.withUnsafeMutableBufferPointer { edges in
      let shared = SharedElements(edges)
      inParallel(featureCount) { feature in
        shared[feature] = TrainingPixels.edges(
          rows, feature: feature, featureCount: featureCount, count: count, bins: bins)
      }
    }
    self.edges = edges
    let finalEdges = edges
    self.bins = [UInt8](unsafeUninitializedCapacity: count * featureCount) { target, initialized in
      let shared = SharedElements(target)
      rows.withUnsafeBufferPointer { rows in
        let rows = SharedElements(reading: rows)
        inParallel((count + 4095) / 4096) { part in
          for row in part * 4096..<min(count, (part + 1) * 4096) {
            for feature in 0..<featureCount {
              let place = row &* featureCount &+ feature
              shared[place] = TrainingPixels.bin(of: rows[place], finalEdges[feature])
            }
          }
        }
      }
      initialized = count * featureCount
    }
    (self.count, self.featureCount) = (count, featureCount)
  }

  /// Edges between values that occur, at quantiles of some 50 000 of them, and one at 0 where values have both signs: there
  /// a distance tells inside from outside.
  private static func edges(
    _ rows: [Float], feature: Int, featureCount: Int, count: Int, bins: Int
  ) -> [Float] {
    let step = max(1, count / 50_021)
    var values = stride(from: 0, to: count, by: step).map { rows[$0 * featureCount + feature] }
    values.sort()
    guard let low = values.first, let high = values.last, low < high else { return [] }
    var distinct = [low]
    for value in values where value > distinct[distinct.count - 1] { distinct.append(value) }
    var edges: [Float] = []
    if distinct.count <= bins {
      edges = zip(distinct, distinct.dropFirst()).map { between($0, $1) }
    } else {
      // What holds many values at once, such as "far", takes one bin and leaves the others theirs.
      var left = values.count
      var taken = 0
      var index = 0
      while index < values.count, edges.count < bins - 2 {
        taken += 1
        let target = max(1, left / (bins - 1 - edges.count))
        if index + 1 < values.count, taken >= target, values[index + 1] > values[index] {
          edges.append(between(values[index], values[index + 1]))
          left -= taken
          taken = 0
        }
        index += 1
      }
      if low < 0, high > 0, !edges.contains(0) { edges.append(0) }
      edges.sort()
    }
    return edges
  }

  private static func between(_ low: Float, _ high: Float) -> Float {
    let middle = low + (high - low) / 2
    return middle < high ? middle : low
  }

  /// The number of edges below a value.
  private static func bin(of value: Float, _ edges: [Float]) -> UInt8 {
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low &+ high) >> 1
      if value > edges[middle] { low = middle &+ 1 } else { high = middle }
    }
    return UInt8(truncatingIfNeeded: low)
  }
}
