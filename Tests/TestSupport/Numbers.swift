/// Numbers between -1/2 and 1/2, exact in single precision, as `torch_layers.py` draws them.
public func numbers(_ count: Int, salt: Int) -> [Float] {
  (0..<count).map { place in
    var index = UInt64(place + salt * 1_000_003)
    index = (index &* 2_654_435_761) & 0xFFFF_FFFF
    index ^= index >> 15
    index = (index &* 2_246_822_519) & 0xFFFF_FFFF
    return Float(Double(index >> 16) / 65536 - 0.5)
  }
}
