internal import CKernels
internal import Foundation
internal import Raster

/// What a generator painted and what lies there, kept in frames that belong to the layout and not to a scan.
///
/// Scans of the same part of a layout differ by parts of a pixel, by a little turn and a little of their size. Such scans share a
/// frame: each of its tiles is painted once, and moved to every scan, which costs a fraction of the painting: the picture by a
/// spline, distances from edges linearly, materials to the nearest pixel.
///
/// `@unchecked Sendable`: what is kept is used under the lock.
final class PaintedTiles: @unchecked Sendable {
  /// Sizes and turns within half a step of each other have one frame.
  private static let sizeStep = 0.01
  private static let turnStep = Double.pi / 180
  /// What is kept takes no more than this, bytes.
  private static let mostBytes = 640 << 20

  private let painter: TilePainter
  private let stack: LayerStack
  private let roundingUm: Double
  private let taughtPixelSizeUm: Double
  private let lock = NSLock()
  private var kept: [Key: Kept] = [:]
  private var uses = 0

  private struct Key: Hashable {
    let frame: Frame
    let x, y: Int
  }

  private struct Kept {
    let tile: Tile
    var lastUse: Int
  }

  /// A tile of a frame.
  private struct Tile {
    /// The golden, as coefficients of a spline.
    let coefficients: Picture
    /// Their brightness.
    let brightness: Plane
    let materials: Labels
    /// Whole pixels; nil for 0 everywhere.
    let looseness: Labels?
    let edgeDistance: Plane

    var bytes: Int { edgeDistance.samples.count * (4 * (coefficients.channels + 1) + 2 + 2 + 4) }
  }

  /// - Parameters:
  ///   - roundingUm: standard deviation of the process blur, µm.
  ///   - taughtPixelSizeUm: the pixels that the generator was taught with.
  init(painter: TilePainter, stack: LayerStack, roundingUm: Double, taughtPixelSizeUm: Double) {
    (self.painter, self.stack, self.roundingUm) = (painter, stack, roundingUm)
    self.taughtPixelSizeUm = taughtPixelSizeUm
  }

  /// A grid of pixels that is fixed to the layout: its origin lies on the layout's.
  private struct Frame: Hashable {
    /// In steps: the logarithm of the pixels' size over the size that was taught, and the turn.
    let size, turn: Int
    let toFrame: Affine

    init(_ toScan: Affine, taughtPixelSizeUm: Double) {
      let size = log(toScan.pixelSizeUm / taughtPixelSizeUm) / log(1 + sizeStep)
      // The turn of a layout, whose y points up, in a scan.
      let turn = atan2(-(toScan.b + toScan.c), toScan.a - toScan.d) / turnStep
      (self.size, self.turn) = (Int(size.rounded()), Int(turn.rounded()))
      let pixels = 1 / (taughtPixelSizeUm * pow(1 + sizeStep, Double(self.size)))
      let angle = Double(self.turn) * turnStep
      let (cosine, sine) = (pixels * cos(angle), pixels * sin(angle))
      toFrame = Affine(a: cosine, b: -sine, tx: 0, c: -sine, d: -cosine, ty: 0)
    }
  }

