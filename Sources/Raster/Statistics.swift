extension Plane {
  /// The quantile of at most about 100 000 samples taken on a regular lattice; 0 for an empty plane.
  public func sampledQuantile(_ share: Double) -> Float {
    guard !samples.isEmpty else { return 0 }
    // A stride without common factors with usual widths visits all columns alike.
    let step = max(1, samples.count / 100_003)
    var picked = stride(from: 0, to: samples.count, by: step).map { samples[$0] }
    return picked.takeQuantile(share)
  }
}

extension [Float] {
  /// The quantile (0…1, nearest rank) of the elements, which may be put into another order; 0 when empty.
  public mutating func takeQuantile(_ share: Double) -> Float {
    guard !isEmpty else { return 0 }
    let rank = Swift.min(count - 1, Swift.max(0, Int((share * Double(count - 1)).rounded())))
    return count < 4096 ? takeElement(rank) : element(ranked: rank)
  }

  /// The element that `rank` others come before, found digit by digit: of many elements comparing cannot be foreseen, and
  /// counting need not be.
  private func element(ranked rank: Int) -> Float {
    // Bits whose order as whole numbers is that of the numbers they stand for.
    func key(_ value: Float) -> UInt32 {
      value.bitPattern ^ (value.bitPattern >> 31 == 0 ? 0x8000_0000 : 0xFFFF_FFFF)
    }
    var (keys, rank) = (map(key), rank)
    for (shift, digits): (UInt32, Int) in [(21, 2048), (10, 2048), (0, 1024)] {
      var counts = [Int](repeating: 0, count: digits)
      for key in keys { counts[Int(key >> shift) & (digits - 1)] += 1 }
      var digit = 0
      while rank >= counts[digit] {
        rank -= counts[digit]
        digit += 1
      }
      keys = keys.filter { Int($0 >> shift) & (digits - 1) == digit }
    }
    return Float(bitPattern: keys[0] ^ (keys[0] >> 31 == 1 ? 0x8000_0000 : 0xFFFF_FFFF))
  }

  /// The same by comparing, which puts elements into another order.
  private mutating func takeElement(_ rank: Int) -> Float {
    var (low, high) = (0, count - 1)
    while low < high {
      // Hoare's selection around the middle element.
      let pivot = self[(low + high) / 2]
      var (left, right) = (low, high)
      while left <= right {
        while self[left] < pivot { left += 1 }
        while self[right] > pivot { right -= 1 }
        if left <= right {
          swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if rank <= right { high = right } else if rank >= left { low = left } else { break }
    }
    return self[rank]
  }

  /// The median, and the standard deviation that the median absolute deviation stands for in a normal distribution.
  public func robustCenterAndScale() -> (median: Float, sigma: Float) {
    var copy = self
    let median = copy.takeQuantile(0.5)
    for index in copy.indices { copy[index] = abs(copy[index] - median) }
    return (median, 1.4826 * copy.takeQuantile(0.5))
  }
}
