internal import Foundation
internal import Raster

/// How bright photographs are across the edges of the layers, by the way that the edges face.
///
/// Light from one side makes walls that face it brighter than others; then what a patch shows must not be turned.
struct EdgeLight {
  /// An edge: its layer, and the other layers that lie there.
  private struct Kind: Hashable {
    var layer: Int
    var others: UInt16
  }

  /// The profiles of one kind and direction: of each place where it was seen, its mean.
  private typealias Profiles = [[Float]]

  private var seen: [Kind: [Profiles]] = [:]

  /// Distances outwards from the edge, pixels.
  private static let distances = -4...4
  /// Directions that are told apart.
  private static let directions = 8
  /// Pixels along the side of a place: edges in it count as one sighting.
  private static let place = 64
  /// Edge pixels that a sighting needs, and sightings that a profile needs.
  private static let leastPixels = 4
  private static let leastPlaces = 8
  /// Pixels that edges of other layers must be away.
  private static let clearance: Float = 8
  /// Parts of photographs that are looked at, at most.
  private static let mostParts = 16
  /// Brightness that profiles may differ by, beside what chance explains.
  private static let tolerance = 1.0 / 255
  /// Pixels that edges may be placed wrongly by, which the registration leaves.
  private static let placeTolerance = 0.1

  /// - Throws: `LayoutError` where a field holds more than can be drawn.
  init(_ stack: LayerStack, _ scans: [TrainingScan], roundingUm: Double) throws {
    var parts = scans.indices.flatMap { index in
      TrainingWindow.parts(of: scans[index].area).map { (scan: index, rect: $0) }
    }
    if parts.count > Self.mostParts {
      var random = SeededStream(0x6C69_6768_74)
      parts.shuffle(using: &random)
    }
    for part in parts.prefix(Self.mostParts) {
      let scan = scans[part.scan]
      try look(stack, scan, part.rect, rounding: roundingUm / scan.toScan.pixelSizeUm)
    }
  }

  /// The symmetries under which every profile is that of its image; at least one must have been compared.
  var allowed: [Symmetry] {
    let known = seen.values.map { $0.map(Self.summary) }
    return Symmetry.all.filter { symmetry in
      symmetry == .identity
        || {
          let verdicts = known.flatMap { profiles in
            (0..<Self.directions).compactMap { direction in
              let source = symmetry.source(ofDirection: direction)
              return source == direction ? nil : Self.agree(profiles[direction], profiles[source])
            }
          }
          return !verdicts.isEmpty && verdicts.allSatisfy { $0 }
        }()
    }
  }

  /// Means and their variances by distance; nil where too little was seen.
  private typealias Summary = [(mean: Double, variance: Double)]?

  /// Whether two profiles are alike as far as can be known; nil where that can't be said.
  private static func agree(_ left: Summary, _ right: Summary) -> Bool? {
    guard let left, let right else { return nil }
    return left.indices.allSatisfy { index in
      let (low, high) = (max(0, index - 1), min(left.count - 1, index + 1))
      let steepest = [left, right].flatMap { profile in
        [profile[index].mean - profile[low].mean, profile[high].mean - profile[index].mean]
      }.map(abs).max()
      let spread = (left[index].variance + right[index].variance).squareRoot()
      return abs(left[index].mean - right[index].mean)
        <= tolerance + placeTolerance * (steepest ?? 0) + 3 * spread
    }
  }

