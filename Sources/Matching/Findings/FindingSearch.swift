internal import Foundation
internal import Raster

/// From flagged pixels to findings: islands with a seed, trimmed, joined with those near them, measured.
struct FindingSearch {
  /// Findings in order of falling score.
  let findings: [Finding]

  /// Pixels that stand out by themselves, from which on a finding is made of them.
  private static let leastClear = 6

  private typealias Run = FlaggedPixels.Run

  /// - Parameters:
  ///   - flagged: of the whole field.
  ///   - rules: those it was gathered by.
  init(_ flagged: FlaggedPixels, rules: FlaggedPixels.Rules) {
    let (runs, order) = flagged.sorted()
    var islands = RunGroups(runs, within: 1)
    // Islands without a seed, or too small, are noise: they must not glue findings together. An island that has enough
    // pixels that stand out by themselves is made of them alone, for wide filters see it from further off.
    let count = islands.number()
    var strong = [Bool](repeating: false, count: count)
    var (size, clear) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
    for (index, run) in runs.enumerated() {
      let island = islands.numbers[index]
      size[island] += run.count
      for place in order[run.start..<run.start + run.count] {
        if flagged.strengths[place] >= rules.seed,
          abs(flagged.contrasts[place]) >= rules.seedContrast
        {
          strong[island] = true
        }
        if flagged.fines[place] >= rules.grow { clear[island] += 1 }
      }
    }
    var kept: [Run] = []
    for (index, run) in runs.enumerated() {
      let island = islands.numbers[index]
      guard strong[island], size[island] >= rules.leastAreaPx else { continue }
      guard clear[island] >= Self.leastClear else {
        kept.append(run)
        continue
      }
      var first: Int?
      for offset in 0...run.count {
        let isKept =
          offset < run.count && flagged.fines[order[run.start + offset]] >= rules.grow
        if isKept {
          first = first ?? offset
        } else if let start = first {
          kept.append(
            Run(y: run.y, first: run.first + start, count: offset - start, start: run.start + start)
          )
          first = nil
        }
      }
    }
    // Squares that reach half the distance around each pixel, so that near ones touch.
    var groups = RunGroups(kept, within: 2 * ((rules.mergeDistancePx + 1) / 2) + 1)
    var members = [[Run]](repeating: [], count: groups.number())
    for (index, run) in kept.enumerated() { members[groups.numbers[index]].append(run) }
    findings = members.map { Self.measured($0, flagged, order) }
      .sorted {
        ($0.score, $0.areaPx, -$0.box.y, -$0.box.x) > ($1.score, $1.areaPx, -$1.box.y, -$1.box.x)
      }
  }

  private static func measured(
    _ runs: [Run], _ flagged: FlaggedPixels, _ order: [Int]
  ) -> Finding {
    var box = PixelRect(x: runs[0].first, y: runs[0].y, width: 1, height: 1)
    var (area, sumX, sumY, peak, sum) = (0, 0.0, 0.0, Float(0), 0.0)
    var layers = [Int](repeating: 0, count: 16)
    var nearest = Float.infinity
    for run in runs {
      box = box.union(PixelRect(x: run.first, y: run.y, width: run.count, height: 1))
      for offset in 0..<run.count {
        let place = order[run.start + offset]
        area += 1
        sumX += Double(run.first + offset) + 0.5
        sumY += Double(run.y) + 0.5
        peak = max(peak, flagged.strengths[place])
        sum += Double(flagged.contrasts[place])
        nearest = min(nearest, flagged.edgeDistances[place])
        var code = flagged.materials[place]
        while code != 0 {
          layers[code.trailingZeroBitCount] += 1
          code &= code - 1
        }
      }
    }
    return Finding(
      box: box,
      runs: runs.map { Finding.Run(y: $0.y, columns: $0.first..<$0.first + $0.count) },
      areaPx: area, center: Point(x: sumX / Double(area), y: sumY / Double(area)),
      score: Double(peak), contrast: 255 * sum / Double(area), layerPixels: layers,
      edgeDistance: Double(nearest))
  }
}

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

  private mutating func join(_ a: Int, _ b: Int) {
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
