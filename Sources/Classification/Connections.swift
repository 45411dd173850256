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
    guard let scan = PixelMask(scan), let golden = PixelMask(golden) else { return }
    let (width, height) = (scan.width, scan.height)
    for isAdded in [false, true] {
      let (whole, parts) = isAdded ? (scan, golden) : (golden, scan)
      let changes = PixelMask(
        width: width, height: height, isSet: whole.deep(Self.tolerancePx, without: parts))
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

extension PixelMask {
  /// The dark pixels of a picture that is parted at the level which leaves the least variance on its two sides; nil where that is
  /// more than a fifth of all.
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
    self.init(width: plane.width, height: plane.height, isSet: levels.map { $0 <= level })
  }

  /// The dark pixels that are farther from what is bright than a distance, or in the middle of something narrower, of those that
  /// are bright in another picture.
  func deep(_ distance: Int, without other: PixelMask) -> [Bool] {
    var left = isSet.map { $0 ? UInt8(1) : 0 }
    var depth = left
    for _ in 0..<distance {
      left = nearby(left) { min($0, $1) }
      for place in depth.indices { depth[place] &+= left[place] }
    }
    let greatest = nearby(depth) { max($0, $1) }
    let least = UInt8(distance)
    return depth.indices.map {
      (depth[$0] > least || depth[$0] > 1 && depth[$0] == greatest[$0]) && !other.isSet[$0]
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
}
