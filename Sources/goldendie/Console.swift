import Foundation

/// What is said on standard error, where results never go.
enum Console {
  /// Says one line, with the program's name before it.
  static func tell(_ sentence: String) {
    try? FileHandle.standardError.write(contentsOf: Data("goldendie: \(sentence)\n".utf8))
  }

  /// Prints a value as JSON on standard output: keys sorted, indented.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}

/// One line on standard error that says what is going on, rewritten in place; nothing where that is no terminal.
struct ProgressLine {
  private let isShown = isatty(STDERR_FILENO) == 1

  /// Shows a line in place of the one before.
  func show(_ text: String) {
    // A line that wraps could not be rewritten.
    write("\r\u{1B}[K\(text.onOneLine.prefix(columns - 1))")
  }

  /// How much fits a line of the terminal.
  private var columns: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
    return isKnown ? Int(size.ws_col) : 80
  }

  /// Takes the line away, so that something else can be said.
  func clear() { write("\r\u{1B}[K") }

  private func write(_ text: String) {
    guard isShown else { return }
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
