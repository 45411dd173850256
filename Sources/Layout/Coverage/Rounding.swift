extension Double {
  /// The nearest whole number, to even where two are as near; of numbers between ±2⁵¹ only.
  @inline(__always)
  var nearestWhole: Int {
    // Adding 3·2⁵¹ leaves no bit for fractions, and the number itself in the lowest bits.
    Int(bitPattern: UInt((self + 0x1.8p52).bitPattern)) &- 0x4338_0000_0000_0000
  }
}
