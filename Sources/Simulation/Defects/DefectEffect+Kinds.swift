import Foundation
import Raster

extension DefectEffect {
  /// Draws a defect of a kind somewhere in a field; nil where there is no place for it at that try.
  ///
  /// - Parameters:
  ///   - relief: what lies where, at least over the field.
  ///   - um: pixels a micrometre.
  init?(
    _ kind: DefectClass, field: PixelRect, relief: Relief, um: Double,
    using random: inout some RandomNumberGenerator
  ) {
    let margin = 0.04
    let anywhere = Point(
      x: Double(field.x) + Double(field.width) * random.uniform(margin, 1 - margin),
      y: Double(field.y) + Double(field.height) * random.uniform(margin, 1 - margin))
    switch kind {
    case .particle: self = .particle(at: anywhere, um: um, using: &random)
    case .scratch: self = .scratch(at: anywhere, um: um, using: &random)
    case .residue: self = .residue(at: anywhere, um: um, using: &random)
    case .discolouration: self = .discolouration(at: anywhere, um: um, using: &random)
    case .crack: self = .crack(at: anywhere, um: um, using: &random)
    case .missingPattern, .extraPattern, .liftedMetal:
      let layer: ProcessLayer =
        kind == .liftedMetal ? .pMetal : random.pick([.ridge, .pMetal, .nMetal])
      let here = relief.coverage(of: layer, x: Int(anywhere.x), y: Int(anywhere.y))
      if kind == .extraPattern {
        let radius = um * random.logUniform(1.5, 5)
        guard here < 0.05,
          relief.touches(layer, center: anywhere, radius: 0.9 * radius, field: field)
        else { return nil }
        self = .extraPattern(layer, at: anywhere, radius: radius, using: &random)
      } else {
        guard here > 0.95 else { return nil }
        self =
          kind == .liftedMetal
          ? .liftedMetal(at: anywhere, um: um, using: &random)
          : .missingPattern(layer, at: anywhere, um: um, using: &random)
      }
    }
  }

  /// A grain with a dark body, a bright spot where it mirrors the lamp, and a soft shadow.
  private static func particle(
    at place: Point, um: Double, using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let blob = Blob(
      center: place, radius: um * random.logUniform(1.2, 5), roughness: 0.25, using: &random)
    let body = SIMD3<Float>(repeating: Float(random.uniform(0.08, 0.2)))
    let spark = Float(random.uniform(0.2, 0.7))
    let reach = 0.45 * blob.radius
    var effect = DefectEffect(bounds: blob.bounds)
    effect.shade = { x, y, colour in
      let depth = blob.depth(Double(x) + 0.5, Double(y) + 0.5)
      let shadow = blob.depth(
        Double(x) + 0.5 - 0.3 * blob.radius, Double(y) + 0.5 - 0.3 * blob.radius)
      colour *= 1 - 0.35 * Float(min(max(shadow / (0.5 * blob.radius) + 0.4, 0), 1))
      let (dx, dy) = (
        Double(x) - place.x + 0.3 * blob.radius, Double(y) - place.y + 0.3 * blob.radius
      )
      let light = spark * Float(exp(-(dx * dx + dy * dy) / (reach * reach)))
      let share = Float(min(max(depth + 0.5, 0), 1))
      colour += (body + light - colour) * share
    }
    return effect
  }

  /// A long, slightly bent groove: dark, with a bright lip, here and there interrupted.
  private static func scratch(
    at place: Point, um: Double, using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let length = um * random.logUniform(40, 160)
    var angle = random.uniform(0, 2 * .pi)
    let bend = random.uniform(-0.05, 0.05)
    let depth = random.uniform(0.45, 0.8)
    let width = um * random.uniform(0.5, 1.1)
    var (points, widths, strengths) = ([place], [width * 0.4], [0.2 * depth])
    let steps = 12
    for step in 1...steps {
      angle += bend + random.uniform(-0.03, 0.03)
      let last = points[points.count - 1]
      points.append(
        Point(
          x: last.x + length / Double(steps) * cos(angle),
          y: last.y + length / Double(steps) * sin(angle)))
      widths.append(step == steps ? width * 0.3 : width * random.uniform(0.7, 1.3))
      strengths.append(depth * (random.chance(0.12) ? 0.25 : random.uniform(0.7, 1.1)))
    }
    let stroke = Stroke(points: points, widths: widths, strengths: strengths)
    var effect = DefectEffect(bounds: stroke.bounds)
    effect.shade = { x, y, colour in
      let near = stroke.nearest(Double(x) + 0.5, Double(y) + 0.5)
      let share = min(max(near.width / 2 - abs(near.distance) + 0.5, 0), 1) * near.strength
      colour *= 1 - Float(share)
      let lip = near.distance - near.width / 2 - 0.8
      colour += 0.22 * Float(near.strength * exp(-lip * lip / 0.7))
    }
    return effect
  }

