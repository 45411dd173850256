import Foundation
import Raster

/// Defects of what is drawn.
extension DefectEffect {
  /// Tries places of a relief until one suits the kind; nil where none does.
  static func patterned(
    _ kind: DefectClass, relief: Relief, um: Double, using random: inout some RandomNumberGenerator
  ) -> DefectEffect? {
    let rect = relief.rect
    let metal = random.pick([ProcessLayer.pMetal, .pMetal, .nMetal])
    let layer =
      kind == .liftedMetal || kind == .pinhole
      ? metal : random.pick([ProcessLayer.ridge, .ridge, metal])
    for _ in 0..<150 {
      let (x, y) = (random.whole(rect.x, rect.maxX - 1), random.whole(rect.y, rect.maxY - 1))
      let place = Point(x: Double(x) + 0.5, y: Double(y) + 0.5)
      let here = relief.coverage(of: layer, x: x, y: y)
      switch kind {
      case .bridgedLine:
        guard here < 0.05,
          let gap = relief.narrowest(layer, at: place, isCovered: false, limit: 8 * um)
        else { continue }
        return bridge(layer, over: gap, um: um, using: &random)
      case .extraPattern:
        let radius = um * random.logUniform(1, 4.5)
        guard here < 0.05, relief.touches(layer, center: place, radius: 0.9 * radius) else {
          continue
        }
        return extra(layer, at: place, radius: radius, using: &random)
      case .brokenLine:
        guard here > 0.95,
          let line = relief.narrowest(layer, at: place, isCovered: true, limit: 10 * um)
        else { continue }
        return gap(layer, through: line, um: um, using: &random)
      case .liftedMetal:
        guard here > 0.95 else { continue }
        return lifted(layer, at: place, um: um, using: &random)
      case .pinhole:
        guard here > 0.95 else { continue }
        let radius = max(um * random.logUniform(0.5, 1.4), 0.9)
        return hole(layer, at: place, radius: radius, using: &random)
      default:
        guard here > 0.95 else { continue }
        let radius = um * random.logUniform(1.2, 6)
        return hole(layer, at: place, radius: radius, using: &random)
      }
    }
    return nil
  }

  /// A piece of a layer that is not there.
  private static func hole(
    _ layer: ProcessLayer, at place: Point, radius: Double,
    using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let blob = Blob(center: place, radius: radius, roughness: 0.35, using: &random)
    var effect = DefectEffect(bounds: blob.bounds, pattern: layer)
    effect.carve = { relief in
      relief.change(layer) { x, y, value in value * (1 - blob.share(x, y)) }
    }
    return effect
  }

  /// A patch of a layer beside its pattern.
  private static func extra(
    _ layer: ProcessLayer, at place: Point, radius: Double,
    using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let blob = Blob(center: place, radius: radius * 1.2, roughness: 0.35, using: &random)
    var effect = DefectEffect(bounds: blob.bounds, pattern: layer)
    effect.carve = { relief in
      relief.change(layer) { x, y, value in max(value, blob.share(x, y)) }
    }
    return effect
  }

  /// A line cut through, the ends ragged.
  private static func gap(
    _ layer: ProcessLayer, through line: Crossing, um: Double,
    using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let patch = Patch(
      center: line.center, angle: line.angle, length: line.extent + 5,
      width: max(um * random.logUniform(0.6, 5), 1.2), raggedness: 0.3, using: &random)
    var effect = DefectEffect(bounds: patch.bounds, pattern: layer)
    effect.carve = { relief in
      relief.change(layer) { x, y, value in value * (1 - patch.share(x, y)) }
    }
    return effect
  }

  /// Two borders joined by a narrow strip.
  private static func bridge(
    _ layer: ProcessLayer, over gap: Crossing, um: Double,
    using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let patch = Patch(
      center: gap.center, angle: gap.angle, length: gap.extent + 3,
      width: max(um * random.logUniform(0.7, 3.5), 1.4), raggedness: 0.3, using: &random)
    var effect = DefectEffect(bounds: patch.bounds, pattern: layer)
    effect.carve = { relief in
      relief.change(layer) { x, y, value in max(value, patch.share(x, y)) }
    }
    return effect
  }

  /// A piece of metal that came off and lies a few micrometres away, crumpled, its shadow beside it.
  private static func lifted(
    _ layer: ProcessLayer, at place: Point, um: Double,
    using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let radius = um * random.logUniform(2.5, 9)
    let blob = Blob(center: place, radius: radius, roughness: 0.3, using: &random)
    let angle = random.uniform(0, 2 * .pi)
    let way = radius * random.uniform(0.4, 1)
    let (dx, dy) = (Int((way * cos(angle)).rounded()), Int((way * sin(angle)).rounded()))
    let (wave, phase) = (2 * Double.pi / (um * random.uniform(2, 4)), random.uniform(0, 2 * .pi))
    var effect = DefectEffect(bounds: blob.bounds.expanded(by: max(abs(dx), abs(dy)) + 2))
    effect.carve = { relief in
      relief.change(layer) { x, y, value in value * (1 - blob.share(x, y)) }
      relief.change(layer) { x, y, value in max(value, 0.9 * blob.share(x - dx, y - dy)) }
      relief.change(.opening) { x, y, value in value * (1 - blob.share(x - dx, y - dy)) }
    }
    effect.shade = { x, y, colour in
      let flake = blob.share(x - dx, y - dy)
      let shadow = blob.share(x - dx - 2, y - dy - 2) * (1 - flake)
      colour *= 1 - 0.45 * shadow
      let along = Double(x) * cos(angle + 1) + Double(y) * sin(angle + 1)
      let across = Double(y) * cos(angle + 1) - Double(x) * sin(angle + 1)
      // Two bent waves of unequal length, so that the folds are no grating.
      let fold =
        sin(wave * along + 1.7 * sin(0.6 * wave * across + phase)) * 0.7
        + sin(0.57 * wave * across + 1.3 * sin(0.4 * wave * along) - phase) * 0.6
      colour *= 1 + 0.22 * flake * Float(fold)
    }
    return effect
  }
}

extension Relief {
  /// Whether the layer is well inside the radius in some direction.
  fileprivate func touches(_ layer: ProcessLayer, center: Point, radius: Double) -> Bool {
    (0..<16).contains { step in
      let angle = Double(step) * .pi / 8
      let (x, y) = (Int(center.x + radius * cos(angle)), Int(center.y + radius * sin(angle)))
      return rect.contains(x: x, y: y) && coverage(of: layer, x: x, y: y) > 0.95
    }
  }

  /// The shortest way across the layer, or across where it isn't, if that is a line: much longer than wide.
  ///
  /// - Parameter limit: its greatest width, pixels.
  fileprivate func narrowest(
    _ layer: ProcessLayer, at place: Point, isCovered: Bool, limit: Double
  ) -> Crossing? {
    Crossing(at: place, limit: limit) { x, y in
      rect.contains(x: x, y: y) ? (coverage(of: layer, x: x, y: y) > 0.5) == isCovered : nil
    }
  }
}
