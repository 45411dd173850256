internal import Raster

/// What a scan of two levels joins, parts or has alone where its golden does not: what tells a short from a spur and an open from
/// a mousebite, however thin the cut and however wide the line, and a hole or an island from both.
///
/// Each place that is changed deeper than misplaced edges are is looked at in a window a little larger than itself. There the
/// dark pieces of the scan are matched with those of the golden: a piece of the one that lies over several of the other was
/// parted or joined, and the second largest of these says how much of it. A piece of the scan that lies over none of its
/// level in the golden is alone.
struct Connections {
  /// Changes nearer to an edge than this, pixels, may be a misplaced edge; lines that are narrower are looked at in their middle.
  private static let tolerancePx = 2
  /// The room around a change within which pieces are told apart, pixels.
  private static let marginPx = 12
  /// What is told is told this far around a change, pixels, so that every place that a network answers for sees it.
  private static let reachPx = 4
  /// So much joined, parted or alone, in pixels, is told as ½.
  private static let halfPx: Float = 64
  /// The least number of pixels of a change.
  private static let leastPx = 3

  /// For each pixel, row by row, from -1, a large dark piece is parted there, by way of 0 to 1, a large one is joined.
  private(set) var joined: [Float]
  /// For each pixel from -1, there is a large hole in what is dark, by way of 0 to 1, there is a large island.
  private(set) var alone: [Float]

  /// Compares two pictures of one size; all is 0 where one of them has no two levels.
  init(scan: Plane, golden: Plane) {
    joined = [Float](repeating: 0, count: scan.samples.count)
    alone = joined
    guard let scan = TwoLevels(scan), let golden = TwoLevels(golden) else { return }
    let (width, height) = (scan.width, scan.height)
    for isAdded in [false, true] {
      let (whole, parts) = isAdded ? (scan, golden) : (golden, scan)
      let changes = TwoLevels(
        width: width, height: height, isDark: whole.deep(Self.tolerancePx, without: parts))
      let (mine, theirs) = isAdded ? (scan, golden) : (scan.inverted, golden.inverted)
      let pieces = changes.pieces(in: changes.bounds, corners: true)
      for place in pieces.places where place.range.count >= Self.leastPx {
        let pixels = pieces.pixels[place.range]
        let window = place.box.expanded(by: Self.marginPx).intersection(changes.bounds)
        func told(_ area: Int) -> Float {
          (isAdded ? 1 : -1) * Float(area) / (Float(area) + Self.halfPx)
        }
        let (joins, stands) = (
          told(whole.parted(by: parts, in: window)),
          told(mine.alone(at: pixels[pixels.startIndex], from: theirs, in: window))
        )
        guard joins != 0 || stands != 0 else { continue }
        for pixel in pixels {
          let (x, y) = (pixel % width, pixel / width)
          for j in max(0, y - Self.reachPx)...min(height - 1, y + Self.reachPx) {
            for i in max(0, x - Self.reachPx)...min(width - 1, x + Self.reachPx) {
              let near = j * width + i
              if abs(joined[near]) < abs(joins) { joined[near] = joins }
              if abs(alone[near]) < abs(stands) { alone[near] = stands }
            }
          }
        }
      }
    }
  }
}

