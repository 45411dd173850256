/// Runs of pixels in groups: those are of one group whose pixels lie within a distance of each other along both axes.
struct RunGroups {
  /// Each run's group; after `number()` 0, 1, … in the order in which groups begin.
  private(set) var numbers: [Int]

  /// - Parameters:
  ///   - runs: from the top and from the left.
  ///   - distance: 1 for neighbours along edges and corners.
  init(_ runs: [FlaggedPixels.Run], within distance: Int) {
    numbers = Array(runs.indices)
    // Where each of the last rows begins.
    var rows: [(y: Int, runs: Range<Int>)] = []
    var first = 0
    while first < runs.count {
      let y = runs[first].y
      var end = first
      while end < runs.count, runs[end].y == y { end += 1 }
      rows.removeAll { $0.y < y - distance }
      for index in first..<end {
        if index > first, runs[index].first - runs[index - 1].last <= distance {
          join(index, index - 1)
        }
      }
      for row in rows {
        var other = row.runs.lowerBound
        for index in first..<end {
          while other < row.runs.upperBound, runs[other].last < runs[index].first - distance {
            other += 1
          }
          var near = other
          while near < row.runs.upperBound, runs[near].first <= runs[index].last + distance {
            join(index, near)
            near += 1
          }
        }
      }
      rows.append((y, first..<end))
      first = end
    }
  }

  private mutating func root(_ index: Int) -> Int {
    var index = index
    while numbers[index] != index {
      numbers[index] = numbers[numbers[index]]
      index = numbers[index]
    }
    return index
  }

  /// Makes the groups of two runs one.
  mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(a), root(b))
    if a != b { numbers[max(a, b)] = min(a, b) }
  }

  /// Numbers the groups, and tells how many there are.
  mutating func number() -> Int {
    var next = 0
    var known = [Int](repeating: -1, count: numbers.count)
    for index in numbers.indices {
      let top = root(index)
      if known[top] < 0 {
        known[top] = next
        next += 1
      }
    }
    // Roots are the least of their group: each is met before its members.
    let roots = numbers.indices.map { root($0) }
    for index in numbers.indices { numbers[index] = known[roots[index]] }
    return next
  }
}

extension FlaggedPixels.Rules {
  /// The distance in groups at which squares that reach half the merging distance around each pixel touch.
  var reach: Int { 2 * ((mergeDistancePx + 1) / 2) + 1 }
}
