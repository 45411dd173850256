internal import Foundation
internal import Raster
internal import Synchronization

/// The search for a place over the whole stage error, all pixel sizes and rotations, by correlating edge fields.
struct CoarseSearch {
  let scan: WorkingScan
  let reference: any RegistrationReference
  /// Working pixels searched to each side.
  let margin: Int
  /// The same in scan pixels.
  var reachPx: Double { Double(margin * scan.factor) }
  private let fourier: Fourier
  private let scanTransform: Fourier.Field

  init(scan: WorkingScan, reference: any RegistrationReference, searchPx: Double) {
    (self.scan, self.reference) = (scan, reference)
    margin = max(2, Int((searchPx / Double(scan.factor)).rounded(.up)))
    fourier = Fourier(atLeastWidth: scan.width + 2 * margin, height: scan.height + 2 * margin)
    var transform = fourier.field(scan.edges)
    fourier.forward(&transform)
    scanTransform = transform
  }

  /// A peak of the correlation.
  struct Peak: Sendable {
    /// Where the reference was drawn, moved to the peak.
    var placement: Placement
    /// Normalised correlation, −1…1.
    var score: Double
    /// By how much the placement was moved, scan pixels.
    var shift: Point
  }

  /// The correlation at every shift, `(2·margin+1)²`, for the reference drawn at `toScan`.
  func map(toScan: Affine) throws -> Plane {
    let edges = try scan.referenceEdges(reference, toScan: toScan, margin: margin)
    var field = fourier.field(edges)
    fourier.forward(&field)
    field.samples.withUnsafeMutableBufferPointer { a in
      scanTransform.samples.withUnsafeBufferPointer { b in
        for index in stride(from: 0, to: a.count, by: 2) {
          let (re, im) = (a[index], a[index &+ 1])
          a[index] = re * b[index] + im * b[index &+ 1]
          a[index &+ 1] = im * b[index] - re * b[index &+ 1]
        }
      }
    }
    fourier.backward(&field)
    let sums = WindowSums(of: edges)
    let size = 2 * margin + 1
    let scale = 1 / Double(fourier.width * fourier.height)
    return Plane(width: size, height: size) { target in
      field.samples.withUnsafeBufferPointer { samples in
        for y in 0..<size {
          for x in 0..<size {
            let energy = sums.sum(x: x, y: y, width: scan.width, height: scan.height)
            let norm = (scan.energy * max(energy, 0.02 * scan.energy)).squareRoot()
            let value = Double(samples[2 * (y * fourier.width + x)]) * scale
            target[y * size + x] = norm > 0 ? Float(value / norm) : 0
          }
        }
      }
    }
  }

  /// The shift in scan pixels that a place in the map stands for.
  func shift(x: Int, y: Int) -> Point {
    Point(x: Double((margin - x) * scan.factor), y: Double((margin - y) * scan.factor))
  }

  /// The best peak of each placement, in the placements' order.
  func bestPeaks(_ placements: [Placement]) throws -> [Peak] {
    let found = Mutex<[Int: Peak]>([:])
    let failure = Mutex<(any Error)?>(nil)
    inParallel(placements.count) { index in
      do {
        let placement = placements[index]
        let map = try map(toScan: placement.toScan(yPointsUp: reference.yPointsUp))
        let peak = peak(nearestOfTheBest(map), of: placement)
        found.withLock { $0[index] = peak }
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return found.withLock { found in placements.indices.compactMap { found[$0] } }
  }

  /// The best peak of a placement where no other is half as high; nil where there are more, or it is not above `least`.
  func lonePeak(_ placement: Placement, above least: Double) throws -> Peak? {
    let map = try map(toScan: placement.toScan(yPointsUp: reference.yPointsUp))
    let best = map.samples.max() ?? 0
    guard Double(best) > least else { return nil }
    let peaks = CoarseSearch.peaks(of: map, above: 0.5 * best)
    guard peaks.count == 1 else { return nil }
    return peak((peaks[0].x, peaks[0].y, Double(best)), of: placement)
  }

  private func peak(_ place: (x: Int, y: Int, score: Double), of placement: Placement) -> Peak {
    let shift = shift(x: place.x, y: place.y)
    var moved = placement
    moved.scanPoint.x += shift.x
    moved.scanPoint.y += shift.y
    return Peak(placement: moved, score: place.score, shift: shift)
  }

  /// Of all places nearly as good as the best the one nearest to where it was expected: a periodic layout has many.
  private func nearestOfTheBest(_ map: Plane) -> (x: Int, y: Int, score: Double) {
    let best = map.samples.max() ?? 0
    let peaks = CoarseSearch.peaks(of: map, above: best * (best > 0 ? 0.98 : 1.02))
    let nearest = peaks.min { distance($0.x, $0.y) < distance($1.x, $1.y) }
    guard let nearest else { return (margin, margin, Double(best)) }
    return (nearest.x, nearest.y, Double(map[nearest.x, nearest.y]))
  }

  private func distance(_ x: Int, _ y: Int) -> Int {
    (x - margin) * (x - margin) + (y - margin) * (y - margin)
  }

  /// Places not below any neighbour within 3 pixels and at least `threshold`, best first.
  static func peaks(of map: Plane, above threshold: Float) -> [(x: Int, y: Int)] {
    let high = map.extremes(radius: 3).high
    var peaks: [(x: Int, y: Int)] = []
    for y in 0..<map.height {
      for x in 0..<map.width where map[x, y] >= threshold && map[x, y] >= high[x, y] {
        peaks.append((x, y))
      }
    }
    return peaks.sorted { map[$0.x, $0.y] > map[$1.x, $1.y] }
  }
}

/// Sums of squared strength over any window in constant time.
private struct WindowSums {
  private let width: Int
  private var table: [Double]

  init(of edges: EdgeField) {
    let width = edges.width + 1
    var table = [Double](repeating: 0, count: width * (edges.height + 1))
    table.withUnsafeMutableBufferPointer { table in
      [edges.re, edges.im].withUnsafeRows { planes in
        for y in 0..<edges.height {
          var sum = 0.0
          let (re, im) = (planes[0].row(y), planes[1].row(y))
          for x in 0..<edges.width {
            sum += Double(re[x] * re[x] + im[x] * im[x])
            table[(y &+ 1) &* width &+ x &+ 1] = table[y &* width &+ x &+ 1] + sum
          }
        }
      }
    }
    (self.width, self.table) = (width, table)
  }

  func sum(x: Int, y: Int, width window: Int, height: Int) -> Double {
    table[(y + height) * width + x + window] - table[y * width + x + window]
      - table[(y + height) * width + x] + table[y * width + x]
  }
}
