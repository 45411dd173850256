import Foundation

/// A small random number generator whose numbers follow from its seed alone, on every machine.
///
/// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021 (xoshiro256**), its
/// state filled by SplitMix64 (Steele et al., OOPSLA 2014).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The generator of a seed; any number will do.
  public init(seed: UInt64) {
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      return mixed(mixer)
    }
    state = (next(), next(), next(), next())
  }

  /// The generator of one purpose among those that share a seed, so that drawing more for one changes no other.
  ///
  /// - Parameters:
  ///   - seed: what they share.
  ///   - purpose: what the numbers are for.
  ///   - index: which scan, row or defect.
  init(seed: UInt64, _ purpose: Purpose, _ index: Int = 0) {
    self.init(seed: mixed(mixed(seed ^ purpose.rawValue << 56) ^ UInt64(bitPattern: Int64(index))))
  }

  /// What numbers are drawn for.
  enum Purpose: UInt64 {
    case die = 1, place, wafer, process, camera, grain, noise, classes, defects, reticle
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    let result = rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, by: 45)
    return result
  }
}

/// SplitMix64's finalizer: a hash of 64 bits.
@inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

private func rotated(_ value: UInt64, by bits: UInt64) -> UInt64 {
  value << bits | value >> (64 - bits)
}

// The standard library's draws may change with its version; these may not.
extension RandomNumberGenerator {
  /// Evenly distributed in the range, its end left out.
  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(next() >> 11) * 0x1p-53
  }

  /// Evenly distributed on a logarithmic scale.
  mutating func logUniform(_ low: Double, _ high: Double) -> Double {
    exp(uniform(log(low), log(high)))
  }

  /// One of the whole numbers in the range, its end included.
  mutating func whole(_ low: Int, _ high: Int) -> Int {
    low + Int(uniform(0, Double(high - low + 1)))
  }

  /// One of the elements.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[whole(0, elements.count - 1)]
  }

  /// True with a probability.
  mutating func chance(_ probability: Double) -> Bool { uniform(0, 1) < probability }

  /// The elements in a random order.
  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for index in stride(from: result.count - 1, to: 0, by: -1) {
      result.swapAt(index, whole(0, index))
    }
    return result
  }

  /// From the normal distribution of mean 0 (Box and Muller, 1958).
  mutating func normal(sigma: Double) -> Double {
    let radius = (-2 * log(1 - uniform(0, 1))).squareRoot()
    return sigma * radius * cos(uniform(0, 2 * .pi))
  }
}
