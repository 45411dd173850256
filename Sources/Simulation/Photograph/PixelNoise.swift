import Foundation

/// Normal numbers of mean 0 and variance 1 that follow from a key and a pixel's place alone, in whatever order they are
/// asked for.
struct PixelNoise: Sendable {
  private let key: UInt64
  /// Quantiles of the normal distribution in the middle of equal shares.
  private static let quantiles: [Float] = (0..<2048).map { index in
    Float(normalQuantile((Double(index) + 0.5) / 2048) / 2.0.squareRoot())
  }

  /// The noise of one purpose among those that share a seed.
  init(seed: UInt64, _ purpose: SeededGenerator.Purpose, _ index: Int) {
    var random = SeededGenerator(seed: seed, purpose, index)
    key = random.next()
  }

  /// Independent numbers for red, green and blue of the pixels of a row.
  ///
  /// - Parameters:
  ///   - y: the row; the pixels are `x` and those right of it.
  ///   - body: gets each pixel's place in the row and its three numbers.
  func forEach(x: Int, y: Int, count: Int, _ body: (Int, SIMD3<Float>) -> Void) {
    let rowKey = mixed(key ^ UInt64(bitPattern: Int64(y)))
    Self.quantiles.withUnsafeBufferPointer { table in
      for column in 0..<count {
        let bits = mixed(rowKey &+ UInt64(bitPattern: Int64(x + column)) &* 0x9E37_79B9_7F4A_7C15)
        // The sum of two normal numbers is normal, with tails that one short table doesn't have.
        func normal(_ shift: UInt64) -> Float {
          table[Int(bits >> shift & 1023) << 1] + table[Int(bits >> (shift + 10) & 2047)]
        }
        body(column, SIMD3(normal(0), normal(21), normal(42)))
      }
    }
  }
}

/// Where the normal distribution of mean 0 and variance 1 reaches a share, by bisection.
private func normalQuantile(_ share: Double) -> Double {
  var (low, high) = (-8.0, 8.0)
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if erfc(-middle / 2.0.squareRoot()) / 2 < share { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// Roughness that belongs to a place of a die: smooth between random heights on a lattice, mean 0, variance about 1.
struct Texture: Sendable {
  private let key: UInt64
  private let cellsPerUm: Double

  /// The texture of one die.
  ///
  /// - Parameter grainUm: distance of the lattice's points.
  init(seed: UInt64, index: Int, grainUm: Double) {
    var random = SeededGenerator(seed: seed, .grain, index)
    key = random.next()
    cellsPerUm = 1 / grainUm
  }

  /// The height at a place in layout µm.
  func height(x: Double, y: Double) -> Float {
    let (u, v) = (x * cellsPerUm, y * cellsPerUm)
    let (left, top) = (u.rounded(.down), v.rounded(.down))
    func eased(_ share: Double) -> Float {
      let share = Float(share)
      return share * share * (3 - 2 * share)
    }
    let (across, down) = (eased(u - left), eased(v - top))
    let (column, row) = (Int(left), Int(top))
    let (above, below) = (pair(column, row), pair(column, row + 1))
    let (first, second) = (
      above.x + (above.y - above.x) * across, below.x + (below.y - below.x) * across
    )
    // Uniform heights of ±1 have variance 1/3, and what lies between them about half of that.
    return 2.35 * (first + (second - first) * down)
  }

  private func pair(_ column: Int, _ row: Int) -> SIMD2<Float> {
    let rowKey = key ^ UInt64(bitPattern: Int64(row)) &* 0xD6E8_FEB8_6659_FD93
    func value(_ column: Int) -> Float {
      let bits = mixed(rowKey &+ UInt64(bitPattern: Int64(column)) &* 0x9E37_79B9_7F4A_7C15)
      return Float(bits >> 40) * 0x1p-23 - 1
    }
    return SIMD2(value(column), value(column + 1))
  }
}
