internal import Foundation
public import Networks
public import Raster

/// A golden painted from the layout by a generator.
///
/// It is painted in tiles that lie on one grid and are all of one size, each with a halo as wide as the network can see: so a
/// pixel is the same whichever region it is asked in. Where nothing is bent, the grid is that of the pixels asked for; for a
/// scan, which a mesh bends, it is fixed to the layout, and what was painted serves the next scan of the same place too.
public struct GeneratorGolden: PictureSource {
  /// The layers.
  public let stack: LayerStack
  /// The generator.
  public let generator: Generator
  private let painter: TilePainter
  private let painted: PaintedTiles

  /// A golden of given layers.
  ///
  /// - Parameter precision: what the network computes in.
  /// - Throws: `NetworkError` when the machine can't run the network.
  public init(
    stack: LayerStack, generator: Generator, precision: Precision = .float32
  ) throws {
    precondition(
      generator.card.inputs.layers == stack.layers.map(\.name),
      "the generator was taught other layers")
    (self.stack, self.generator) = (stack, generator)
    painter = try TilePainter(generator, precision: precision)
    let sizes = generator.card.pixelSizesUm
    painted = PaintedTiles(
      painter: painter, stack: stack, roundingUm: generator.card.roundingUm,
      taughtPixelSizeUm: (sizes.lowerBound * sizes.upperBound).squareRoot())
  }

  /// The golden of a region, painted from the layout.
  public func region(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> GoldenRegion {
    guard mesh.isStill else {
      return known(try painted.region(rect, toScan: toScan, mesh: mesh))
    }
    let region = try StackRegion(
      stack, rect: rect, toScan: toScan, mesh: mesh,
      rounding: generator.card.roundingUm / toScan.pixelSizeUm)
    return known(
      GoldenRegion(
        picture: try picture(rect, toScan: toScan, mesh: mesh), materials: region.materials,
        edgeDistance: region.edgeDistance, looseness: region.looseness, edgesAreDrawn: true))
  }

  private func known(_ region: GoldenRegion) -> GoldenRegion {
    var region = region
    region.trust = trust(region)
    return region
  }

  /// 0 where a combination of layers lies that the generator was never shown as wide as that, up to its edges and as far as they
  /// are seen, 1 elsewhere; nil where there is none, or it is not known what it was shown.
  private func trust(_ region: GoldenRegion) -> Plane? {
    guard let shown = generator.card.materials else { return nil }
    var isShown = [Bool](repeating: false, count: 1 << 16)
    for code in shown { isShown[Int(code)] = true }
    let codes = region.materials.values
    guard codes.contains(where: { !isShown[Int($0)] }) else { return nil }
    var unknown = Plane(width: region.materials.width, height: region.materials.height)
    for index in codes.indices
    where !isShown[Int(codes[index])] && region.edgeDistance.samples[index] > Float(Generator.rim) {
      unknown.samples[index] = 1
    }
    guard unknown.greatest > 0 else { return nil }
    return unknown.extremes(radius: 2 * Generator.rim + 1).high.map { 1 - $0 }
  }

  /// The golden picture alone.
  public func picture(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> Picture {
    guard mesh.isStill else { return try painted.picture(rect, toScan: toScan, mesh: mesh) }
    return try TilePainter.joined(rect) {
      try painter.paint($0, stack: stack, toScan: toScan, mesh: mesh)
    }
  }

  /// The brightness of the golden picture alone, painted where the next scan of the same place finds it.
  public func brightness(
    _ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh
  ) throws -> Plane { try painted.brightness(rect, toScan: toScan, mesh: mesh) }
}

/// Paints tiles of one size by a network; one at a time, each on all cores.
///
/// `@unchecked Sendable`: the plan is used by one thread at a time, which the lock sees to.
final class TilePainter: @unchecked Sendable {
  private let inputs: GeneratorInputs
  private let plan: Plan
  private let halo: Int
  private let lock = NSLock()

  /// Pixels along a tile's side.
  static let side = 1024

  init(_ generator: Generator, precision: Precision) throws {
    inputs = generator.card.inputs
    let multiple = generator.card.architecture.multiple
    let reach = generator.network.reach + Plane.splineReach
    halo = (reach + multiple - 1) / multiple * multiple
    plan = try Plan(
      generator.network, height: TilePainter.side + 2 * halo, width: TilePainter.side + 2 * halo,
      precision: precision)
  }

  /// The tiles that a rectangle touches, row by row.
  static func tiles(of rect: PixelRect) -> [PixelRect] {
    let all = rect.aligned(to: side)
    return stride(from: all.y, to: all.maxY, by: side).flatMap { y in
      stride(from: all.x, to: all.maxX, by: side).map {
        PixelRect(x: $0, y: y, width: side, height: side)
      }
    }
  }

  /// A picture put together of the tiles that it touches, each of which `paint` gives whole.
  static func joined(_ rect: PixelRect, paint: (PixelRect) throws -> Picture) rethrows -> Picture {
    var planes: [Plane] = []
    for tile in tiles(of: rect) {
      let painted = try paint(tile)
      if planes.isEmpty {
        planes = painted.planes.map { _ in Plane.unfilled(width: rect.width, height: rect.height) }
      }
      let part = tile.intersection(rect)
      let local = PixelRect(
        x: part.x - tile.x, y: part.y - tile.y, width: part.width, height: part.height)
      for (channel, plane) in painted.planes.enumerated() {
        planes[channel].paste(plane, local, x: part.x - rect.x, y: part.y - rect.y)
      }
    }
    return Picture(planes: planes)
  }

  /// Paints a tile, and `margin` more pixels around it, at most `Plane.splineReach`.
  func paint(
    _ tile: PixelRect, margin: Int = 0, stack: LayerStack, toScan: Affine, mesh: DisplacementMesh
  ) throws -> Picture {
    let planes = try inputs.planes(
      stack, rect: tile.expanded(by: halo), toScan: toScan, mesh: mesh)
    let input = Tensor(planes: planes)
    let output = lock.withLock { plan.forward(input) }
    return output.picture(
      PixelRect(x: halo, y: halo, width: tile.width, height: tile.height).expanded(by: margin))
  }
}