  /// The golden of a region as a scan shows it.
  ///
  /// - Parameters:
  ///   - rect: scan pixels.
  ///   - toScan: layout µm to scan pixels, the layout's y pointing up.
  ///   - mesh: how the scan departs from that map.
  func region(_ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> GoldenRegion {
    let view = try view(rect, toScan: toScan, mesh: mesh)
    let coefficients = view.joined(\.coefficients)
    let distance: Picture = view.joined { Picture(planes: [$0.edgeDistance]) }
    let labels = view.joined(\.materials)
    var looseness = Plane(width: rect.width, height: rect.height)
    if view.tiles.values.contains(where: { $0.looseness != nil }) {
      let loose = view.joined(\.looseness)
        .resampled(rect: rect, toSource: view.toSource, mesh: mesh)
      looseness.samples = loose.values.map { Float($0) }
    }
    var picture = Picture(
      planes: coefficients.planes.map { _ in Plane.unfilled(width: rect.width, height: rect.height)
      }
    )
    var edgeDistance = Plane.unfilled(width: rect.width, height: rect.height)
    var materials = [UInt16](repeating: 0, count: rect.area)
    let (width, height) = (labels.width, labels.height)
    let places = MovedGrid(rect: rect, toSource: view.toSource, mesh: mesh)
    picture.withUnsafeMutableRows { shown in
      edgeDistance.withUnsafeMutableRows { distances in
        materials.withUnsafeMutableBufferPointer { materials in
          (coefficients.planes + distance.planes).withUnsafeRows { sources in
            labels.values.withUnsafeBufferPointer { labels in
              // Each row is written by one band.
              nonisolated(unsafe) let labels = labels.baseAddress
              nonisolated(unsafe) let target = materials.baseAddress
              places.forEachRow { y, xs, ys in
                for (target, source) in zip(shown, sources) {
                  gd_sample_spline(
                    source.row(0), width, height, xs, ys, target.row(y), rect.width)
                }
                gd_sample_bilinear(
                  sources[shown.count].row(0), width, height, xs, ys, distances.row(y), rect.width)
                gd_sample_labels(
                  labels, width, height, xs, ys, target.map { $0 + y * rect.width }, rect.width)
              }
            }
          }
        }
      }
    }
    return GoldenRegion(
      picture: picture,
      materials: Labels(width: rect.width, height: rect.height, values: materials),
      edgeDistance: edgeDistance, looseness: looseness, edgesAreDrawn: true)
  }

  /// The picture of `region` alone.
  func picture(_ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> Picture {
    let view = try view(rect, toScan: toScan, mesh: mesh)
    return view.joined(\.coefficients)
      .splineResampled(rect: rect, toSource: view.toSource, mesh: mesh)
  }

  /// The brightness of `region` alone.
  func brightness(_ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> Plane {
    let view = try view(rect, toScan: toScan, mesh: mesh)
    return view.joined { Picture(planes: [$0.brightness]) }
      .splineResampled(rect: rect, toSource: view.toSource, mesh: mesh).planes[0]
  }

  /// The part of a frame that a region of a scan shows.
  private struct View {
    let tiles: [PixelRect: Tile]
    let bounds: PixelRect
    /// From the scan into `bounds`.
    let toSource: Affine

    func joined(_ part: (Tile) -> Picture) -> Picture {
      TilePainter.joined(bounds) { rect in
        guard let tile = tiles[rect] else { preconditionFailure("a view has all its tiles") }
        return part(tile)
      }
    }

    /// Labels; 0 where a tile has none.
    func joined(_ part: (Tile) -> Labels?) -> Labels {
      var values = [UInt16](repeating: 0, count: bounds.area)
      for (rect, tile) in tiles {
        guard let labels = part(tile)?.values else { continue }
        let shared = rect.intersection(bounds)
        for y in shared.y..<shared.maxY {
          let from = (y - rect.y) * rect.width + shared.x - rect.x
          let to = (y - bounds.y) * bounds.width + shared.x - bounds.x
          values.replaceSubrange(to..<to + shared.width, with: labels[from..<from + shared.width])
        }
      }
      return Labels(width: bounds.width, height: bounds.height, values: values)
    }
  }

  private func view(_ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> View {
    let frame = Frame(toScan, taughtPixelSizeUm: taughtPixelSizeUm)
    let toFrame = toScan.inverse.then(frame.toFrame)
    let seen = rect.expanded(by: Int(mesh.greatest.rounded(.up)) + 1)
    let box = toFrame(
      Box(
        low: Point(x: Double(seen.x), y: Double(seen.y)),
        high: Point(x: Double(seen.maxX), y: Double(seen.maxY))))
    let (left, top) = (Int(box.low.x.rounded(.down)) - 2, Int(box.low.y.rounded(.down)) - 2)
    let bounds = PixelRect(
      x: left, y: top, width: Int(box.high.x.rounded(.up)) + 3 - left,
      height: Int(box.high.y.rounded(.up)) + 3 - top)
    var tiles: [PixelRect: Tile] = [:]
    for rect in TilePainter.tiles(of: bounds) { tiles[rect] = try tile(rect, frame) }
    return View(
      tiles: tiles, bounds: bounds,
      toSource: toFrame.then(.translation(x: -Double(bounds.x), y: -Double(bounds.y))))
  }

  /// A tile of a frame, painted if it is not kept.
  private func tile(_ rect: PixelRect, _ frame: Frame) throws -> Tile {
    try lock.withLock {
      let key = Key(frame: frame, x: rect.x, y: rect.y)
      uses += 1
      if let known = kept[key] {
        kept[key]?.lastUse = uses
        return known.tile
      }
      let still = DisplacementMesh.still(rect)
      let painted = try painter.paint(
        rect, margin: Plane.splineReach, stack: stack, toScan: frame.toFrame, mesh: still)
      let inner = PixelRect(
        x: Plane.splineReach, y: Plane.splineReach, width: rect.width, height: rect.height)
      let region = try StackRegion(
        stack, rect: rect, toScan: frame.toFrame, mesh: still,
        rounding: roundingUm / frame.toFrame.pixelSizeUm)
      let coefficients = painted.mapPlanes { $0.splineCoefficients().crop(inner) }
      let tile = Tile(
        coefficients: coefficients, brightness: coefficients.luminance,
        materials: region.materials,
        looseness: region.looseness.greatest > 0
          ? Labels(
            width: rect.width, height: rect.height,
            values: region.looseness.samples.map { UInt16($0) }) : nil,
        edgeDistance: region.edgeDistance)
      kept[key] = Kept(tile: tile, lastUse: uses)
      while kept.count > max(1, Self.mostBytes / tile.bytes),
        let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        kept[oldest.key] = nil
      }
      return tile
    }
  }
}
