internal import Raster

/// The blur that the process puts on what is drawn, which rounds corners: the one whose contours run most like those of the
/// photographs.
enum ProcessBlur {
  /// Blurs that are tried, pixels of photographs at half their resolution.
  private static let choices = [0, 0.5, 1, 1.5, 2.2, 3.2, 4.5, 6.5, 9, 12]

  /// The blur that suits all photographs, in pixels of `pixelSizeUm`.
  static func rounding(
    of stack: LayerStack, in scans: [TrainingScan], pixelSizeUm: Double
  ) throws -> Double {
    let trials = try scans.map { scan in
      // Twice, for it is tried at half the resolution.
      let factor = 2 * (scan.toScan.pixelSizeUm / pixelSizeUm)
      return try scores(stack, scan).map { (rounding: factor * $0.rounding, score: $0.score) }
    }
    var best = (rounding: 0.0, score: 0.0)
    for rounding in Set(trials.joined().map(\.rounding)).sorted() {
      let score = trials.reduce(0) { $0 + share($1, at: rounding) }
      // A larger blur must be worth it.
      if score > 1.002 * best.score { best = (rounding, score) }
    }
    return best.rounding
  }

  /// The score of a blur over that of none, between the two tried.
  private static func share(
    _ trials: [(rounding: Double, score: Double)], at rounding: Double
  ) -> Double {
    guard let first = trials.first, let last = trials.last, first.score > 0 else { return 0 }
    guard let next = trials.firstIndex(where: { $0.rounding >= rounding }) else {
      // A photograph in which it joins or takes away what is drawn speaks against it.
      return 0.98 * last.score / first.score
    }
    guard next > 0 else { return trials[next].score / first.score }
    let (low, high) = (trials[next - 1], trials[next])
    let place = (rounding - low.rounding) / (high.rounding - low.rounding)
    return (low.score + place * (high.score - low.score)) / first.score
  }

  /// How well the contours at each blur run like the photograph's, from no blur to the last that changes no more than
  /// corners.
  private static func scores(
    _ stack: LayerStack, _ scan: TrainingScan
  ) throws -> [(rounding: Double, score: Double)] {
    let (field, area) = (scan.field, scan.area)
    let half = scan.photograph.luminance.reduced(by: 2)
    let toHalf = scan.toScan.then(.translation(x: -Double(field.x), y: -Double(field.y)))
      .then(.scale(x: 0.5, y: 0.5))
    let local = PixelRect(
      x: (area.x - field.x) / 2, y: (area.y - field.y) / 2, width: area.width / 2,
      height: area.height / 2
    ).intersection(half.bounds)
    let drawn = try DrawnStack(
      stack, rect: half.bounds, toScan: toHalf, mesh: scan.mesh.scaled(by: 0.5, onto: half.bounds),
      greatestRounding: choices.max() ?? 0)
    let whole = drawn.printed(rounding: 0).islandCount
    let shown = EdgeField(ofPhotograph: half, sigma: 1.5)
    var scores: [(rounding: Double, score: Double)] = []
    for rounding in choices {
      // A blur that joins or takes away what is drawn is no rounding.
      guard drawn.printed(rounding: rounding).islandCount == whole else { break }
      let contours = EdgeField(
        ofCoverage: drawn.contours(rounding: rounding, in: half.bounds), sigma: 1.5)
      let energy = contours.energy(in: local)
      guard energy > 0 else { break }
      scores.append(
        (
          rounding,
          EdgeField.correlation(contours, shown, in: local, dx: 0, dy: 0) / energy.squareRoot()
        ))
    }
    return scores
  }
}
