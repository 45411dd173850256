import Raster

/// Text as rectangles, for labels that are etched.
enum BlockText {
  /// The rectangles of a text.
  ///
  /// - Parameters:
  ///   - text: digits, capitals, `-` and space; anything else is a space.
  ///   - origin: the lower left corner.
  ///   - height: of a capital, µm; a stroke is a seventh of it.
  static func outlines(_ text: String, at origin: Point, height: Double) -> [[Point]] {
    let unit = height / 7
    var result: [[Point]] = []
    for (place, character) in text.enumerated() {
      let left = origin.x + Double(place) * 6 * unit
      for (row, line) in (glyphs[character] ?? []).enumerated() {
        let bottom = origin.y + Double(6 - row) * unit
        var start: Int?
        for column in 0...5 {
          let isSet = column < 5 && line & (0b10000 >> column) != 0
          if isSet, start == nil { start = column }
          guard !isSet, let first = start else { continue }
          start = nil
          result.append(
            Outline.rectangle(
              left + Double(first) * unit, bottom, left + Double(column) * unit, bottom + unit))
        }
      }
    }
    return result
  }

  /// Width of a text, µm.
  static func width(_ text: String, height: Double) -> Double {
    (Double(text.count) * 6 - 1) * height / 7
  }

  /// Seven rows of five bits from the top.
  private static let glyphs: [Character: [Int]] = [
    "0": [14, 17, 19, 21, 25, 17, 14], "1": [4, 12, 4, 4, 4, 4, 14],
    "2": [14, 17, 1, 6, 8, 16, 31],
    "3": [14, 17, 1, 6, 1, 17, 14], "4": [2, 6, 10, 18, 31, 2, 2], "5": [31, 16, 30, 1, 1, 17, 14],
    "6": [6, 8, 16, 30, 17, 17, 14], "7": [31, 1, 2, 4, 4, 8, 8],
    "8": [14, 17, 17, 14, 17, 17, 14],
    "9": [14, 17, 17, 15, 1, 2, 12], "A": [4, 10, 17, 17, 31, 17, 17],
    "B": [30, 17, 17, 30, 17, 17, 30], "C": [14, 17, 16, 16, 16, 17, 14],
    "D": [28, 18, 17, 17, 17, 18, 28], "E": [31, 16, 16, 30, 16, 16, 31],
    "F": [31, 16, 16, 30, 16, 16, 16], "G": [14, 17, 16, 23, 17, 17, 14],
    "H": [17, 17, 17, 31, 17, 17, 17], "I": [14, 4, 4, 4, 4, 4, 14], "J": [7, 2, 2, 2, 2, 18, 12],
    "K": [17, 18, 20, 24, 20, 18, 17], "L": [16, 16, 16, 16, 16, 16, 31],
    "M": [17, 27, 21, 21, 17, 17, 17], "N": [17, 25, 21, 21, 19, 17, 17],
    "O": [14, 17, 17, 17, 17, 17, 14], "P": [30, 17, 17, 30, 16, 16, 16],
    "Q": [14, 17, 17, 17, 21, 18, 13], "R": [30, 17, 17, 30, 20, 18, 17],
    "S": [15, 16, 16, 14, 1, 1, 30], "T": [31, 4, 4, 4, 4, 4, 4],
    "U": [17, 17, 17, 17, 17, 17, 14],
    "V": [17, 17, 17, 17, 10, 10, 4], "W": [17, 17, 17, 21, 21, 27, 17],
    "X": [17, 17, 10, 4, 10, 17, 17], "Y": [17, 17, 10, 4, 4, 4, 4],
    "Z": [31, 1, 2, 4, 8, 16, 31], "-": [0, 0, 0, 31, 0, 0, 0],
  ]
}
