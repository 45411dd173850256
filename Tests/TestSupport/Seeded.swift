/// A generator whose numbers are the same everywhere.
///
/// Source: Steele et al., "Fast splittable pseudorandom number generators" (SplitMix64), OOPSLA 2014.
public struct Seeded: RandomNumberGenerator {
  /// All that it remembers.
  public var state: UInt64

  /// A generator that begins at a state.
  public init(state: UInt64) { self.state = state }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
