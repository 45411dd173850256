internal import Foundation
public import Raster

/// What the layout says of each pixel of a region, as planes of numbers to learn from.
///
/// Of each layer, in the stack's order: coverage, signed distance to its nearest edge, that edge's outward direction along
/// x and y, and its density at three scales. Then, of all pixels alike, the pixel size. Whether a layer prints at a
/// pixel, and so the stack code, is the sign of its distance.
public struct LayerFeatures: Sendable {
  /// The features, one plane each, all of the region's size; see `names`.
  public let planes: [Plane]
  /// What each plane holds.
  public let names: [String]

  /// Standard deviations of the densities' windows, pixels.
  public static let densityScales = [4.0, 16, 64]
  /// Features of one layer.
  static let perLayer = 4 + densityScales.count

  /// How many features a stack of so many layers has.
  public static func count(layers: Int) -> Int { layers * perLayer + 1 }

  /// The features of a region; each pixel has the same whichever rectangle it was asked in.
  ///
  /// - Parameters:
  ///   - stack: the layers.
  ///   - rect: the pixels wanted, in scan pixels.
  ///   - toScan: layout µm to scan pixels.
  ///   - mesh: how the scan departs from that map.
  ///   - rounding: standard deviation, in pixels, of the blur that the process puts on the drawn shapes; see `StackRegion`.
  /// - Throws: `LayoutError` where the region holds more than can be drawn.
  public init(
    _ stack: LayerStack, rect: PixelRect, toScan: Affine, mesh: DisplacementMesh,
    rounding: Double = 0
  ) throws {
    let drawn = try DrawnStack(
      stack, rect: rect, toScan: toScan, mesh: mesh, greatestRounding: rounding)
    let maker = LayerFeatureMaker(
      drawn, names: stack.layers.map(\.name), pixelSizeUm: toScan.pixelSizeUm, rounding: rounding)
    self = maker.features(in: rect)
  }

  init(planes: [Plane], names: [String]) { (self.planes, self.names) = (planes, names) }
}

/// Makes the features of a drawn region part by part, since all planes at once may be too much.
struct LayerFeatureMaker: Sendable {
  private let drawn: DrawnStack
  private let layerNames: [String]
  private let pixelSizeUm: Double
  private let rounding: Double
  /// The wider densities of each layer, on cells of `Openness.cell` pixels.
  private let cells: [[Plane]]

  init(_ drawn: DrawnStack, names: [String], pixelSizeUm: Double, rounding: Double) {
    (self.drawn, layerNames, self.pixelSizeUm) = (drawn, names, pixelSizeUm)
    self.rounding = rounding
    cells = drawn.coverage.map { plane in
      let reduced = plane.reduced(by: Openness.cell)
      return LayerFeatures.densityScales.dropFirst().map {
        reduced.smoothed(sigma: $0 / Double(Openness.cell))
      }
    }
  }

  /// Bands of whole rows of the region that hold a bounded number of samples each.
  var bands: [PixelRect] {
    let (rect, count) = (drawn.rect, LayerFeatures.count(layers: drawn.coverage.count))
    let rows = max(64, (1 << 25) / max(1, count * rect.width))
    return stride(from: rect.y, to: rect.maxY, by: rows).map {
      PixelRect(x: rect.x, y: $0, width: rect.width, height: min(rows, rect.maxY - $0))
    }
  }

  /// The features of a part of the region, in scan pixels.
  func features(in part: PixelRect) -> LayerFeatures {
    let wide = part.expanded(by: EdgeVectors.halo)
    let inner = part.moved(x: -wide.x, y: -wide.y)
    let contours = drawn.contours(rounding: rounding, in: wide)
    var layers = [[Plane]](repeating: [], count: contours.count)
    layers.withUnsafeMutableBufferPointer { layers in
      let shared = SharedElements(layers)
      inParallel(contours.count) { layer in
        let edges = EdgeVectors(coverage: contours[layer])
        shared[layer] =
          [contours[layer].crop(inner), edges.distance, edges.outward.x, edges.outward.y]
          + densities(layer, in: part)
      }
    }
    let kinds =
      ["coverage", "distance", "outward x", "outward y"]
      + LayerFeatures.densityScales.map { "density \(Int($0))" }
    let size = Plane(width: part.width, height: part.height, filling: Float(log2(pixelSizeUm)))
    return LayerFeatures(
      planes: layers.joined() + [size],
      names: layerNames.flatMap { name in kinds.map { "\(name): \($0)" } } + ["log2 pixel size"])
  }

  private func densities(_ layer: Int, in part: PixelRect) -> [Plane] {
    let fine = LayerFeatures.densityScales[0]
    let source = part.expanded(by: Int((3 * fine).rounded(.up))).intersection(drawn.wide)
    let local = drawn.coverage[layer].crop(source.moved(x: -drawn.wide.x, y: -drawn.wide.y))
    let share = 1 / Double(Openness.cell)
    let place = part.moved(x: -drawn.wide.x, y: -drawn.wide.y)
    return [local.smoothed(sigma: fine).crop(part.moved(x: -source.x, y: -source.y))]
      + cells[layer].map { $0.resampled(rect: place, toSource: .scale(x: share, y: share)) }
  }
}
