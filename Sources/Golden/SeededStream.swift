/// Random numbers that are the same everywhere, from whole numbers that say what they are for.
///
/// Source: Steele et al., "Fast splittable pseudorandom number generators" (SplitMix64), OOPSLA 2014.
struct SeededStream: RandomNumberGenerator {
  private var state: UInt64

  /// A stream for these words; another word, another stream.
  init(_ words: UInt64...) {
    state = 0
    for word in words { state = SeededStream.mixed(state &+ word &+ 0x9E37_79B9_7F4A_7C15) }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SeededStream.mixed(state)
  }

  /// A number 0..<1 that hangs on two words alone.
  @inline(__always)
  static func share(_ first: UInt64, _ second: UInt64) -> Float {
    let bits = mixed(mixed(first &+ 0x9E37_79B9_7F4A_7C15) &+ second &+ 0x9E37_79B9_7F4A_7C15)
    return Float(bits >> 40) * 0x1p-24
  }

  @inline(__always)
  private static func mixed(_ word: UInt64) -> UInt64 {
    var value = word
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