  /// A dried stain: thicker film, thickest along its border.
  private static func residue(
    at place: Point, um: Double, using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let radius = um * random.logUniform(7, 18)
    let blob = Blob(center: place, radius: radius, roughness: 0.5, using: &random)
    let inside = random.uniform(14, 30)
    let rim = random.uniform(30, 60)
    let dull = Float(random.uniform(0.10, 0.22))
    let width = um * 1.2
    var effect = DefectEffect(bounds: blob.bounds)
    effect.thicken = { x, y in
      let depth = blob.depth(Double(x) + 0.5, Double(y) + 0.5)
      let share = min(max(depth + 0.5, 0), 1)
      return Float(share * (inside + rim * exp(-depth * depth / (2 * width * width))))
    }
    effect.shade = { x, y, colour in
      colour *= 1 - dull * blob.share(x, y)
    }
    return effect
  }

  /// A wide place where the film is thicker or thinner, without a border.
  private static func discolouration(
    at place: Point, um: Double, using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let blob = Blob(
      center: place, radius: um * random.logUniform(14, 30), roughness: 0.2, using: &random)
    let change = random.uniform(10, 20) * (random.chance(0.5) ? 1 : -1)
    var effect = DefectEffect(bounds: blob.bounds)
    effect.thicken = { x, y in
      // Full in the middle, falling to nothing at the border.
      let share = min(max(1.6 * blob.depth(Double(x) + 0.5, Double(y) + 0.5) / blob.radius, 0), 1)
      return Float(change * share * share * (3 - 2 * share))
    }
    return effect
  }

  /// A jagged dark line, straight in parts as crystals cleave, with a branch.
  private static func crack(
    at place: Point, um: Double, using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let heading = random.uniform(0, 2 * .pi)
    let width = um * random.uniform(0.5, 0.9)
    let dark = random.uniform(0.6, 0.85)
    func line(from start: Point, heading: Double, steps: Int) -> Stroke {
      var points = [start]
      for _ in 0..<steps {
        let angle = heading + random.uniform(-0.7, 0.7)
        let length = um * random.uniform(3, 11)
        let last = points[points.count - 1]
        points.append(Point(x: last.x + length * cos(angle), y: last.y + length * sin(angle)))
      }
      let count = points.count
      return Stroke(
        points: points,
        widths: (0..<count).map { width * (1.1 - 0.7 * Double($0) / Double(count)) },
        strengths: [Double](repeating: dark, count: count))
    }
    let trunk = line(from: place, heading: heading, steps: random.whole(5, 12))
    let fork = trunk.points[trunk.points.count / 2]
    let side = random.chance(0.5) ? 1.0 : -1
    let branch = line(
      from: fork, heading: heading + side * random.uniform(0.6, 1.1), steps: random.whole(2, 4))
    var effect = DefectEffect(bounds: trunk.bounds.union(branch.bounds))
    effect.shade = { x, y, colour in
      for stroke in [trunk, branch] {
        let near = stroke.nearest(Double(x) + 0.5, Double(y) + 0.5)
        let share = min(max(near.width / 2 - abs(near.distance) + 0.5, 0), 1) * near.strength
        colour *= 1 - Float(share)
      }
    }
    return effect
  }

  /// A hole in a layer.
  private static func missingPattern(
    _ layer: ProcessLayer, at place: Point, um: Double,
    using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let blob = Blob(
      center: place, radius: um * random.logUniform(2, 7), roughness: 0.35, using: &random)
    var effect = DefectEffect(bounds: blob.bounds)
    effect.carve = { relief in
      relief.change(layer) { x, y, value in value * (1 - blob.share(x, y)) }
    }
    return effect
  }

  /// A patch of a layer beside its pattern.
  private static func extraPattern(
    _ layer: ProcessLayer, at place: Point, radius: Double,
    using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let blob = Blob(center: place, radius: radius * 1.2, roughness: 0.35, using: &random)
    var effect = DefectEffect(bounds: blob.bounds)
    effect.carve = { relief in
      relief.change(layer) { x, y, value in max(value, blob.share(x, y)) }
    }
    return effect
  }

  /// A piece of metal that came off and lies a few micrometres away, crumpled, its shadow beside it.
  private static func liftedMetal(
    at place: Point, um: Double, using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let radius = um * random.logUniform(4, 10)
    let blob = Blob(center: place, radius: radius, roughness: 0.3, using: &random)
    let angle = random.uniform(0, 2 * .pi)
    let way = um * random.uniform(2.5, 5)
    let (dx, dy) = (Int((way * cos(angle)).rounded()), Int((way * sin(angle)).rounded()))
    let (wave, phase) = (2 * Double.pi / (um * random.uniform(2, 4)), random.uniform(0, 2 * .pi))
    var effect = DefectEffect(
      bounds: blob.bounds.expanded(by: max(abs(dx), abs(dy)) + 2))
    effect.carve = { relief in
      relief.change(.pMetal) { x, y, value in value * (1 - blob.share(x, y)) }
      relief.change(.pMetal) { x, y, value in max(value, 0.9 * blob.share(x - dx, y - dy)) }
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
  /// Whether the layer is well inside the radius in some direction, and not in the middle.
  fileprivate func touches(
    _ layer: ProcessLayer, center: Point, radius: Double, field: PixelRect
  ) -> Bool {
    (0..<16).contains { step in
      let angle = Double(step) * .pi / 8
      let (x, y) = (Int(center.x + radius * cos(angle)), Int(center.y + radius * sin(angle)))
      return field.contains(x: x, y: y) && coverage(of: layer, x: x, y: y) > 0.95
    }
  }
}
