internal import Golden
internal import Matching
internal import Raster
internal import Records

extension EdgeDisplacement {
  /// The least displacement of a layer's edges that stands out, pixels.
  ///
  /// Generators paint edges so far off on scans that nothing is wrong with.
  static let leastPx = 0.1

  /// Nothing gathered yet; nil where the golden is not a generator's: no layer is known, or it is learnt from the very scan,
  /// and its edges lie where the scan's do.
  init?(of golden: any GoldenSource, field: PixelRect) {
    guard let golden = golden as? GeneratorGolden else { return nil }
    self.init(layers: golden.stack.layers.count, field: field)
  }
}

extension EdgeMoves {
  /// A golden's edges stay where they are displaced less, pixels: what calibrations see on clean scans reaches as far, and dies
  /// moved by little are no better compared.
  static let leastPx = 0.2
}

extension Device {
  /// What of the edges is recorded.
  func record(_ edges: EdgeDisplacement, _ registration: Registration) -> [ProcessVariationRecord] {
    let names = (stack?.layers ?? []).map(\.name)
    let toLayout = registration.toScan.inverse
    let size = registration.pixelSize
    return edges.shifts(least: EdgeDisplacement.leastPx).map { shift in
      let box = shift.region
      let seen = toLayout(
        Box(
          low: Point(x: Double(box.x), y: Double(box.y)),
          high: Point(x: Double(box.maxX), y: Double(box.maxY))))
      return ProcessVariationRecord(
        layer: names[shift.layer], box: box,
        layoutUm: [seen.low.x, seen.low.y, seen.width, seen.height], isWhole: shift.isWhole,
        outwardsPx: shift.outwardsPx, outwardsUm: shift.outwardsPx * size,
        uncertaintyPx: shift.uncertaintyPx,
        shiftUm: shift.shiftPx.map { moved in
          let (zero, end) = (toLayout(Point(x: 0, y: 0)), toLayout(moved))
          return Point(x: end.x - zero.x, y: end.y - zero.y)
        },
        edgePx: shift.edgePx, standsOut: shift.standsOut)
    }
  }
}
