import Foundation

/// The items of a KLayout marker database, as far as decisions are told by them.
struct MarkerFile {
  struct Item {
    var tags: Set<String> = []
    /// The path of its category, quotes taken off.
    var category = ""
    var comment = ""
    var values: [String] = []
  }

  /// Longest file that is read, in bytes.
  private static let longestFile = 1 << 29

  let items: [Item]

  /// - Throws: `ReportError` when the file is missing, or no marker database.
  init(contentsOf file: URL) throws(ReportError) {
    let size = (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size] as? NSNumber
    guard let data = try? Data(contentsOf: file), (size?.intValue ?? 0) <= Self.longestFile else {
      throw ReportError(.noSuchFile, path: file.path, "the file can't be read")
    }
    var reader = Reader(bytes: [UInt8](data))
    guard let items = reader.items() else {
      throw ReportError(
        .fileSystem, path: file.path, "is no KLayout marker database, near line \(reader.line)")
    }
    self.items = items
  }

  /// The finding that a value of ours names: key and number.
  static func finding(_ value: String) -> (String, Int)? {
    guard
      let match = value.wholeMatch(of: /\[#goldendie\] text: '?([0-9a-f]{64}):(\d{1,9})'?/),
      let number = Int(match.2)
    else { return nil }
    return (String(match.1), number)
  }

  /// Walks the elements; a marker database has no attributes that count, no CDATA and no entities of its own.
  private struct Reader {
    let bytes: [UInt8]
    var place = 0
    /// The line of the place, for messages.
    var line: Int { bytes[..<min(place, bytes.count)].count { $0 == 10 } + 1 }

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func items() -> [Item]? {
      var (items, path): ([Item], [String]) = ([], [])
      var (item, text) = (Item(), [UInt8]())
      var isDatabase = false
      while place < bytes.count {
        guard bytes[place] == UInt8(ascii: "<") else {
          text.append(bytes[place])
          place += 1
          continue
        }
        guard let end = bytes[place...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let inside = String(decoding: bytes[place + 1..<end], as: UTF8.self)
        place = end + 1
        if inside.hasPrefix("?") || inside.hasPrefix("!") { continue }
        if inside.hasPrefix("/") {
          guard path.popLast() == String(inside.dropFirst()) else { return nil }
          guard let content = Self.unescaped(text) else { return nil }
          switch (path.last, inside) {
          case ("items", "/item"):
            items.append(item)
            item = Item()
          case ("item", "/tags"):
            item.tags = Set(content.split(separator: ",").map(String.init))
          case ("item", "/category"): item.category = Self.unquoted(content)
          case ("item", "/comment"): item.comment = content
          case ("values", "/value"): item.values.append(content)
          default: break
          }
        } else if !inside.hasSuffix("/") {
          let name = inside.split(separator: " ").first.map(String.init) ?? ""
          if path.isEmpty, name == "report-database" { isDatabase = true }
          path.append(name)
          guard path.count < 64 else { return nil }
        }
        text = []
      }
      return path.isEmpty && isDatabase ? items : nil
    }

    private static func unescaped(_ bytes: [UInt8]) -> String? {
      guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
      return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
        .replacing("&quot;", with: "\"").replacing("&apos;", with: "'")
        .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Takes KLayout's quotes off a name.
    private static func unquoted(_ text: String) -> String {
      guard text.count >= 2, text.hasPrefix("'"), text.hasSuffix("'") else { return text }
      return String(text.dropFirst().dropLast()).replacing("\\'", with: "'").replacing(
        "\\\\", with: "\\")
    }
  }
}
