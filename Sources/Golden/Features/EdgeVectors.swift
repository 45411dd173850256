internal import Foundation
internal import Raster

/// Where the nearest edge of one layer lies, seen from each pixel, to a fraction of a pixel.
struct EdgeVectors {
  /// Distance to the edge, pixels, above 0 inside the layer, held at ±`GoldenRegion.reach`.
  let distance: Plane
  /// The edge's outward direction, from the inside of the layer to its outside, a unit vector in picture coordinates; 0
  /// where no edge is within reach.
  let outward: (x: Plane, y: Plane)

  /// Pixels around a region that its vectors depend on: the reach, the neighbours that make an edge, and their gradient.
  static let halo = GoldenRegion.reach + 2

  /// The vectors of a region.
  ///
  /// An edge runs between neighbours on both sides of ½, through one of them; where in the pixel, coverage and the
  /// direction of its gradient say.
  ///
  /// - Parameter coverage: soft contours of the region with `halo` pixels on every side.
  ///
  /// Source: Gustavson and Strand, "Anti-aliased Euclidean distance transform", Pattern Recognition Letters 2011, with an
  /// exact search for the nearest pixel.
  init(coverage: Plane) {
    let halo = EdgeVectors.halo
    let (width, height) = (coverage.width - 2 * halo, coverage.height - 2 * halo)
    let edges = EdgePoints(coverage)
    let reach = Float(GoldenRegion.reach)
    var distance = Plane(width: width, height: height)
    var across = Plane(width: width, height: height)
    var down = across
    guard edges.isAny else {
      for y in 0..<height {
        for x in 0..<width {
          distance[x, y] = coverage[x + halo, y + halo] >= 0.5 ? reach : -reach
        }
      }
      (self.distance, outward) = (distance, (across, down))
      return
    }
    coverage.withUnsafeRows { coverage in
      distance.withUnsafeMutableRows { distance in
        across.withUnsafeMutableRows { across in
          down.withUnsafeMutableRows { down in
            RowBands(height: height).inParallel { band in
              for y in band {
                let (levels, distances) = (coverage.row(y + halo) + halo, distance.row(y))
                let (acrosses, downs) = (across.row(y), down.row(y))
                edges.withSteps(row: y + halo) { steps in
                  // The nearest columns to the left and to the right that know of an edge.
                  var (left, right) = (-1, 0)
                  for x in 0..<halo where steps[x] != EdgePoints.none { left = x }
                  for x in 0..<width {
                    if steps[x + halo] != EdgePoints.none { left = x + halo }
                    if right < x + halo { right = x + halo }
                    while right < x + 2 * halo, steps[right] == EdgePoints.none { right += 1 }
                    let gap = min(left < 0 ? 2 * halo : x + halo - left, right - x - halo)
                    let sign: Float = levels[x] >= 0.5 ? 1 : -1
                    guard let place = EdgePoints.nearest(steps, x + halo, from: gap) else {
                      distances[x] = sign * reach
                      continue
                    }
                    let edge = edges.edge(x: x + halo + place.x, y: y + halo + place.y)
                    let vector = edge.nearest(SIMD2(Float(place.x), Float(place.y)))
                    let length = (vector * vector).sum().squareRoot()
                    distances[x] = sign * min(length, reach)
                    guard length <= reach else { continue }
                    // Next to the edge the way to it is too short to have a sure direction.
                    let outward = length < 0.75 ? -edge.inward : vector * (sign / length)
                    (acrosses[x], downs[x]) = (outward.x, outward.y)
                  }
                }
              }
            }
          }
        }
      }
    }
    (self.distance, outward) = (distance, (across, down))
  }
}

/// The pixels that an edge runs through, and how far each pixel is from one along its column.
private struct EdgePoints: Sendable {
  private let width: Int
  private let height: Int
  private let coverage: Plane
  /// Rows down (above 0) or up to the nearest edge pixel of the column; `none` where there is none within reach.
  private let steps: [Int8]
  /// Whether there are any.
  let isAny: Bool
  static let none: Int8 = 127

  init(_ coverage: Plane) {
    (width, height, self.coverage) = (coverage.width, coverage.height, coverage)
    let (width, height) = (width, height)
    var steps = [Int8](repeating: EdgePoints.none, count: width * height)
    var isAny = false
    coverage.samples.withUnsafeBufferPointer { levels in
      steps.withUnsafeMutableBufferPointer { steps in
        for y in 0..<height {
          let (above, below) = (y > 0 ? -width : 0, y < height - 1 ? width : 0)
          for x in 0..<width {
            let index = y &* width &+ x
            let level = levels[index]
            let (left, right) = (x > 0 ? -1 : 0, x < width &- 1 ? 1 : 0)
            if EdgePoints.isEdge(level, levels[index &+ left])
              || EdgePoints.isEdge(level, levels[index &+ right])
              || EdgePoints.isEdge(level, levels[index &+ above])
              || EdgePoints.isEdge(level, levels[index &+ below])
            {
              steps[index] = 0
              isAny = true
            }
          }
        }
        guard isAny else { return }
        let reach = Int8(GoldenRegion.reach)
        for y in stride(from: 1, to: height, by: 1) {
          for index in y &* width..<(y &+ 1) &* width {
            let before = steps[index &- width]
            if steps[index] == EdgePoints.none, before != EdgePoints.none, -before < reach {
              steps[index] = before &- 1
            }
          }
        }
        for y in stride(from: height - 2, through: 0, by: -1) {
          for index in y &* width..<(y &+ 1) &* width {
            let before = steps[index &+ width]
            // An edge below that is nearer than the one above.
            if before != EdgePoints.none, before >= 0, before < reach,
              steps[index] == EdgePoints.none || -steps[index] > before &+ 1
            {
              steps[index] = before &+ 1
            }
          }
        }
      }
    }
    (self.steps, self.isAny) = (steps, isAny)
  }

