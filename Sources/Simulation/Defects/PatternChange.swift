package import Raster

/// What a change of a layer's pattern comes to where it lies.
///
/// The truth is named by what is joined, parted or left, not by what was drawn for it: a piece that is missing from a narrow
/// line interrupts it, whatever was meant to be missing.
package enum PatternChange {
  /// Pixels beyond a defect that tell whether pieces hang together.
  static let marginPx = 12
  /// A part that is smaller than this, µm² and pixels, is a splinter and no part.
  private static let (leastPartUm2, leastPartPx) = (0.5, 6)
  /// The largest hole that is a pinhole, µm²; what is drawn as one is smaller.
  private static let pinholeUm2 = 7.0

  /// The class of a change.
  ///
  /// - Parameters:
  ///   - before, after: coverage 0…1 of the layer around the change, without and with it.
  ///   - isMetal: whether the layer is metal, which alone has pinholes.
  ///   - um: pixels a micrometre.
  package static func kind(
    before: Plane, after: Plane, isMetal: Bool, um: Double
  ) -> DefectClass {
    let (whole, left) = (Pieces(before) { $0 >= 0.5 }, Pieces(after) { $0 >= 0.5 })
    let (space, room) = (Pieces(before) { $0 < 0.5 }, Pieces(after) { $0 < 0.5 })
    let least = max(leastPartPx, Int(leastPartUm2 * um * um))
    let taken = whole.numbers.indices.filter { whole.numbers[$0] > 0 && left.numbers[$0] == 0 }
    let given = left.numbers.indices.count { left.numbers[$0] > 0 && whole.numbers[$0] == 0 }
    if given > taken.count {
      // A bridge joins two pieces, or parts the space between two arms of one.
      return left.mostParts(by: whole, least: least) > 1
        || space.mostParts(by: room, least: least) > 1 ? .bridgedLine : .extraPattern
    }
    if whole.mostParts(by: left, least: least) > 1 || room.mostParts(by: space, least: least) > 1 {
      return .brokenLine
    }
    let isHole = taken.allSatisfy { place in
      whole.neighbours(of: place).allSatisfy { whole.numbers[$0] > 0 }
    }
    return isMetal && isHole && Double(taken.count) <= pinholeUm2 * um * um
      ? .pinhole : .missingPattern
  }
}

/// The pieces of what is covered, or of what is not, in a window; neighbours along edges.
private struct Pieces {
  private let width: Int
  /// The number of each pixel's piece, from 1; 0 for pixels of no piece.
  private(set) var numbers: [Int]

  init(_ coverage: Plane, where isInside: (Float) -> Bool) {
    let isInside = coverage.samples.map(isInside)
    width = coverage.width
    numbers = [Int](repeating: 0, count: coverage.samples.count)
    var last = 0
    for start in numbers.indices where isInside[start] && numbers[start] == 0 {
      last += 1
      numbers[start] = last
      var open = [start]
      while let place = open.popLast() {
        for near in neighbours(of: place) where isInside[near] && numbers[near] == 0 {
          numbers[near] = last
          open.append(near)
        }
      }
    }
  }

  func neighbours(of place: Int) -> [Int] {
    let x = place % width
    return [
      x > 0 ? place - 1 : nil, x < width - 1 ? place + 1 : nil,
      place >= width ? place - width : nil, place + width < numbers.count ? place + width : nil,
    ].compactMap { $0 }
  }

  /// The greatest number of other pieces that lie in one of these, each with so many pixels at least.
  func mostParts(by other: Pieces, least: Int) -> Int {
    var shared: [Int: [Int: Int]] = [:]
    for (own, part) in zip(numbers, other.numbers) where own > 0 && part > 0 {
      shared[own, default: [:]][part, default: 0] += 1
    }
    return shared.values.map { $0.values.count { $0 >= least } }.max() ?? 0
  }
}
