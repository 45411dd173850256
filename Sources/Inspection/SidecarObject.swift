import Foundation
import Raster

/// The JSON object of a sidecar, all of whose keys are known and different, read value by value.
struct SidecarObject {
  private let file: URL
  private let values: [String: SidecarValue]
  /// The line of each key.
  private let lines: [String: Int]

  init(contentsOf file: URL) throws {
    self.file = file
    let data = try contentsOfSmallFile(file, limit: 1 << 20)
    do {
      values = try JSONDecoder().decode([String: SidecarValue].self, from: data)
    } catch DecodingError.dataCorrupted(let context) {
      let cause = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
      throw RecipeError(
        .syntax, path: file.path,
        detail: data.isEmpty
          ? "the sidecar is empty" : "not valid JSON: \(cause ?? context.debugDescription)")
    } catch is DecodingError {
      throw RecipeError(
        .wrongType, path: file.path, detail: "a sidecar is a JSON object of keys with values")
    }
    var lines: [String: Int] = [:]
    for (key, line) in outermostKeys(of: data) {
      guard Sidecar.keys.contains(key) else {
        let near = suggestion(for: key, among: Sidecar.keys).map { "; did you mean '\($0)'?" }
        throw RecipeError(
          .unknownKey, path: file.path, line: line,
          detail: "unknown key '\(key)'"
            + (near ?? "; known are \(Sidecar.keys.joined(separator: ", "))"))
      }
      guard lines.updateValue(line, forKey: key) == nil else {
        throw RecipeError(
          .duplicateKey, path: file.path, line: line, detail: "key '\(key)' is given twice")
      }
    }
    self.lines = lines
  }

  /// Text, or a whole number as text.
  func label(_ key: String) throws -> String? {
    switch values[key] {
    case nil, .null: nil
    case .text(let text) where !text.isEmpty: text
    case .integer(let number): String(number)
    default: throw error(.wrongType, key, "expected text or a whole number")
    }
  }

  /// Two whole numbers.
  func integers(_ key: String) throws -> [Int]? {
    switch values[key] {
    case nil, .null: nil
    case .list(let list) where list.count == 2 && list.allSatisfy { $0.integer != nil }:
      list.compactMap(\.integer)
    default: throw error(.wrongType, key, "expected two whole numbers, [column, row]")
    }
  }

  /// Two numbers.
  func point(_ key: String) throws -> Point? {
    switch values[key] {
    case nil, .null: nil
    case .list(let list) where list.count == 2 && list.allSatisfy { $0.number != nil }:
      Point(x: list[0].number ?? 0, y: list[1].number ?? 0)
    default: throw error(.wrongType, key, "expected two numbers, [x, y]")
    }
  }

  /// A number in a range.
  func number(_ key: String, _ range: (Double) -> Bool) throws -> Double? {
    guard let value = values[key], value != .null else { return nil }
    guard let number = value.number else { throw error(.wrongType, key, "expected a number") }
    guard range(number) else { throw error(.badValue, key, "\(number) is out of range") }
    return number
  }

  /// A positive number, or a list of two in rising order.
  func span(_ key: String) throws -> ClosedRange<Double>? {
    guard let value = values[key], value != .null else { return nil }
    let ends: [SidecarValue] = if case .list(let list) = value { list } else { [value, value] }
    let numbers = ends.compactMap(\.number)
    let expected = "expected a number above 0, or [low, high]"
    guard ends.count == 2, numbers.count == 2 else { throw error(.wrongType, key, expected) }
    guard numbers[0] > 0, numbers[0] <= numbers[1] else { throw error(.badValue, key, expected) }
    return numbers[0]...numbers[1]
  }

  /// A date, or date and time, as ISO 8601 has it in its extended form.
  func time(_ key: String) throws -> String? {
    guard let value = values[key], value != .null else { return nil }
    guard case .text(let text) = value else { throw error(.wrongType, key, "expected text") }
    guard isISO8601(text) else {
      throw error(
        .badValue, key, "'\(text)' is no ISO 8601 date and time such as 2026-02-13T10:11:12Z")
    }
    return text
  }

  private func error(_ code: RecipeError.Code, _ key: String, _ detail: String) -> RecipeError {
    RecipeError(code, path: file.path, line: lines[key], detail: "\(key): \(detail)")
  }
}

/// Any JSON value; of an object only that it is one.
enum SidecarValue: Decodable, Equatable {
  case null, flag, object
  case integer(Int)
  case decimal(Double)
  case text(String)
  case list([SidecarValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if (try? container.decode(Bool.self)) != nil {
      self = .flag
    } else if let number = try? container.decode(Int.self) {
      self = .integer(number)
    } else if let number = try? container.decode(Double.self), number.isFinite {
      self = .decimal(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([SidecarValue].self) {
      self = .list(list)
    } else {
      self = .object
    }
  }

  var integer: Int? { if case .integer(let number) = self { number } else { nil } }

  var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .decimal(let number): number
    default: nil
    }
  }
}

/// The keys of a well-formed JSON object, each with its line, in order and as often as they stand there; a decoder keeps
/// one of two alike.
private func outermostKeys(of json: Data) -> [(key: String, line: Int)] {
  var keys: [(String, Int)] = []
  var (depth, line) = (0, 1)
  var start: Data.Index?
  var last: (text: Data, line: Int)?
  var isEscaped = false
  for (index, byte) in zip(json.indices, json) {
    if byte == UInt8(ascii: "\n") { line += 1 }
    if let opening = start {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        (last, start) = ((json[opening...index], line), nil)
      }
      continue
    }
    switch byte {
    case UInt8(ascii: "\""): start = index
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    case UInt8(ascii: ":"):
      guard depth == 1, let last, let key = try? JSONDecoder().decode(String.self, from: last.text)
      else { continue }
      keys.append((key, last.line))
    default: break
    }
  }
  return keys
}

/// Whether a text is `YYYY-MM-DD`, or that with `Thh:mm`, seconds, a fraction of them and a zone, and a day of the
/// calendar.
private func isISO8601(_ text: String) -> Bool {
  let form =
    /(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?/
  guard let match = text.wholeMatch(of: form),
    let year = Int(match.1), let month = Int(match.2), let day = Int(match.3)
  else { return false }
  let clock = [match.4, match.5, match.6].map { $0.flatMap { Int($0) } ?? 0 }
  let date = DateComponents(
    calendar: Calendar(identifier: .gregorian), year: year, month: month, day: day)
  return date.isValidDate && clock[0] < 24 && clock[1] < 60 && clock[2] <= 60
}
