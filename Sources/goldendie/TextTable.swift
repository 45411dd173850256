import Foundation

/// A table of text for a terminal: columns as wide as need be, two spaces apart.
struct TextTable {
  /// A column: its title, and whether its values are numbers that stand to the right.
  struct Column {
    var title: String
    var isNumber = false
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row with a text for each column.
  mutating func add(_ row: [String]) {
    precondition(row.count == columns.count, "a row has a text for each column")
    rows.append(row)
  }

  /// The titles and the rows, a line each.
  var lines: [String] {
    let all = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      for (index, text) in row.enumerated() {
        let room = String(repeating: " ", count: widths[index] - text.count)
        line += (index > 0 ? "  " : "") + (columns[index].isNumber ? room + text : text + room)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension String {
  /// The text without line breaks, which names of files may hold.
  var onOneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}

extension Double {
  /// The number with so many digits after the point.
  func digits(_ count: Int) -> String { String(format: "%.\(count)f", self) }

  /// The number with so many digits that mean something.
  func significant(_ count: Int) -> String { String(format: "%.\(count)g", self) }
}