/// A picture of two levels.
private struct TwoLevels {
  let width, height: Int
  var isDark: [Bool]
  var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }
  /// The same with dark and bright exchanged.
  var inverted: TwoLevels {
    TwoLevels(width: width, height: height, isDark: isDark.map { !$0 })
  }

  init(width: Int, height: Int, isDark: [Bool]) {
    (self.width, self.height, self.isDark) = (width, height, isDark)
  }

  /// Parts a picture at the level that leaves the least variance on its two sides; nil where that is more than a fifth of all.
  ///
  /// Source: Otsu, "A Threshold Selection Method from Gray-Level Histograms", 1979.
  init?(_ plane: Plane) {
    let levels = plane.samples.map { UInt8(max(0, min(255, $0 * 255))) }
    var numbers = [Int](repeating: 0, count: 256)
    for level in levels { numbers[Int(level)] &+= 1 }
    let counts = numbers.map { Double($0) }
    let all = max(1, Double(levels.count))
    let mean = counts.indices.reduce(0) { $0 + Double($1) * counts[$1] } / all
    let variance =
      counts.indices.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) * counts[$1] } / all
    var (below, sum, best) = (0.0, 0.0, (between: 0.0, level: 0))
    for level in 0..<255 {
      below += counts[level]
      sum += Double(level) * counts[level]
      guard below > 0, below < all else { continue }
      let apart = sum / below - mean
      let between = apart * apart * below / (all - below)
      if between > best.between { best = (between, level) }
    }
    guard variance > 0, best.between >= 0.8 * variance else { return nil }
    let level = UInt8(best.level)
    self.init(width: plane.width, height: plane.height, isDark: levels.map { $0 <= level })
  }

  /// The dark pixels that are farther from what is bright than a distance, or in the middle of something narrower, of those that
  /// are bright in another picture.
  func deep(_ distance: Int, without other: TwoLevels) -> [Bool] {
    var left = isDark.map { $0 ? UInt8(1) : 0 }
    var depth = left
    for _ in 0..<distance {
      left = nearby(left) { min($0, $1) }
      for place in depth.indices { depth[place] &+= left[place] }
    }
    let greatest = nearby(depth) { max($0, $1) }
    let least = UInt8(distance)
    return depth.indices.map {
      (depth[$0] > least || depth[$0] > 1 && depth[$0] == greatest[$0]) && !other.isDark[$0]
    }
  }

  /// The least or greatest value of each pixel and its eight neighbours.
  @inline(__always)
  private func nearby(_ values: [UInt8], _ pick: (UInt8, UInt8) -> UInt8) -> [UInt8] {
    var (rows, result) = (values, values)
    values.withUnsafeBufferPointer { values in
      rows.withUnsafeMutableBufferPointer { rows in
        for y in 0..<height {
          let (first, last) = (y &* width, y &* width &+ width &- 1)
          rows[first] = pick(values[first], values[min(last, first &+ 1)])
          rows[last] = pick(values[last], values[max(first, last &- 1)])
          for place in first &+ 1..<max(first &+ 1, last) {
            rows[place] = pick(values[place], pick(values[place &- 1], values[place &+ 1]))
          }
        }
      }
    }
    rows.withUnsafeBufferPointer { rows in
      result.withUnsafeMutableBufferPointer { result in
        for y in 0..<height {
          let (here, above, below) = (
            y &* width, max(0, y &- 1) &* width, min(height &- 1, y &+ 1) &* width
          )
          for x in 0..<width {
            result[here &+ x] = pick(
              rows[here &+ x], pick(rows[above &+ x], rows[below &+ x]))
          }
        }
      }
    }
    return result
  }

  /// A piece of dark.
  struct Piece {
    var box: PixelRect
    /// Which of the list of all pieces' pixels are its own.
    var range: Range<Int>
  }

  /// The dark pieces of a window.
  ///
  /// - Parameter corners: whether pixels that touch at a corner are of one piece.
  /// - Returns: for each pixel of the window the number of its piece, from 1, or 0; the pieces, and the pixels of all of them,
  ///   as places in the window.
  func pieces(
    in window: PixelRect, corners: Bool
  ) -> (numbers: [Int32], places: [Piece], pixels: [Int]) {
    var numbers = [Int32](repeating: 0, count: window.area)
    var places: [Piece] = []
    var pixels: [Int] = []
    isDark.withUnsafeBufferPointer { isDark in
      numbers.withUnsafeMutableBufferPointer { numbers in
        for startY in 0..<window.height {
          for startX in 0..<window.width
          where isDark[(window.y &+ startY) &* width &+ window.x &+ startX]
            && numbers[startY &* window.width &+ startX] == 0
          {
            let number = Int32(places.count + 1)
            var (left, top, right, bottom) = (startX, startY, startX, startY)
            let first = pixels.count
            var next = first
            numbers[startY &* window.width &+ startX] = number
            pixels.append(startY &* window.width &+ startX)
            while next < pixels.count {
              let (x, y) = (pixels[next] % window.width, pixels[next] / window.width)
              next += 1
              (left, right) = (min(left, x), max(right, x))
              (top, bottom) = (min(top, y), max(bottom, y))
              for j in max(0, y - 1)...min(window.height - 1, y + 1) {
                for i in max(0, x - 1)...min(window.width - 1, x + 1)
                where corners || i == x || j == y {
                  let place = j &* window.width &+ i
                  guard numbers[place] == 0, isDark[(window.y &+ j) &* width &+ window.x &+ i]
                  else { continue }
                  numbers[place] = number
                  pixels.append(place)
                }
              }
            }
            places.append(
              Piece(
                box: PixelRect(
                  x: window.x + left, y: window.y + top, width: right - left + 1,
                  height: bottom - top + 1), range: first..<pixels.count))
          }
        }
      }
    }
    return (numbers, places, pixels)
  }

  /// The pixels of the second largest part into which another picture parts a dark piece of this one; 0 where it parts none.
  func parted(by other: TwoLevels, in window: PixelRect) -> Int {
    let (mine, pieces, _) = pieces(in: window, corners: true)
    let (theirs, parts, _) = other.pieces(in: window, corners: false)
    guard parts.count > 1 else { return 0 }
    var shared: [Int: Int] = [:]
    for (a, b) in zip(mine, theirs) where a > 0 && b > 0 {
      shared[(Int(a) - 1) * parts.count + Int(b) - 1, default: 0] += 1
    }
    var largest = [(first: Int, second: Int)](repeating: (0, 0), count: pieces.count)
    for (key, count) in shared {
      let piece = key / parts.count
      if count > largest[piece].first {
        largest[piece] = (count, largest[piece].first)
      } else {
        largest[piece].second = max(largest[piece].second, count)
      }
    }
    return largest.map(\.second).max() ?? 0
  }

  /// The pixels of the dark piece at a place if less than a quarter of them are dark in another picture, else 0.
  func alone(at place: Int, from other: TwoLevels, in window: PixelRect) -> Int {
    let (numbers, pieces, pixels) = pieces(in: window, corners: true)
    let number = numbers[(place / width - window.y) * window.width + place % width - window.x]
    guard number > 0 else { return 0 }
    let own = pieces[Int(number) - 1].range
    let shared = pixels[own].count {
      other.isDark[(window.y + $0 / window.width) * width + window.x + $0 % window.width]
    }
    return 4 * shared < own.count ? own.count : 0
  }
}
