public import Foundation

extension JSONValue {
  /// How deep lists and objects may lie in each other.
  private static let deepest = 64

  /// Reads JSON as RFC 8259 has it, and refuses what has no canonical form.
  ///
  /// - Throws: `RecordError` that names the byte: for bytes that are no JSON, a key given twice, a number out of range, text
  ///   that is no Unicode, anything after the value, and more than 64 levels.
  public init(parsing data: Data) throws(RecordError) {
    var parser = Parser(bytes: [UInt8](data))
    self = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.isAtEnd else { throw parser.error("something follows the value") }
  }

  private struct Parser {
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    func error(_ what: String) -> RecordError {
      RecordError(.badJSON, "\(what) at byte \(place)")
    }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    mutating func skipBlanks() {
      while let byte = next, byte == 32 || byte == 9 || byte == 10 || byte == 13 { place += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
      guard next == byte.asciiValue else { return false }
      place += 1
      return true
    }

    mutating func value(depth: Int) throws(RecordError) -> JSONValue {
      guard depth <= JSONValue.deepest else { throw error("more than 64 levels") }
      skipBlanks()
      switch next {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try list(depth: depth)
      case UInt8(ascii: "\""): return .text(try text())
      case UInt8(ascii: "t"): return try word("true", .bool(true))
      case UInt8(ascii: "f"): return try word("false", .bool(false))
      case UInt8(ascii: "n"): return try word("null", .null)
      default: return try number()
      }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(RecordError) -> JSONValue
    {
      guard bytes[place...].starts(with: word.utf8) else { throw error("no JSON value") }
      place += word.utf8.count
      return value
    }

    private mutating func list(depth: Int) throws(RecordError) -> JSONValue {
      place += 1
      var values: [JSONValue] = []
      skipBlanks()
      if take("]") { return .list(values) }
      while true {
        values.append(try value(depth: depth + 1))
        skipBlanks()
        if take("]") { return .list(values) }
        guard take(",") else { throw error("neither ',' nor ']'") }
      }
    }

    private mutating func object(depth: Int) throws(RecordError) -> JSONValue {
      place += 1
      var members: [String: JSONValue] = [:]
      skipBlanks()
      if take("}") { return .object(members) }
      while true {
        skipBlanks()
        guard next == UInt8(ascii: "\"") else { throw error("no key") }
        let start = place
        let key = try text()
        skipBlanks()
        guard take(":") else { throw error("no ':'") }
        let value = try value(depth: depth + 1)
        guard members.updateValue(value, forKey: key) == nil else {
          place = start
          throw error("a key given twice")
        }
        skipBlanks()
        if take("}") { return .object(members) }
        guard take(",") else { throw error("neither ',' nor '}'") }
      }
    }

    private mutating func number() throws(RecordError) -> JSONValue {
      let start = place
      func isDigit(_ byte: UInt8?) -> Bool { byte.map { (48...57).contains($0) } ?? false }
      func digits() throws(RecordError) {
        guard isDigit(next) else { throw error("no JSON value") }
        while isDigit(next) { place += 1 }
      }
      _ = take("-")
      if !take("0") { try digits() }
      if take(".") { try digits() }
      if take("e") || take("E") {
        if !take("+") { _ = take("-") }
        try digits()
      }
      let text = String(decoding: bytes[start..<place], as: UTF8.self)
      guard let value = Double(text), value.isFinite else { throw error("a number out of range") }
      // A whole number that no double holds would come back as another.
      if value.magnitude >= 0x1p53, let whole = Int(text), Double(exactly: whole) == nil {
        throw error("a whole number beyond ±2⁵³")
      }
      return .number(value == 0 ? 0 : value)
    }

    private mutating func text() throws(RecordError) -> String {
      place += 1
      var units: [UInt8] = []
      while let byte = next {
        place += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let text = String(validating: units, as: UTF8.self) else {
            throw error("text that is no UTF-8")
          }
          return text
        case UInt8(ascii: "\\"): units += Array(String(try escaped()).utf8)
        case 0..<32: throw error("a control character in a text")
        default: units.append(byte)
        }
      }
      throw error("a text without an end")
    }

    private mutating func escaped() throws(RecordError) -> Unicode.Scalar {
      guard let byte = next else { throw error("a text without an end") }
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return "\""
      case UInt8(ascii: "\\"): return "\\"
      case UInt8(ascii: "/"): return "/"
      case UInt8(ascii: "b"): return "\u{8}"
      case UInt8(ascii: "f"): return "\u{C}"
      case UInt8(ascii: "n"): return "\n"
      case UInt8(ascii: "r"): return "\r"
      case UInt8(ascii: "t"): return "\t"
      case UInt8(ascii: "u"):
        let high = try unit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard (0xD800..<0xDC00).contains(high), take("\\"), take("u") else {
          throw error("half a surrogate pair")
        }
        let low = try unit()
        guard (0xDC00..<0xE000).contains(low),
          let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw error("half a surrogate pair") }
        return scalar
      default: throw error("an unknown escape")
      }
    }

    private mutating func unit() throws(RecordError) -> UInt32 {
      guard place + 4 <= bytes.count,
        let unit = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16),
        bytes[place] != UInt8(ascii: "+"), bytes[place] != UInt8(ascii: "-")
      else { throw error("an unknown escape") }
      place += 4
      return unit
    }
  }
}
