internal import Foundation
internal import Raster

/// The places a period away from the best one, tried at the finer resolution: the best of all, and whether the others can be
/// told from it.
struct Rivals {
  let toScan: Affine
  let edges: EdgeField
  let score: Double
  let ambiguities: [Registration.Period]
  /// How well the scan shows the alignment marks; see `Registration.marks`.
  let agreement: Double?

  private struct Candidate {
    let toScan: Affine
    let edges: EdgeField
    let score: Double
    let center: Point
    /// How well the marks are seen.
    let marks: Double?
  }

  /// - Parameters:
  ///   - search: the coarse search.
  ///   - fine: the scan at the finer resolution.
  ///   - toScan: the best place so far.
  ///   - map: the coarse correlation around it.
  ///   - expected: where the scan was thought to be.
  ///   - marks: the reference's alignment marks; nil where it has none.
  ///   - leastMarks: how well marks must be seen to decide.
  init(
    reference: any RegistrationReference, search: CoarseSearch, fine: WorkingScan, toScan: Affine,
    map: Plane, expected: Placement, marks: Marks?, leastMarks: Double
  ) throws {
    func candidate(_ place: Affine, radius: Int = 3, rounds: Int = 3) throws -> Candidate {
      let refined = try fine.refine(
        reference, toScan: place, radius: radius, rounds: rounds, isAffine: true)
      return Candidate(
        toScan: refined.toScan, edges: refined.edges, score: refined.score,
        center: refined.toScan(expected.referencePoint),
        marks: try marks?.agreement(toScan: refined.toScan))
    }
    var best = try candidate(toScan)
    let threshold = 0.8 * (map.samples.max() ?? 0)
    let middle = search.margin
    var tried: [Candidate] = []
    let shifts = CoarseSearch.peaks(of: map, above: max(threshold, 0.01))
      .filter { max(abs($0.x - middle), abs($0.y - middle)) > 3 }
      .map { search.shift(x: $0.x, y: $0.y) }
    // Those nearest to where the stage was sent, and the neighbours of the best.
    let sent = Point(
      x: expected.scanPoint.x - best.center.x, y: expected.scanPoint.y - best.center.y)
    let byStage = shifts.sorted {
      hypot($0.x - sent.x, $0.y - sent.y) < hypot($1.x - sent.x, $1.y - sent.y)
    }
    let byNearness = shifts.sorted { hypot($0.x, $0.y) < hypot($1.x, $1.y) }
    for shift in Set(byStage.prefix(5) + byNearness.prefix(4)).sorted(by: {
      ($0.y, $0.x) < ($1.y, $1.x)
    }) {
      let place = best.toScan.then(.translation(x: shift.x, y: shift.y))
      tried.append(try candidate(place, radius: 2, rounds: 2))
    }
    // Marks may lie further off than any rival that is tried for its own sake: as far as the stage may be.
    let meant = best.toScan.then(.translation(x: sent.x, y: sent.y))
    for shift in try marks?.shifts(toScan: meant) ?? []
    where hypot(shift.x + sent.x, shift.y + sent.y) > 6 * Double(fine.factor) {
      let place = meant.then(.translation(x: shift.x, y: shift.y))
      tried.append(try candidate(place))
    }
    // Among places that look the same the one nearest to where the stage was sent.
    var all = [best] + tried
    // What shows a mark elsewhere than it is drawn, or none, is no rival of what shows it.
    let seen =
      all.filter { $0.score > Self.leastShare * (all.map(\.score).max() ?? 0) }
      .compactMap(\.marks).max() ?? 0
    let isMarked = seen >= leastMarks
    if isMarked {
      all.removeAll { Marks.tell($0.marks, from: seen, least: leastMarks) }
    } else {
      // What should show marks and does not gives way to what is as good and has none in the field.
      let greatest = all.map(\.score).max() ?? 0
      let unmarked = all.filter { $0.marks == nil && $0.score > 0.97 * greatest }
      if !unmarked.isEmpty { all = unmarked }
    }
    let top = all.max { $0.score < $1.score } ?? best
    func distance(_ candidate: Candidate) -> Double {
      hypot(
        candidate.center.x - expected.scanPoint.x, candidate.center.y - expected.scanPoint.y)
    }
    let others = all.filter { candidate in
      candidate.score > 0.99 * top.score && distance(candidate) <= 1.1 * search.reachPx
        && !Rivals.isPreferred(top.edges, to: candidate.edges, by: fine)
    }
    let chosen = others.min { distance($0) < distance($1) } ?? top
    // The first was refined as far as it goes; the others were only tried.
    if chosen.toScan != best.toScan || isMarked { best = try candidate(chosen.toScan) }
    self.toScan = best.toScan
    edges = best.edges
    score = best.score
    agreement = best.marks
    ambiguities = Rivals.ambiguities(
      best, all, map: isMarked ? nil : map, search: search, fine: fine)
  }

  /// A place whose edges correlate by less than this share of the best is none, whatever marks say.
  private static let leastShare = 0.5

  private static func ambiguities(
    _ best: Candidate, _ all: [Candidate], map: Plane?, search: CoarseSearch, fine: WorkingScan
  ) -> [Registration.Period] {
    var periods: [String: Double] = [:]
    for rival in all {
      let (dx, dy) = (rival.center.x - best.center.x, rival.center.y - best.center.y)
      let distance = hypot(dx, dy)
      guard distance > 6 * Double(fine.factor), rival.score > 0.97 * best.score,
        !isPreferred(best.edges, to: rival.edges, by: fine)
      else { continue }
      let axis = abs(dx) >= abs(dy) ? "x" : "y"
      periods[axis] = min(periods[axis] ?? .infinity, distance)
    }
    // Along a plain ridge any bump could pass for a rival.
    for axis in ["x", "y"] where map.map({ isFeatureless($0, along: axis) }) ?? false {
      periods[axis] = 0
    }
    return periods.sorted { $0.key < $1.key }.map { .init(axis: $0.key, px: $0.value) }
  }

  /// Whether the scan clearly shows the one drawing rather than the other where they differ: half of the difference or
  /// more, on a scale where 1 is the one and −1 the other.
  private static func isPreferred(_ a: EdgeField, to b: EdgeField, by scan: WorkingScan) -> Bool {
    let all = a.re.bounds
    func product(_ p: EdgeField, _ q: EdgeField) -> Double {
      EdgeField.correlation(p, q, in: all, dx: 0, dy: 0)
    }
    let difference = a.energy - 2 * product(a, b) + b.energy
    guard difference > 0.008 * a.energy else { return false }
    let strength = product(a, scan.edges) / max(a.energy, 1e-9)
    let vote = 2 * (product(a, scan.edges) - product(b, scan.edges)) / difference
    return vote > 0.5 * strength
  }

  /// Whether moving the reference along an axis changes nothing, as with straight lines.
  private static func isFeatureless(_ map: Plane, along axis: String) -> Bool {
    let middle = (map.width - 1) / 2
    guard middle >= 8 else { return false }
    let here = map[middle, middle]
    return [-8, -5, 5, 8].allSatisfy { step in
      let value = axis == "x" ? map[middle + step, middle] : map[middle, middle + step]
      return value > 0.97 * here
    }
  }
}
