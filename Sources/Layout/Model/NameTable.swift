import Foundation

/// Names and strings by number; each kind of bytes is kept once.
struct NameTable: Sendable {
  private var bytes: [UInt8] = []
  /// Where each name ends in `bytes`.
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// Open addressing, a power of two of places; −1 where none is.
  private var places: [Int32] = []
  /// The number asked for last, since names come in runs.
  private var last = -1

  var count: Int { ends.count }

  /// The number of a name, which is added where it is new.
  mutating func number(of name: UnsafeRawBufferPointer) -> Int {
    if last >= 0, isName(last, name) { return last }
    if 2 * (ends.count + 1) > places.count { grow() }
    let hash = Self.hash(name)
    var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
    while places[place] >= 0 {
      let number = Int(places[place])
      if hashes[number] == hash, isName(number, name) {
        last = number
        return number
      }
      place = (place + 1) & (places.count - 1)
    }
    places[place] = Int32(ends.count)
    last = ends.count
    bytes.append(contentsOf: name)
    ends.append(bytes.count)
    hashes.append(hash)
    return last
  }

  /// The number of a name that is known.
  func find(_ name: UnsafeRawBufferPointer) -> Int? {
    if places.isEmpty { return nil }
    let hash = Self.hash(name)
    var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
    while places[place] >= 0 {
      let number = Int(places[place])
      if hashes[number] == hash, isName(number, name) { return number }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// A number of its own, of a name that is not known yet; no name has its hash.
  mutating func addNameless() -> Int {
    ends.append(bytes.count)
    hashes.append(0)
    return ends.count - 1
  }

  private func range(_ number: Int) -> Range<Int> {
    (number == 0 ? 0 : ends[number - 1])..<ends[number]
  }

  private func isName(_ number: Int, _ name: UnsafeRawBufferPointer) -> Bool {
    let range = range(number)
    guard range.count == name.count else { return false }
    guard let start = name.baseAddress else { return true }
    return bytes.withUnsafeBytes { all in
      memcmp(all.baseAddress.unsafelyUnwrapped + range.lowerBound, start, name.count) == 0
    }
  }

  private mutating func grow() {
    places = [Int32](repeating: -1, count: max(64, 2 * places.count))
    for (number, hash) in hashes.enumerated() where hash != 0 {
      var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
      while places[place] >= 0 { place = (place + 1) & (places.count - 1) }
      places[place] = Int32(number)
    }
  }

  /// FNV-1a over words and a rest of bytes, with a last mix.
  private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var place = 0
    while place &+ 8 <= name.count {
      let word = name.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      hash = (hash ^ word) &* 0x100_0000_01B3
      hash ^= hash >> 29
      place &+= 8
    }
    while place < name.count {
      hash = (hash ^ UInt64(name[place])) &* 0x100_0000_01B3
      place &+= 1
    }
    return (hash ^ hash >> 32) | 1 << 63
  }

  /// The name as text: UTF-8 where it is that, else Latin-1.
  func string(_ number: Int) -> String {
    let name = bytes[range(number)]
    return String(validating: name, as: UTF8.self)
      ?? String(String.UnicodeScalarView(name.map { Unicode.Scalar($0) }))
  }
}
