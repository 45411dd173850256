import Foundation
import Raster
import Records

/// Numbers and facts as the pages say them.
enum Wording {
  /// A number with this many digits after the point and a true minus sign.
  static func number(_ value: Double, digits: Int) -> String {
    let text = String(format: "%.\(digits)f", value)
    guard text.hasPrefix("-") else { return text }
    // What rounds to nothing has no sign.
    return text.contains { "123456789".contains($0) }
      ? "−" + text.dropFirst() : String(text.dropFirst())
  }

  /// A number with its sign, whichever it is.
  static func signed(_ value: Double, digits: Int) -> String {
    let text = number(value, digits: digits)
    return text.hasPrefix("−") || !text.contains { "123456789".contains($0) } ? text : "+" + text
  }

  /// A whole number with thin spaces between groups of three digits.
  static func grouped(_ value: Int) -> String {
    var text = ""
    for (index, digit) in String(value.magnitude).enumerated() {
      let left = String(value.magnitude).count - index
      if index > 0 && left % 3 == 0 { text += "\u{202F}" }
      text.append(digit)
    }
    return value < 0 ? "−" + text : text
  }

  /// A number of things: `1 finding`, `2 findings`.
  static func count(_ value: Int, _ noun: String) -> String {
    "\(grouped(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  /// Three to four significant digits, as areas and times want them.
  static func brief(_ value: Double) -> String {
    number(value, digits: abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2)
  }

  /// An area given in µm², in the unit that reads best.
  static func area(_ squareMicrometres: Double) -> String {
    squareMicrometres < 0.01
      ? "\(significant(squareMicrometres * 1e6)) nm²" : "\(significant(squareMicrometres)) µm²"
  }

  /// Three significant digits, however small the number.
  static func significant(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return number(value, digits: 0) }
    return number(value, digits: min(9, max(0, 2 - Int(floor(log10(abs(value)))))))
  }

  /// A die's column and row.
  static func die(_ die: [Int]) -> String {
    die.map { $0 < 0 ? "−\($0.magnitude)" : "\($0)" }.joined(separator: ", ")
  }

  /// A time in seconds or minutes.
  static func duration(_ seconds: Double) -> String {
    if seconds < 120 { return brief(seconds) + " s" }
    let minutes = (seconds / 60).rounded()
    if minutes < 120 { return number(minutes, digits: 0) + " min" }
    return number(minutes / 60, digits: 1) + " h"
  }

  /// An ISO 8601 time with a blank instead of the T; other text as it is.
  static func time(_ text: String) -> String {
    text.replacing(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?/) { "\($0.1) \($0.2)" }
  }

  /// The first 12 digits of a hash.
  static func short(_ hash: String) -> String { String(hash.prefix(12)) }

  /// A file's name without its folders.
  static func fileName(_ path: String) -> String { (path as NSString).lastPathComponent }

  /// A place as `(x, y)`.
  static func place(_ point: Point, digits: Int) -> String {
    "\(number(point.x, digits: digits)), \(number(point.y, digits: digits))"
  }

  /// What a golden of a kind is.
  static func golden(_ kind: String) -> String {
    switch kind {
    case "table": "colour table"
    case "tree": "regression tree"
    case "generator": "generator network"
    case "image": "golden picture"
    case "images": "good dies"
    case "neighbours": "neighbour dies"
    default: kind
    }
  }

  /// What isn't known of a place.
  static func sentence(_ ambiguity: Ambiguity) -> String {
    if let periodUm = ambiguity.periodUm, periodUm > 0 {
      return
        "Known only up to its \(number(periodUm, digits: 3)) µm pitch along \(ambiguity.axis)."
    }
    if ambiguity.periodPx > 0 {
      return
        "Known only up to its \(number(ambiguity.periodPx, digits: 1)) px pitch along \(ambiguity.axis)."
    }
    return "Not known along \(ambiguity.axis): nothing changes along it in this field."
  }

  /// The length of a scale bar: 1, 2 or 5 times a power of ten, at most `longest`; both in µm.
  static func scaleBar(longest: Double) -> Double {
    let power = pow(10, floor(log10(longest)))
    return [5, 2, 1].map { $0 * power }.first { $0 <= longest } ?? power
  }
}
