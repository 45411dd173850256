internal import Foundation
internal import Raster

/// The alignment marks of a reference, looked for in a scan by themselves.
///
/// A pattern that repeats looks right at many places; marks are few, and what is right shows each of them where it is drawn.
struct Marks {
  private let reference: Alone
  /// The scan at the finer resolution.
  private let fine: WorkingScan
  private let search: CoarseSearch

  /// A reference of which only the marks are drawn.
  private struct Alone: RegistrationReference {
    let whole: any RegistrationReference

    var noun: String { whole.noun }
    var isDrawn: Bool { whole.isDrawn }
    var yPointsUp: Bool { whole.yPointsUp }

    func planes(toGrid: Affine, width: Int, height: Int) throws -> [Plane] {
      [
        try whole.marks(toGrid: toGrid, width: width, height: height)
          ?? Plane(width: width, height: height)
      ]
    }

    func extent(toScan: Affine, field: PixelRect) -> PixelRect {
      whole.extent(toScan: toScan, field: field)
    }

    func suspectedExtent(toScan: Affine, field: PixelRect) -> PixelRect? { nil }
  }

  /// A mark is in the field when it has so much edge there, working pixels of full strength.
  private static let leastEnergy = 12.0
  /// Places at which marks seem to be that are looked at, and of these the ones that are tried, at most.
  private static let mostPlaces = 32, mostTried = 5
  /// What agrees by less than this share of the best is another place.
  private static let nearlyAsGood = 0.8

  /// - Returns: nil where the reference has no marks.
  init?(
    _ reference: any RegistrationReference, fine: WorkingScan, searchPx: Double
  ) throws {
    guard try reference.marks(toGrid: .identity, width: 1, height: 1) != nil else { return nil }
    self.reference = Alone(whole: reference)
    self.fine = fine
    // Marks are small: at the coarse resolution a cross is no more than a spot.
    search = CoarseSearch(scan: fine, reference: self.reference, searchPx: searchPx)
  }

  /// By how much a scan that lies somewhere must be moved for the marks to be seen, most likely first, scan pixels.
  func shifts(toScan: Affine) throws -> [Point] {
    let map = try search.map(toScan: toScan)
    let best = map.samples.max() ?? 0
    guard best > 0 else { return [] }
    let shifts = CoarseSearch.peaks(of: map, above: 0.5 * best).prefix(Self.mostPlaces)
      .map { search.shift(x: $0.x, y: $0.y) }
    let agreements = try shifts.map { shift in
      try agreement(toScan: toScan.then(.translation(x: shift.x, y: shift.y))) ?? -1
    }
    return shifts.indices.sorted { (agreements[$0], $1) > (agreements[$1], $0) }
      .prefix(Self.mostTried).map { shifts[$0] }
  }

  /// How well the scan shows the marks where a place has them: the correlation of edges, −1…1, of the worst mark, or of
  /// many of the one that a quarter are worse than; nil where none is in the field.
  func agreement(toScan: Affine) throws -> Double? {
    let drawn = try fine.referenceEdges(reference, toScan: toScan)
    let (width, seen) = (drawn.width, fine.edges)
    /// Σ of a mark's edges squared, of the scan's there, and of both multiplied.
    typealias Sums = (drawn: Double, seen: Double, common: Double)
    var isOpen = drawn.re.samples.indices.map { index in
      let (re, im) = (drawn.re.samples[index], drawn.im.samples[index])
      return re * re + im * im > 0.01
    }
    var found: [Double] = []
    for start in isOpen.indices where isOpen[start] {
      var sums: Sums = (0, 0, 0)
      var waiting = [start]
      isOpen[start] = false
      while let index = waiting.popLast() {
        let (a, b) = (drawn.re.samples[index], drawn.im.samples[index])
        let (c, d) = (seen.re.samples[index], seen.im.samples[index])
        sums.drawn += Double(a * a + b * b)
        sums.seen += Double(c * c + d * d)
        sums.common += Double(a * c + b * d)
        // The outermost pixels hold no edge, so that there is always a neighbour.
        for other in [index - width, index - 1, index + 1, index + width] where isOpen[other] {
          isOpen[other] = false
          waiting.append(other)
        }
      }
      guard sums.drawn >= Self.leastEnergy else { continue }
      // Where hardly an edge is seen, what there is of it is noise.
      let scale = sums.drawn * max(sums.seen, 0.25 * sums.drawn)
      found.append(sums.common / scale.squareRoot())
    }
    found.sort()
    return found.isEmpty ? nil : found[(found.count - 1) / 4]
  }

  /// Whether what agrees by `value` is told by its marks from what agrees by `best`.
  static func tell(_ value: Double?, from best: Double, least: Double) -> Bool {
    best >= least && value ?? 0 < nearlyAsGood * best
  }
}
