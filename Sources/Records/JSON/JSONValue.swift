public import Foundation

/// Any JSON value, with objects whose keys differ and numbers that are finite.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number as IEEE 754 doubles have it; a whole number beyond ±2⁵³ is none of them.
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// A whole number.
  public static func integer(_ value: Int) -> JSONValue { .number(Double(value)) }

  /// Text, or null where there is none.
  public static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.text) ?? .null }

  /// The value as JSON that has one form only, as RFC 8785 (JSON Canonicalization Scheme) states it.
  ///
  /// No blanks; keys sorted by their UTF-16 code units; numbers in the shortest form that reads back the same, written as
  /// ECMAScript does; in text only `"`, `\` and control characters are escaped, those by `\b \t \n \f \r` or `\u00xx`; UTF-8.
  public var canonical: Data {
    var bytes: [UInt8] = []
    write(into: &bytes)
    return Data(bytes)
  }

  /// The value that an encoder makes of anything.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public init(encoding value: some Encodable) throws {
    do {
      self = try JSONValue(parsing: JSONEncoder().encode(value))
    } catch EncodingError.invalidValue(let value, _) {
      throw RecordError(.notFinite, "\(value) is no JSON")
    }
  }

  /// The member of an object; nil for other values and unknown keys.
  public subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// The text of a text.
  public var string: String? { if case .text(let text) = self { text } else { nil } }

  /// The number of a whole number.
  public var int: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }

  private func write(into bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .number(let number): bytes += Self.text(of: number).utf8
    case .text(let text): Self.write(text, into: &bytes)
    case .list(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        value.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.write(member.key, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += #"\""#.utf8
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case 8: bytes += #"\b"#.utf8
      case 9: bytes += #"\t"#.utf8
      case 10: bytes += #"\n"#.utf8
      case 12: bytes += #"\f"#.utf8
      case 13: bytes += #"\r"#.utf8
      case 0..<32:
        let digits = Array("0123456789abcdef".utf8)
        bytes += #"\u00"#.utf8
        bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// ECMAScript's Number::toString of a finite number (ECMA-262, 6.1.6.1.20).
  static func text(of number: Double) -> String {
    precondition(number.isFinite, "JSON has no infinity and no NaN")
    if number == 0 { return "0" }
    // Swift's description has the shortest digits; only where it puts the point differs.
    let parts = number.magnitude.description.split(separator: "e")
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var digits = String(halves[0]) + (halves.count > 1 ? String(halves[1]) : "")
    // The value is 0.DIGITS × 10^point.
    var point = halves[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.hasPrefix("0") {
      digits.removeFirst()
      point -= 1
    }
    while digits.hasSuffix("0") { digits.removeLast() }
    let sign = number < 0 ? "-" : ""
    let count = digits.count
    if count <= point, point <= 21 {
      return sign + digits + String(repeating: "0", count: point - count)
    }
    if 0 < point, point <= 21 { return sign + digits.prefix(point) + "." + digits.dropFirst(point) }
    if -6 < point, point <= 0 {
      return sign + "0." + String(repeating: "0", count: -point) + digits
    }
    let exponent = (point > 0 ? "e+" : "e-") + String((point - 1).magnitude)
    let rest = count > 1 ? "." + digits.dropFirst() : ""
    return sign + digits.prefix(1) + rest + exponent
  }
}
