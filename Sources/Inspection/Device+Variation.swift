internal import Golden
internal import Matching
internal import Raster
internal import Records

extension Device {
  /// The least displacement of a layer's edges that stands out, pixels.
  ///
  /// Generators paint edges so far off on scans that nothing is wrong with.
  private static let leastShift = 0.1

  /// Nothing gathered yet of how far edges are displaced; nil where no layer is known, or the golden is learnt from the very scan,
  /// and its edges lie where the scan's do.
  func edges(_ field: PixelRect) -> EdgeDisplacement? {
    guard case .generator = recipe.golden, let stack else { return nil }
    return EdgeDisplacement(layers: stack.layers.count, field: field)
  }

  /// What of the edges is recorded.
  func record(_ edges: EdgeDisplacement, _ registration: Registration) -> [ProcessVariationRecord] {
    let names = (stack?.layers ?? []).map(\.name)
    let toLayout = registration.toScan.inverse
    let size = registration.pixelSize
    return edges.shifts(least: Self.leastShift).map { shift in
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
