internal import Foundation
internal import Raster

/// What a generator painted, kept in frames that belong to the layout and not to a scan.
///
/// Scans of the same part of a layout differ by parts of a pixel, by a little turn and a little of their size. Such scans share a
/// frame: each of its tiles is painted once, and moved to every scan by a spline, which costs a fraction of the painting.
///
/// `@unchecked Sendable`: what is kept is used under the lock.
final class PaintedTiles: @unchecked Sendable {
  /// Sizes and turns within half a step of each other have one frame.
  private static let sizeStep = 0.01
  private static let turnStep = 0.5 * Double.pi / 180
  /// What is kept takes no more than this, bytes.
  private static let mostBytes = 384 << 20

  private let painter: TilePainter
  private let stack: LayerStack
  private let taughtPixelSizeUm: Double
  private let lock = NSLock()
  private var kept: [Key: Kept] = [:]
  private var uses = 0

  private struct Key: Hashable {
    let frame: Frame
    let x, y: Int
  }

  private struct Kept {
    let coefficients: Picture
    var lastUse: Int
  }

  init(painter: TilePainter, stack: LayerStack, taughtPixelSizeUm: Double) {
    (self.painter, self.stack) = (painter, stack)
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
  func picture(_ rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> Picture {
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
    let joined = try TilePainter.joined(bounds) { try coefficients($0, frame) }
    let toSource = toFrame.then(.translation(x: -Double(bounds.x), y: -Double(bounds.y)))
    return joined.mapPlanes {
      $0.splineResampled(rect: rect, toSource: toSource, mesh: mesh)
    }
  }

  /// A tile of a frame, painted if it is not kept.
  private func coefficients(_ tile: PixelRect, _ frame: Frame) throws -> Picture {
    try lock.withLock {
      let key = Key(frame: frame, x: tile.x, y: tile.y)
      uses += 1
      if let known = kept[key] {
        kept[key]?.lastUse = uses
        return known.coefficients
      }
      let painted = try painter.paint(
        tile, margin: Plane.splineReach, stack: stack, toScan: frame.toFrame, mesh: .still(tile))
      let inner = PixelRect(
        x: Plane.splineReach, y: Plane.splineReach, width: tile.width, height: tile.height)
      let coefficients = painted.mapPlanes { $0.splineCoefficients().crop(inner) }
      kept[key] = Kept(coefficients: coefficients, lastUse: uses)
      let bytes = 4 * tile.area * coefficients.channels
      while kept.count > max(1, Self.mostBytes / bytes),
        let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        kept[oldest.key] = nil
      }
      return coefficients
    }
  }
}
