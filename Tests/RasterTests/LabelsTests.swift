import Raster
import TestSupport
import Testing

@Suite struct LabelsTests {
  /// Random rectangles of four labels over each other, so that pixels near and far from edges occur.
  private func labels(_ width: Int, _ height: Int, seed: UInt64, grain: Int) -> Labels {
    var random = Seeded(state: seed)
    var values = [UInt16](repeating: 0, count: width * height)
    for _ in 0..<(1 + width * height / (grain * grain)) {
      let (x, y) = (
        Int.random(in: 0..<width, using: &random), Int.random(in: 0..<height, using: &random)
      )
      let label = UInt16.random(in: 0...3, using: &random)
      for row in y..<min(height, y + grain) {
        for column in x..<min(width, x + grain) { values[row * width + column] = label }
      }
    }
    return Labels(width: width, height: height, values: values)
  }

  @Test(arguments: [(1, 1), (1, 20), (23, 1), (17, 9), (65, 130)], [1, 4, 19])
  func `the nearest other label is the one a search finds`(size: (Int, Int), grain: Int) {
    let reach = 6
    let labels = labels(size.0, size.1, seed: UInt64(grain), grain: grain)
    let (distance, other) = labels.nearestOther(reach: reach)
    var wrong = 0
    for y in 0..<size.1 {
      for x in 0..<size.0 {
        var square = reach * reach
        var candidates: Set<UInt16> = [labels[x, y]]
        for v in max(0, y - reach)..<min(size.1, y + reach + 1) {
          for u in max(0, x - reach)..<min(size.0, x + reach + 1)
          where labels[u, v] != labels[x, y] {
            let found = (u - x) * (u - x) + (v - y) * (v - y)
            if found < square { (square, candidates) = (found, []) }
            if found == square, found < reach * reach { candidates.insert(labels[u, v]) }
          }
        }
        let expected =
          square < reach * reach ? Float(square).squareRoot() - 0.5 : Float(reach)
        if abs(distance[x, y] - expected) > 1e-5 || !candidates.contains(other[x, y]) { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }

  @Test func `a stack code says which layers cover half a pixel`() {
    let first = Plane(width: 4, height: 1, samples: [0, 0.5, 0.49, 1])
    let second = Plane(width: 4, height: 1, samples: [0, 0, 0.5, 1])
    #expect(Labels(stackOf: [first, second]).values == [0, 1, 2, 3])
  }

  @Test func `islands join along edges only, and specks are none`() {
    let rows = [
      "##..##",
      "##..##",
      "..##..",
      "..##.#",
    ]
    let values = rows.flatMap { $0.map { UInt16($0 == "#" ? 1 : 0) } }
    // Three squares of four; the ground falls into two of four and one of three; one single pixel.
    #expect(Labels(width: 6, height: 4, values: values).islandCount == 5)
    #expect(Labels(width: 2, height: 1, values: [0, 1]).islandCount == 0)
  }

  @Test func `islands are counted as a flood fill counts them`() {
    let labels = labels(61, 47, seed: 3, grain: 3)
    var seen = [Bool](repeating: false, count: labels.values.count)
    var count = 0
    for start in labels.values.indices where !seen[start] {
      var (open, size) = ([start], 0)
      seen[start] = true
      while let index = open.popLast() {
        size += 1
        let (x, y) = (index % 61, index / 61)
        for (u, v) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
        where u >= 0 && v >= 0 && u < 61 && v < 47 && !seen[v * 61 + u]
          && labels[u, v] == labels[x, y]
        {
          seen[v * 61 + u] = true
          open.append(v * 61 + u)
        }
      }
      if size >= 4 { count += 1 }
    }
    #expect(count > 20)
    #expect(labels.islandCount == count)
  }
}
