/// Damages bytes by chance: what a reader must survive.
public struct Mutations {
  private var random: Seeded
  private static let oddBytes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0x10, 0x20, 0x40]

  /// Damage drawn from a seed.
  public init(seed: UInt64) { random = Seeded(state: seed) }

  /// Some bytes as they are, changed in one to eight places.
  ///
  /// - Parameter other: bytes of another file of the kind, parts of which are put in.
  public mutating func damaged(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      if result.isEmpty { return result }
      let place = Int.random(in: 0..<result.count, using: &random)
      switch Int.random(in: 0..<11, using: &random) {
      case 0, 1: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2, 3: result[place] = Self.oddBytes.randomElement(using: &random) ?? 0
      case 4: result[place] = .random(in: 0...255, using: &random)
      case 5: result[place] &+= UInt8.random(in: 0...4, using: &random) &- 2
      case 6: result.removeSubrange(place..<min(place + length(), result.count))
      case 7: result.insert(contentsOf: piece(of: other), at: place)
      case 8:
        let piece = piece(of: result)
        result.replaceSubrange(place..<min(place + piece.count, result.count), with: piece)
      case 9:
        for index
          in place..<min(place + [2, 4, 8][Int.random(in: 0..<3, using: &random)], result.count)
        {
          result[index] = Bool.random(using: &random) ? 0xFF : 0
        }
      default: if Int.random(in: 0..<4, using: &random) == 0 { result.removeSubrange(place...) }
      }
    }
    return result
  }

  private mutating func length() -> Int { 1 << Int.random(in: 0..<8, using: &random) }

  private mutating func piece(of bytes: [UInt8]) -> ArraySlice<UInt8> {
    guard !bytes.isEmpty else { return [] }
    let start = Int.random(in: 0..<bytes.count, using: &random)
    return bytes[start..<min(start + length(), bytes.count)]
  }

  /// One of them by chance.
  public mutating func pick<Item>(_ items: [Item]) -> Item {
    items[Int.random(in: items.indices, using: &random)]
  }
}
