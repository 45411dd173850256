/// Random numbers that are the same everywhere, from numbers that say what they are for.
///
/// Source: Steele et al., "Fast Splittable Pseudorandom Number Generators" (SplitMix64), OOPSLA 2014.
public struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A stream for these numbers.
  public init(_ numbers: UInt64...) {
    state = 0
    for number in numbers {
      state &+= number &+ 1
      state = next()
    }
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