  private static func summary(_ profiles: Profiles) -> Summary {
    guard profiles.count >= leastPlaces else { return nil }
    return distances.indices.map { distances.distance(from: distances.startIndex, to: $0) }.map {
      index in
      let values = profiles.map { $0[index] }
      let (median, sigma) = values.robustCenterAndScale()
      // Defects stand out from what most places show.
      let kept = values.filter { abs($0 - median) <= 4 * sigma + 1e-6 }.map(Double.init)
        .sorted()
      let count = Double(kept.count)
      let mean = kept.reduce(0, +) / count
      let squares = kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, squares / max(1, count - 1) / count)
    }
  }

  /// Where a profile is added up.
  private struct Sighting: Hashable {
    var kind: Kind
    var direction: Int
    var row, column: Int
  }

  private mutating func look(
    _ stack: LayerStack, _ scan: TrainingScan, _ rect: PixelRect, rounding: Double
  ) throws {
    let drawn = try DrawnStack(
      stack, rect: rect, toScan: scan.toScan, mesh: scan.mesh, greatestRounding: rounding)
    let contours = drawn.contours(
      rounding: rounding, in: rect.expanded(by: EdgeVectors.halo))
    let edges = contours.map { EdgeVectors(coverage: $0) }
    let luminance = scan.photograph.luminance.crop(
      rect.moved(x: -scan.field.x, y: -scan.field.y))
    var sums: [Sighting: (count: Int, sums: [Float])] = [:]
    let margin = Self.distances.upperBound + 3
    guard rect.width > 2 * margin, rect.height > 2 * margin else { return }
    for y in margin..<rect.height - margin {
      for x in margin..<rect.width - margin {
        let index = y * rect.width + x
        for (layer, edge) in edges.enumerated() where abs(edge.distance.samples[index]) < 0.5 {
          let outward = SIMD2(edge.outward.x.samples[index], edge.outward.y.samples[index])
          guard Self.isAlone(layer, edges, x, y, outward),
            let profile = Self.profile(luminance, x, y, edge.distance.samples[index], outward)
          else { continue }
          var others: UInt16 = 0
          for (other, edge) in edges.enumerated()
          where other != layer && edge.distance.samples[index] > 0 {
            others |= 1 << UInt16(other)
          }
          let turns = Double(atan2(outward.y, outward.x)) / (2 * .pi) * Double(Self.directions)
          let sighting = Sighting(
            kind: Kind(layer: layer, others: others),
            direction: (Int(turns.rounded()) + Self.directions) % Self.directions,
            row: y / Self.place, column: x / Self.place)
          var (count, sum) = sums[sighting] ?? (0, profile.map { _ in 0 })
          count += 1
          for place in sum.indices { sum[place] += profile[place] }
          sums[sighting] = (count, sum)
        }
      }
    }
    for (sighting, found) in sums where found.count >= Self.leastPixels {
      let mean = found.sums.map { $0 / Float(found.count) }
      seen[
        sighting.kind, default: [Profiles](repeating: [], count: Self.directions)
      ][sighting.direction].append(mean)
    }
  }

  /// Whether an edge runs straight at a pixel, with nothing else beside it.
  private static func isAlone(
    _ layer: Int, _ edges: [EdgeVectors], _ x: Int, _ y: Int, _ outward: SIMD2<Float>
  ) -> Bool {
    let reach = Float(distances.upperBound)
    guard (outward * outward).sum() > 0.5 else { return false }
    for sign in [Float(-1), 1] {
      let place = sign * reach * outward
      let (u, v) = (x + Int(place.x.rounded()), y + Int(place.y.rounded()))
      if -sign * edges[layer].distance[u, v] < reach - 1 { return false }
    }
    return edges.indices.allSatisfy { $0 == layer || abs(edges[$0].distance[x, y]) >= clearance }
  }

  /// The brightness along the normal of the edge at a pixel, less the mean of both ends.
  private static func profile(
    _ plane: Plane, _ x: Int, _ y: Int, _ distance: Float, _ outward: SIMD2<Float>
  ) -> [Float]? {
    let edge = SIMD2(Float(x), Float(y)) + distance * outward
    var profile = distances.map { cubic(plane, edge + Float($0) * outward) }
    let level = (profile[0] + profile[profile.count - 1]) / 2
    guard level.isFinite else { return nil }
    for index in profile.indices { profile[index] -= level }
    return profile
  }

  /// A sample between pixels, places told from the middle of the first: a straight line between two would dull edges by
  /// where they lie in their pixels.
  ///
  /// Source: Keys, "Cubic convolution interpolation for digital image processing", 1981.
  private static func cubic(_ plane: Plane, _ place: SIMD2<Float>) -> Float {
    let (left, top) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)))
    let (across, down) = (weights(place.x - Float(left)), weights(place.y - Float(top)))
    var sum: Float = 0
    for row in 0..<4 {
      var line: Float = 0
      for column in 0..<4 { line += across[column] * plane[left + column - 1, top + row - 1] }
      sum += down[row] * line
    }
    return sum
  }

  private static func weights(_ t: Float) -> SIMD4<Float> {
    let (t2, t3) = (t * t, t * t * t)
    return SIMD4(
      -0.5 * t3 + t2 - 0.5 * t, 1.5 * t3 - 2.5 * t2 + 1, -1.5 * t3 + 2 * t2 + 0.5 * t,
      0.5 * t3 - 0.5 * t2)
  }
}
