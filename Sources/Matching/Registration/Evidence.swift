internal import Foundation
internal import Raster

/// What speaks for a registration: how much of the layout is seen, and how much of what is seen the layout explains.
public struct Evidence: Sendable, Equatable {
  /// Share of the reference's edges on which the scan has one.
  public var supported: Double
  /// Share of the scan's strong edges near one of the reference's.
  public var explained: Double
  /// Typical gradient on the reference's edges over the scan's median gradient.
  public var contrast: Double

  /// Doubt: both the reference's and the scan's edges left over, 0…1.
  public var doubt: Double { (1 - supported) * (1 - explained) }

  static let none = Evidence(supported: 0, explained: 0, contrast: 0)
}

extension WorkingScan {
  /// What is so much less steep than a photograph's strong edges still explains an edge of the scan.
  private static let leastExplaining: Float = 0.35

  /// Measures the evidence for planes drawn on this grid.
  ///
  /// - Parameters:
  ///   - planes: the reference at the place found.
  ///   - isDrawn: whether all its edges are as strong as each other. Of others the strong ones must be seen, and weaker ones,
  ///     too, explain what is seen.
  ///   - area: the part of the grid that counts.
  func evidence(for planes: [Plane], isDrawn: Bool, in area: PixelRect) -> Evidence {
    let gradient = brightness.smoothed(sigma: sigma).gradientMagnitude()
    let nearby = gradient.extremes(radius: 3).high
    // What is level has no edges.
    let steepest = planes.filter { plane in plane.samples.contains { $0 != plane.samples[0] } }
      .map { $0.smoothed(sigma: sigma).gradientMagnitude() }
    func edges(from least: Float) -> Plane {
      var edges = Plane(width: width, height: height)
      edges.samples.withUnsafeMutableBufferPointer { edges in
        for steepness in steepest {
          steepness.samples.withUnsafeBufferPointer { steepness in
            for index in 0..<steepness.count {
              edges[index] = steepness[index] > least ? 1 : edges[index]
            }
          }
        }
      }
      return edges
    }
    let leastDrawn: Float = 0.12
    let onEdge = edges(from: leastDrawn)
    var explaining = onEdge
    if !isDrawn {
      // What is half as steep as usual counts as seen; see the threshold below.
      var steep = steepest.flatMap { plane in plane.samples.filter { $0 > leastDrawn } }
      explaining = edges(from: min(leastDrawn, Self.leastExplaining * steep.takeQuantile(0.5)))
    }
    // How far an edge may lie from the one that explains it: 0.8 % of the field.
    let tolerance = max(3, Int((0.008 * Double(width)).rounded()))
    let nearEdge = explaining.extremes(radius: tolerance).high
    // The outermost pixels hold no gradient.
    let inner = area.intersection(onEdge.bounds.expanded(by: -2))
    let shown = gradient.crop(inner).samples
    var found: [Float] = []
    onEdge.crop(inner).samples.withUnsafeBufferPointer { onEdge in
      nearby.crop(inner).samples.withUnsafeBufferPointer { nearby in
        for index in 0..<onEdge.count where onEdge[index] > 0 { found.append(nearby[index]) }
      }
    }
    guard found.count >= 20 else { return .none }
    let typical = found.takeQuantile(0.5)
    var all = shown
    let noise = all.takeQuantile(0.5)
    let threshold = 0.5 * typical
    let supported = Double(found.count { $0 > threshold }) / Double(found.count)
    var strong = 0
    var explained = 0
    shown.withUnsafeBufferPointer { shown in
      nearEdge.crop(inner).samples.withUnsafeBufferPointer { nearEdge in
        for index in 0..<shown.count {
          let isStrong = shown[index] > threshold
          strong += isStrong ? 1 : 0
          explained += isStrong && nearEdge[index] > 0 ? 1 : 0
        }
      }
    }
    return Evidence(
      supported: supported, explained: strong > 0 ? Double(explained) / Double(strong) : 0,
      contrast: noise > 0 ? Double(typical / noise) : 1000)
  }

  /// By how much the left and right, and the upper and lower halves disagree, working pixels; nil where no two halves
  /// hold structure.
  ///
  /// Compared at up to 512 pixels a side, where a pixel is much less than what is allowed.
  ///
  /// - Parameter radius: greatest disagreement that can be seen.
  func halvesDisagreement(_ referenceEdges: EdgeField, radius: Int) -> Double? {
    let factor = max(1, (max(width, height) + 511) / 512)
    let (drawn, seen) = (referenceEdges.reduced(by: factor), edges.reduced(by: factor))
    let quarters = BlockAlignment(
      reference: drawn, scan: seen,
      blocks: BlockAlignment.grid(width: seen.width, height: seen.height, columns: 2, rows: 2),
      radius: (radius + factor - 1) / factor)
    let energy = referenceEdges.energy
    var worst: Double?
    for halves in [[[0, 2], [1, 3]], [[0, 1], [2, 3]]] {
      let alignment = quarters.joined(halves)
      let structured = alignment.blocks.allSatisfy { half in
        let own = referenceEdges.energy(
          in: PixelRect(
            x: half.x * factor, y: half.y * factor, width: half.width * factor,
            height: half.height * factor))
        return own > 0.1 * energy && own > 50
      }
      guard structured else { continue }
      let shifts = halves.indices.map { alignment.leastGoodShift(block: $0).shift }
      let distance = hypot(shifts[0].x - shifts[1].x, shifts[0].y - shifts[1].y)
      worst = max(worst ?? 0, distance * Double(factor))
    }
    return worst
  }
}
