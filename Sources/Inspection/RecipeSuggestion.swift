/// The known word that was probably meant, or nil when none is near.
///
/// Near is a distance of a third of the word's length, at least 1, in letters inserted, left out, replaced or swapped
/// with their neighbour.
func suggestion(for word: String, among known: [String]) -> String? {
  let limit = max(1, word.count / 3)
  return known.map { (word: $0, distance: editDistance(word.lowercased(), $0)) }
    .filter { $0.distance <= limit }
    .min { $0.distance < $1.distance }?.word
}

/// The optimal string alignment distance of two words.
///
/// Source: Damerau, "A technique for computer detection and correction of spelling errors", CACM 1964.
func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  // rows[i][j]: distance of the first i letters of one to the first j letters of the other.
  var rows = [Array(0...second.count)]
  for i in 0..<first.count {
    var row = [i + 1]
    for j in 0..<second.count {
      var least = min(rows[i][j] + (first[i] == second[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
        least = min(least, rows[i - 1][j - 1] + 1)
      }
      row.append(least)
    }
    rows.append(row)
  }
  return rows[first.count][second.count]
}
