/// The JSON of a safetensors header, read strictly: objects of known depth, strings and whole numbers, nothing else.
struct HeaderText {
  private let bytes: [UInt8]
  /// The place of the first byte in the file, for errors.
  private let base: Int
  private var place = 0

  init(bytes: [UInt8], base: Int) { (self.bytes, self.base) = (bytes, base) }

  private func failure(_ detail: String) -> NetworkError {
    NetworkError(
      .notSafetensors, offset: base + place, "is no safetensors file: in its header, \(detail)")
  }

  private mutating func next() -> UInt8? {
    while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    return place < bytes.count ? bytes[place] : nil
  }

  /// Steps over `character` if it comes next.
  private mutating func take(_ character: Character) -> Bool {
    guard next() == character.asciiValue else { return false }
    place += 1
    return true
  }

  private mutating func require(_ character: Character) throws(NetworkError) {
    guard take(character) else { throw failure("'\(character)' is expected") }
  }

  /// Nothing but space may follow.
  mutating func end() throws(NetworkError) {
    if next() != nil { throw failure("something follows the last '}'") }
  }

  /// Reads an object: `member` reads the value of each key; it is told the key and where in the file it stands.
  mutating func members(
    _ member: (inout HeaderText, String, Int) throws(NetworkError) -> Void
  ) throws(NetworkError) {
    try require("{")
    if take("}") { return }
    repeat {
      _ = next()
      let offset = base + place
      let key = try string()
      try require(":")
      try member(&self, key, offset)
    } while take(",")
    try require("}")
  }

  /// Reads an array of whole numbers of 0 or more.
  mutating func integers() throws(NetworkError) -> [Int] {
    try require("[")
    if take("]") { return [] }
    var numbers: [Int] = []
    repeat { numbers.append(try integer()) } while take(",")
    try require("]")
    return numbers
  }

  private mutating func integer() throws(NetworkError) -> Int {
    _ = next()
    let start = place
    var number = 0
    while place < bytes.count, case let digit = Int(bytes[place]) - 48, (0...9).contains(digit) {
      let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw failure("a number is too large") }
      number = sum
      place += 1
    }
    guard place > start else { throw failure("a whole number is expected") }
    if bytes[start] == 48, place > start + 1 { throw failure("a number begins with 0") }
    if place < bytes.count, ".eE".utf8.contains(bytes[place]) {
      throw failure("a whole number is expected")
    }
    return number
  }

  /// Reads a string.
  mutating func string() throws(NetworkError) -> String {
    guard take("\"") else { throw failure("a string is expected") }
    var content: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      if byte < 0x20 { throw failure("a string holds a control character") }
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &content)
      default: content.append(byte)
      }
    }
    throw failure("a string does not end")
  }

  private mutating func escape(into content: inout [UInt8]) throws(NetworkError) {
    guard place < bytes.count else { throw failure("a string does not end") }
    let byte = bytes[place]
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var code = try unit()
      if (0xD800..<0xDC00).contains(code) {
        guard place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
          bytes[place + 1] == UInt8(ascii: "u")
        else { throw failure("half a character is escaped") }
        place += 2
        let low = try unit()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half a character is escaped") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half a character is escaped") }
      content.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw failure("an escape is unknown")
    }
  }

  private mutating func unit() throws(NetworkError) -> UInt32 {
    guard place + 4 <= bytes.count else { throw failure("a string does not end") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue, bytes[place] < 0x80
      else { throw failure("an escape is not hexadecimal") }
      code = code << 4 | UInt32(digit)
      place += 1
    }
    return code
  }
}
