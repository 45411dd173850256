/// One directory of a TIFF that is being written: what its tags say, and its bytes.
struct TIFFDirectory {
  /// Whether it is of a BigTIFF.
  let isBig: Bool
  let width: Int
  let height: Int
  let channels: Int
  let bitDepth: Int
  /// Side of the square tiles.
  let tile: Int
  let isDeflated: Bool
  /// Whether it is a smaller version of the first directory's picture.
  let isReduced: Bool
  let pixelSizeUm: Double?
  /// Where each tile's bytes lie.
  let tiles: [TIFFTilePlace]

  private enum Kind: Int {
    case short = 3
    case long = 4
    case rational = 5
    case long8 = 16

    var bytes: Int { self == .short ? 2 : self == .long ? 4 : 8 }
  }

  /// The bytes of a directory that begins at `offset`, with what doesn't fit its entries behind it.
  ///
  /// - Parameter isLast: whether no directory follows; else the next one begins right behind these bytes.
  ///
  /// Source: Adobe, "TIFF Revision 6.0", 1992, section 2; the BigTIFF design by Aware Systems, 2008.
  func bytes(at offset: Int, isLast: Bool) -> [UInt8] {
    let entries = self.entries
    let word = isBig ? 8 : 4
    let entryBytes = isBig ? 20 : 12
    let headBytes = (isBig ? 8 : 2) + entries.count * entryBytes + word
    var head = LittleEndianBytes()
    var tail = LittleEndianBytes()
    head.add(entries.count, bytes: isBig ? 8 : 2)
    // Offsets are even in a TIFF, and by eights in a BigTIFF.
    let tailStart = (offset + headBytes).rounded(upTo: 8)
    for (tag, kind, values) in entries {
      head.add(tag, bytes: 2)
      head.add(kind.rawValue, bytes: 2)
      head.add(kind == .rational ? values.count / 2 : values.count, bytes: word)
      let size = kind == .rational ? 4 : kind.bytes
      if values.count * size <= word {
        for value in values { head.add(value, bytes: size) }
        head.add(0, bytes: word - values.count * size)
      } else {
        head.add(tailStart + tail.bytes.count, bytes: word)
        for value in values { tail.add(value, bytes: size) }
        tail.pad(toMultipleOf: 8)
      }
    }
    head.add(isLast ? 0 : tailStart + tail.bytes.count, bytes: word)
    head.add(0, bytes: tailStart - offset - headBytes)
    return head.bytes + tail.bytes
  }

  /// Tags in rising order; a rational has two values.
  private var entries: [(tag: Int, kind: Kind, values: [Int])] {
    let address: Kind = isBig ? .long8 : .long
    var entries: [(tag: Int, kind: Kind, values: [Int])] = [
      (254, .long, [isReduced ? 1 : 0]),
      (256, .long, [width]),
      (257, .long, [height]),
      (258, .short, [Int](repeating: bitDepth, count: channels)),
      (259, .short, [isDeflated ? 8 : 1]),
      (262, .short, [channels == 1 ? 1 : 2]),
      (274, .short, [1]),
      (277, .short, [channels]),
      (284, .short, [1]),
      (322, .short, [tile]),
      (323, .short, [tile]),
      (324, address, tiles.map(\.offset)),
      (325, address, tiles.map(\.length)),
      (339, .short, [Int](repeating: 1, count: channels)),
    ]
    if isDeflated { entries.append((317, .short, [2])) }
    if let pixelSizeUm {
      let resolution = TIFFDirectory.rational(1e4 / pixelSizeUm)
      entries += [(282, .rational, resolution), (283, .rational, resolution), (296, .short, [3])]
    }
    return entries.sorted { $0.tag < $1.tag }
  }

  /// A positive number as a quotient of two 32-bit numbers; a whole number as itself.
  private static func rational(_ value: Double) -> [Int] {
    let greatest = Double(UInt32.max)
    let value = min(max(value, 1 / greatest), greatest)
    if value == value.rounded() { return [Int(value), 1] }
    let denominator = min(greatest, (greatest / value).rounded(.down))
    return [Int((value * denominator).rounded()), Int(denominator)]
  }
}

/// Where a tile's bytes lie in the file.
struct TIFFTilePlace {
  var offset: Int
  var length: Int
}

/// Bytes that numbers are added to, lowest byte first.
struct LittleEndianBytes {
  private(set) var bytes: [UInt8] = []

  /// Adds the lowest `count` bytes of a number; beyond the eighth they are 0.
  mutating func add(_ value: Int, bytes count: Int) {
    for index in 0..<count {
      bytes.append(index < 8 ? UInt8(truncatingIfNeeded: value >> (8 * index)) : 0)
    }
  }

  mutating func pad(toMultipleOf step: Int) {
    add(0, bytes: bytes.count.rounded(upTo: step) - bytes.count)
  }
}

extension Int {
  /// The next multiple of `step`, itself included.
  func rounded(upTo step: Int) -> Int { (self + step - 1) / step * step }
}
