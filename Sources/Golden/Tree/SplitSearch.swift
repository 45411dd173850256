internal import Raster

/// Finds the split of a node that leaves the least variance, over histograms of some features chosen by chance.
struct SplitSearch {
  private let pixels: TrainingPixels
  private let settings: TreeSettings
  private let tree: Int
  /// Features that vary at all.
  private let candidates: [Int]
  private let chosenCount: Int
  /// Red, green, blue and count by bin, of each chosen feature.
  private var histogram: [SIMD4<Float>]

  init(_ pixels: TrainingPixels, settings: TreeSettings, tree: Int) {
    (self.pixels, self.settings, self.tree) = (pixels, settings, tree)
    candidates = pixels.edges.indices.filter { !pixels.edges[$0].isEmpty }
    chosenCount = min(
      candidates.count,
      max(1, Int((settings.featureShare * Double(candidates.count)).rounded(.up))))
    histogram = [SIMD4<Float>](repeating: SIMD4(repeating: 0), count: 256 * chosenCount)
  }

  /// The best split of some rows: what is in a bin up to `bin` goes to the first child.
  ///
  /// - Returns: nil where no split leaves enough on both sides and gains anything.
  mutating func best(
    _ rows: [Int32], _ range: Range<Int>, node: Int
  ) -> (gain: Double, feature: Int, bin: Int)? {
    guard chosenCount > 0 else { return nil }
    let chosen = choose(node: node)
    count(rows, range, chosen)
    var best: (gain: Double, feature: Int, bin: Int)?
    for (slot, feature) in chosen.enumerated() {
      let bins = pixels.edges[feature].count + 1
      var total = SIMD4<Double>(repeating: 0)
      for bin in 0..<bins { total += SIMD4<Double>(histogram[slot &* 256 &+ bin]) }
      let whole = SplitSearch.explained(total)
      var low = SIMD4<Double>(repeating: 0)
      for bin in 0..<bins - 1 {
        let here = histogram[slot &* 256 &+ bin]
        guard here.w > 0 else { continue }
        low += SIMD4<Double>(here)
        let high = total - low
        guard low.w >= Double(settings.leastLeaf) else { continue }
        guard high.w >= Double(settings.leastLeaf) else { break }
        let gain = SplitSearch.explained(low) + SplitSearch.explained(high) - whole
        // Less than a grey level in a thousand on every pixel is rounding.
        if gain > 1.5e-11 * total.w, gain > best?.gain ?? 0 { best = (gain, feature, bin) }
      }
    }
    return best
  }

  /// Σ over the colours of (Σ colour)² / count.
  @inline(__always)
  private static func explained(_ sums: SIMD4<Double>) -> Double {
    (sums.x * sums.x + sums.y * sums.y + sums.z * sums.z) / sums.w
  }

  private func choose(node: Int) -> [Int] {
    guard chosenCount < candidates.count else { return candidates }
    var random = SeededStream(settings.seed, UInt64(bitPattern: Int64(tree)), UInt64(node))
    var order = candidates
    for index in 0..<chosenCount {
      order.swapAt(index, Int.random(in: index..<order.count, using: &random))
    }
    return order.prefix(chosenCount).sorted()
  }

  private mutating func count(_ rows: [Int32], _ range: Range<Int>, _ chosen: [Int]) {
    let featureCount = pixels.featureCount
    histogram.withUnsafeMutableBufferPointer { histogram in
      for index in histogram.indices { histogram[index] = SIMD4(repeating: 0) }
      rows.withUnsafeBufferPointer { rows in
        pixels.bins.withUnsafeBufferPointer { bins in
          pixels.targets.withUnsafeBufferPointer { targets in
            chosen.withUnsafeBufferPointer { chosen in
              for index in range {
                let row = Int(rows[index])
                let target = targets[row]
                let base = row &* featureCount
                for slot in chosen.indices {
                  let place = slot &* 256 &+ Int(bins[base &+ chosen[slot]])
                  histogram[place] += target
                }
              }
            }
          }
        }
      }
    }
  }
}
