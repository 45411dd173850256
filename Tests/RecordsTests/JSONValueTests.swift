import Foundation
import Records
import Testing

@Suite struct JSONValueTests {
  // RFC 8785, appendix B, and its example of section 3.2.
  @Test(arguments: [
    ("0", "0"), ("-0", "0"), ("5e-324", "5e-324"), ("-5e-324", "-5e-324"),
    ("1.7976931348623157e308", "1.7976931348623157e+308"), ("9007199254740992", "9007199254740992"),
    ("295147905179352830000", "295147905179352830000"), ("1e23", "1e+23"),
    ("9.999999999999997e22", "9.999999999999997e+22"), ("1e21", "1e+21"),
    ("999999999999999900000", "999999999999999900000"), ("0.000001", "0.000001"),
    ("1e-7", "1e-7"), ("333333333.33333329", "333333333.3333333"), ("1E30", "1e+30"),
    ("4.50", "4.5"), ("2e-3", "0.002"), ("1e-27", "1e-27"), ("-12.5", "-12.5"),
  ])
  func `a number has one form`(text: String, canonical: String) throws {
    #expect(try Self.canonical(text) == canonical)
  }

  @Test func `keys are sorted by UTF-16, and text is escaped as little as can be`() throws {
    let keys = #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#
    #expect(
      try Self.canonical(keys)
        == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}")
    #expect(
      try Self.canonical(#"{ "a" : "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/" }"#)
        == #"{"a":"€$\u000f\nA'B\"\\\\\"/"}"#)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "+1", "1e999", "\"\u{1}\"", "\"\\x\"",
    "\"\\ud800\"", "nul", "[1]x", "9007199254740993", "{\"a\" 1}", "\"", "[1 2]", "-",
    "\"\\u12g4\"",
    String(repeating: "[", count: 200),
  ])
  func `what has no canonical form is refused`(text: String) {
    #expect(throws: RecordError.self) { try JSONValue(parsing: Data(text.utf8)) }
  }

  @Test func `a canonical form reads back as itself`() throws {
    let text = #"{"a":[null,true,false,{"b":"c"}],"n":-1.5e-9,"x":""}"#
    #expect(try Self.canonical(text) == text)
  }

  private static func canonical(_ text: String) throws -> String {
    String(decoding: try JSONValue(parsing: Data(text.utf8)).canonical, as: UTF8.self)
  }
}
