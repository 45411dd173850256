public import Raster

/// What is usual in a scan: about how much each common material is brighter than its golden's, what lies further off is no
/// light; and how strong the edges of each are, where the scan has one plane.
public struct LightLevels: Sendable, Equatable {
  /// The kinds of pixels that are lit by themselves, in rising order: a material, and from bit 16 on 2 from 4 pixels off an
  /// edge on, 1 from 2 on, else 0; 2 for all in grey, and 3 in colour for all of a material's that are too rare one by one.
  let kinds: [UInt32]
  /// Whether pixels near edges are kinds of their own.
  let partsRims: Bool
  /// For each plane and kind, the least and the greatest difference that counts in full.
  let low, high: [[Float]]
  /// Half of what lies between them.
  var reach: [[Float]] {
    zip(low, high).map { low, high in zip(low, high).map { 0.5 * ($1 - $0) } }
  }
  /// The usual gradient at the borders of each material; see `MissingEdges`.
  let edges: [UInt16: Float]

  /// Kinds that are fitted one by one, the commonest.
  private static let mostKinds = 96
  /// Samples that a kind needs, and that those of a material need together which have too few.
  private static let leastSamples = 50, leastTogether = 3
  /// Rare kinds are brighter or darker than the scan as a whole by so much at most: of a single structure nothing tells light
  /// from a defect.
  private static let mostOfRare: Float = 0.05

  /// Differences of each material, gathered from windows of a scan.
  public struct Samples: Sendable {
    /// By kind and plane.
    fileprivate var values: [UInt32: [[Float]]] = [:]
    fileprivate var edges = MissingEdges.Strengths()
    /// Whether pixels near edges are kinds of their own in colour.
    fileprivate let partsRims: Bool

    /// No samples.
    ///
    /// - Parameter partsRims: whether pixels near edges are lit apart from those further off, in colour.
    public init(partsRims: Bool = true) { self.partsRims = partsRims }

    /// Adds the pixels of a window, on a lattice.
    ///
    /// - Parameters: as for `Residual`.
    public mutating func add(
      scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, area: PixelRect
    ) {
      if scan.channels == 1 {
        edges.add(
          scan: scan.planes[0], materials: materials, edgeDistance: edgeDistance, area: area)
      }
      let isWhole = !partsRims || scan.channels == 1
      let rows = Array(stride(from: area.y, to: area.maxY, by: 5))
      let bands = 8
      var found = [[UInt32: [[Float]]]](repeating: [:], count: bands)
      found.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let found = buffer  // Each band writes its own.
        inParallel(bands) { band in
          let own = rows[band * rows.count / bands..<(band + 1) * rows.count / bands]
          let places = Self.places(
            own, area, materials: materials, edgeDistance: edgeDistance, isWhole: isWhole)
          found[band] = places.mapValues { places in
            zip(scan.planes, golden.planes).map { scan, golden in
              places.map { scan.samples[$0] - golden.samples[$0] }
            }
          }
        }
      }
      for band in found {
        values.merge(band) { zip($0, $1).map(+) }
      }
    }

    /// The places of a lattice in some rows, by kind.
    ///
    /// - Parameter isWhole: whether pixels near edges are of the same kind as those further off.
    private static func places(
      _ rows: ArraySlice<Int>, _ area: PixelRect, materials: Labels, edgeDistance: Plane,
      isWhole: Bool
    ) -> [UInt32: [Int]] {
      var numbers: [UInt32: Int] = [:]
      var places: [[Int]] = []
      var last: (kind: UInt32, number: Int)?
      for y in rows {
        for x in stride(from: area.x + y % 3, to: area.maxX, by: 3) {
          let index = y &* materials.width &+ x
          let distance = edgeDistance.samples[index]
          let bin: UInt32 = isWhole || distance >= 4 ? 2 : distance >= 2 ? 1 : 0
          let kind = UInt32(materials.values[index]) | bin << 16
          if last?.kind != kind {
            let number = numbers[kind] ?? places.count
            if number == places.count {
              numbers[kind] = number
              places.append([])
            }
            last = (kind, number)
          }
          places[last?.number ?? 0].append(index)
        }
      }
      return numbers.mapValues { places[$0] }
    }
  }

  /// The levels of a whole scan.
  init(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, area: PixelRect,
    partsRims: Bool = true
  ) {
    var samples = Samples(partsRims: partsRims)
    samples.add(
      scan: scan, golden: golden, materials: materials, edgeDistance: edgeDistance, area: area)
    self.init(samples)
  }

  /// The levels that samples tell.
  public init(_ samples: Samples) {
    let planes = samples.values.first?.value.count ?? 0
    partsRims = samples.partsRims && planes == 3
    var values = samples.values
    var rare: [UInt32: [[Float]]] = [:]
    for (kind, own) in values where own[0].count < Self.leastSamples {
      values[kind] = nil
      guard planes == 3 else { continue }
      let together = rare[kind & 0xffff] ?? Array(repeating: [], count: planes)
      rare[kind & 0xffff] = zip(together, own).map(+)
    }
    for (material, own) in rare where own[0].count >= Self.leastTogether {
      values[material | 3 << 16] = own
    }
    kinds = values.sorted { ($0.value[0].count, $1.key) > ($1.value[0].count, $0.key) }
      .prefix(Self.mostKinds).map(\.key).sorted()
    var (low, high) = (
      [[Float]](repeating: [], count: planes), [[Float]](repeating: [], count: planes)
    )
    for plane in 0..<planes {
      var all = samples.values.values.flatMap { $0[plane] }
      let usual = all.takeQuantile(0.5)
      for kind in kinds {
        let spread = (values[kind]?[plane] ?? []).robustCenterAndScale()
        var (middle, reach) = (spread.median, max(2.5 * spread.sigma, 0.01))
        if kind >> 16 == 3 {
          middle = min(max(middle, usual - Self.mostOfRare), usual + Self.mostOfRare)
          reach = min(reach, Self.mostOfRare)
        }
        low[plane].append(middle - reach)
        high[plane].append(middle + reach)
      }
    }
    (self.low, self.high) = (low, high)
    edges = samples.edges.visible
  }
}
