internal import Raster

/// Where the edges that are drawn are not there: a pattern that failed as a whole, whatever its grey.
///
/// A golden learnt from a scan in which most of the finest features failed takes their grey for normal. Their edges still
/// tell: a drawn edge is there when the scan has a gradient of usual strength within a few pixels. Places where most of
/// a dense pattern's edges are not there are flagged.
struct MissingEdges {
  /// The share of drawn edges that are not there, about each pixel; 0 where few are drawn.
  let share: Plane

  /// Smoothing before gradients are taken, pixels.
  private static let sigma = 1.5
  /// How far from where it is drawn an edge may be, pixels.
  private static let reach = 3
  /// Features narrower than twice this may be too fine to be seen, pixels.
  private static let leastHalfWidth: Float = 3
  /// Standard deviation of the window in which edges are counted, pixels.
  private static let window = 10.0
  /// Edge pixels that a window must hold to judge it.
  private static let leastEdgePixels = 60.0

  /// - Parameters:
  ///   - scan: brightness.
  ///   - materials: what is drawn at each pixel.
  ///   - edgeDistance: pixels to the nearest border between materials.
  ///   - area: the pixels that count.
  ///   - visible: the usual gradient at the borders of each material, for those whose borders are seen at all.
  init(
    scan: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect, visible: [UInt16: Float]
  ) {
    let gradient = scan.smoothed(sigma: MissingEdges.sigma).gradientMagnitude()
    let nearby = gradient.extremes(radius: MissingEdges.reach).high
    let halfWidth = edgeDistance.extremes(radius: 6).high
    var drawn = Plane(width: scan.width, height: scan.height)
    var missing = drawn
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX {
        let index = y &* scan.width &+ x
        guard edgeDistance.samples[index] < 1,
          halfWidth.samples[index] >= MissingEdges.leastHalfWidth,
          let usual = visible[materials.values[index]]
        else { continue }
        drawn.samples[index] = 1
        if nearby.samples[index] < 0.35 * usual { missing.samples[index] = 1 }
      }
    }
    let edges = drawn.smoothed(sigma: MissingEdges.window)
    var share = missing.smoothed(sigma: MissingEdges.window)
    let least = Float(
      MissingEdges.leastEdgePixels / (2 * .pi * MissingEdges.window * MissingEdges.window))
    for index in share.samples.indices {
      let count = edges.samples[index]
      share.samples[index] = count >= least ? share.samples[index] / count : 0
    }
    self.share = share
  }

  /// Gradients at the borders of each material, gathered from windows of a scan.
  struct Strengths: Sendable {
    private var values: [UInt16: [Float]] = [:]
    private var flats: [Float] = []

    /// Adds a window.
    mutating func add(scan: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect) {
      let gradient = scan.smoothed(sigma: MissingEdges.sigma).gradientMagnitude()
      let nearby = gradient.extremes(radius: MissingEdges.reach).high
      flats.append(gradient.sampledQuantile(0.5))
      for y in area.y..<area.maxY {
        for x in area.x..<area.maxX {
          let index = y &* nearby.width &+ x
          if edgeDistance.samples[index] < 1 {
            values[materials.values[index], default: []].append(nearby.samples[index])
          }
        }
      }
    }

    /// The usual gradient at the borders of each material, for materials whose borders are seen at all.
    var visible: [UInt16: Float] {
      var flats = flats
      let flat = flats.takeQuantile(0.5)
      return values.compactMapValues { values in
        guard values.count >= 500 else { return nil }
        var values = values
        let usual = values.takeQuantile(0.5)
        // Of borders that never show, none can be missing.
        return usual >= 6 * flat ? usual : nil
      }
    }
  }
}
