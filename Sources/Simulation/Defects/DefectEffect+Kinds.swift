import Foundation
import Raster

extension DefectEffect {
  /// Draws a defect of a kind at a place; nil where it can't be.
  ///
  /// - Parameters:
  ///   - place: in scan pixels; what needs a pattern is put near it.
  ///   - relief: what lies where around the place; nil for what needs no pattern.
  ///   - um: pixels a micrometre.
  init?(
    _ kind: DefectClass, at place: Point, relief: Relief?, um: Double,
    using random: inout some RandomNumberGenerator
  ) {
    switch kind {
    case .particle: self = .particle(at: place, um: um, using: &random)
    case .scratch: self = .scratch(at: place, um: um, using: &random)
    case .residue: self = .residue(at: place, um: um, using: &random)
    case .discolouration: self = .discolouration(at: place, um: um, using: &random)
    case .crack: self = .crack(at: place, um: um, using: &random)
    default:
      guard let relief, let effect = Self.patterned(kind, relief: relief, um: um, using: &random)
      else { return nil }
      self = effect
    }
  }

  /// A grain with a dark or bright body, a spot where it mirrors the lamp, and a soft shadow.
  private static func particle(
    at place: Point, um: Double, using random: inout some RandomNumberGenerator
  ) -> DefectEffect {
    let blob = Blob(
      center: place, radius: max(um * random.logUniform(0.5, 4.5), 0.9), roughness: 0.25,
      using: &random)
    let isBright = random.chance(0.3)
    let body = SIMD3<Float>(
      repeating: Float(isBright ? random.uniform(0.6, 0.9) : random.uniform(0.05, 0.25)))
    let spark = Float(isBright ? 0.1 : random.uniform(0.1, 0.6))
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
    let length = um * random.logUniform(15, 140)
    var angle = random.uniform(0, 2 * .pi)
    let bend = random.uniform(-0.05, 0.05)
    let depth = random.uniform(0.45, 0.8)
    // A pixel or little more, so that it is never wider than what the microscope resolves.
    let width = max(um * random.uniform(0.5, 0.9), 1)
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
    let radius = um * random.logUniform(3, 16)
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
      center: place, radius: um * random.logUniform(8, 28), roughness: 0.2, using: &random)
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
    let width = max(um * random.uniform(0.4, 0.8), 0.9)
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
    let trunk = line(from: place, heading: heading, steps: random.whole(3, 11))
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
}