  /// Whether an edge runs through a pixel rather than its neighbour: the one that is more evenly parted, which knows best
  /// where.
  @inline(__always)
  private static func isEdge(_ level: Float, _ neighbour: Float) -> Bool {
    guard (level >= 0.5) != (neighbour >= 0.5) else { return false }
    let (own, other) = (abs(level - 0.5), abs(neighbour - 0.5))
    return own < other || own == other && level >= 0.5
  }

  func withSteps(row y: Int, _ body: (UnsafePointer<Int8>) -> Void) {
    steps.withUnsafeBufferPointer { steps in
      guard let base = steps.baseAddress else { return }
      body(base + y * width)
    }
  }

  /// The nearest edge pixel, columns and rows away, from a pixel that has the halo on both sides.
  ///
  /// - Parameter gap: columns to the nearest that knows of an edge.
  @inline(__always)
  static func nearest(
    _ steps: UnsafePointer<Int8>, _ x: Int, from gap: Int
  ) -> (x: Int, y: Int)? {
    var best = GoldenRegion.reach * GoldenRegion.reach + 1
    var place = (x: 0, y: 0)
    var k = gap
    while k &* k < best, k <= GoldenRegion.reach {
      let (left, right) = (Int(steps[x &- k]), Int(steps[x &+ k]))
      let (far, near) = (k &* k &+ right &* right, k &* k &+ left &* left)
      if near < best { (best, place) = (near, (-k, left)) }
      if far < best { (best, place) = (far, (k, right)) }
      k &+= 1
    }
    return best <= GoldenRegion.reach * GoldenRegion.reach ? place : nil
  }

  /// The piece of an edge that runs through a pixel.
  struct Piece {
    /// The direction into the layer.
    var inward: SIMD2<Float>
    /// How far that way from the pixel's centre it runs.
    var offset: Float

    /// The way to its nearest point.
    ///
    /// - Parameter center: the way to the pixel's centre.
    @inline(__always)
    func nearest(_ center: SIMD2<Float>) -> SIMD2<Float> {
      let middle = center + offset * inward
      let across = (middle * inward).sum()
      let along = middle - across * inward
      let length = (along * along).sum().squareRoot()
      // It goes on a little into the pixels beside it.
      let halfLength: Float = 1
      let rest = length > halfLength ? 1 - halfLength / length : 0
      return across * inward + rest * along
    }
  }

  /// The edge in an edge pixel.
  @inline(__always)
  func edge(x: Int, y: Int) -> Piece {
    coverage.samples.withUnsafeBufferPointer { samples in
      let base = y &* width &+ x
      @inline(__always) func level(_ right: Int, _ down: Int) -> Float {
        samples[base &+ down &* width &+ right]
      }
      // Sobel's weights, with the diagonal as far away as it is.
      let root: Float = 1.414_213_6
      var gradient = SIMD2<Float>(
        level(1, -1) + root * level(1, 0) + level(1, 1) - level(-1, -1) - root * level(-1, 0)
          - level(-1, 1),
        level(-1, 1) + root * level(0, 1) + level(1, 1) - level(-1, -1) - root * level(0, -1)
          - level(1, -1))
      let length = (gradient * gradient).sum().squareRoot()
      guard length > 1e-3 else { return Piece(inward: SIMD2(0, 0), offset: 0) }
      gradient /= length
      return Piece(inward: gradient, offset: EdgePoints.offset(level(0, 0), along: gradient))
    }
  }

  /// How far from a pixel's centre a straight edge runs that leaves this share of the pixel covered.
  @inline(__always)
  private static func offset(_ covered: Float, along direction: SIMD2<Float>) -> Float {
    let (u, v) = (abs(direction.x), abs(direction.y))
    let (great, small) = (max(u, v), min(u, v))
    let corner = 0.5 * small / great
    if covered < corner {
      return 0.5 * (great + small) - (2 * great * small * covered).squareRoot()
    }
    if covered < 1 - corner { return (0.5 - covered) * great }
    return (2 * great * small * (1 - covered)).squareRoot() - 0.5 * (great + small)
  }
}
