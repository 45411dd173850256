internal import Foundation
internal import Raster

/// The alignment marks of a reference, looked for in a scan by themselves.
///
/// A pattern that repeats looks right at many places; marks are few, and what is right shows each of them where it is drawn.
struct Marks {
  private let reference: Alone
  /// The scan at the finer resolution.
  private let fine: WorkingScan
  private let coarse: CoarseSearch

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

  /// Marks are in the field when they have so much edge, working pixels of full strength.
  private static let leastEnergy = 12.0
  /// Places at which marks seem to be that are tried at most.
  private static let mostPlaces = 12
  /// What agrees by less than this share of the best is another place.
  private static let nearlyAsGood = 0.8

  /// - Returns: nil where the reference has no marks.
  init?(
    _ reference: any RegistrationReference, coarse: WorkingScan, fine: WorkingScan,
    searchPx: Double
  ) throws {
    guard try reference.marks(toGrid: .identity, width: 1, height: 1) != nil else { return nil }
    self.reference = Alone(whole: reference)
    self.fine = fine
    self.coarse = CoarseSearch(scan: coarse, reference: self.reference, searchPx: searchPx)
  }

  /// By how much a scan that lies somewhere must be moved for the marks to be seen, most likely first, scan pixels.
  func shifts(toScan: Affine) throws -> [Point] {
    let map = try coarse.map(toScan: toScan)
    let best = map.samples.max() ?? 0
    guard best > 0 else { return [] }
    return CoarseSearch.peaks(of: map, above: 0.6 * best).prefix(Self.mostPlaces)
      .map { coarse.shift(x: $0.x, y: $0.y) }
  }

  /// How well the scan shows the marks where a place has them, −1…1, of the edges that are there; nil where it has none
  /// in the field.
  func agreement(toScan: Affine) throws -> Double? {
    let drawn = try fine.referenceEdges(reference, toScan: toScan)
    guard drawn.energy >= Self.leastEnergy else { return nil }
    var near = Plane(width: drawn.width, height: drawn.height)
    for index in near.samples.indices {
      let (re, im) = (drawn.re.samples[index], drawn.im.samples[index])
      near.samples[index] = re * re + im * im > 0.01 ? 1 : 0
    }
    var seen = 0.0
    for index in near.samples.indices where near.samples[index] > 0 {
      let (re, im) = (fine.edges.re.samples[index], fine.edges.im.samples[index])
      seen += Double(re * re + im * im)
    }
    guard seen > 0 else { return 0 }
    let common = EdgeField.correlation(drawn, fine.edges, in: drawn.re.bounds, dx: 0, dy: 0)
    // Where hardly an edge is seen, what there is of it is noise.
    return common / (drawn.energy * max(seen, 0.25 * drawn.energy)).squareRoot()
  }

  /// Whether what agrees by `value` is told by its marks from what agrees by `best`.
  static func tell(_ value: Double?, from best: Double, least: Double) -> Bool {
    best >= least && value ?? 0 < nearlyAsGood * best
  }
}
