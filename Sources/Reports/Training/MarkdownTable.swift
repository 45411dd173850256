/// Parts of a page in Markdown.
enum MarkdownTable {
  /// A table; cells are Markdown.
  static func lines(_ head: [String], _ rows: [[String]]) -> [String] {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let marks = head.indices.map { $0 == 0 || head[0].isEmpty ? "---" : "---:" }
    return [line(head), line(marks)] + rows.map(line)
  }

  /// Text that Markdown shows as it is, on one line.
  static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": escaped += "&lt;".unicodeScalars
      case ">": escaped += "&gt;".unicodeScalars
      case "&": escaped += "&amp;".unicodeScalars
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$":
        escaped += ["\\", scalar]
      case _
      where scalar.properties.generalCategory == .control || scalar.value == 0x2028
        || scalar.value == 0x2029:
        escaped.append(" ")
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
