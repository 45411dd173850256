internal import Foundation
internal import Raster

/// A flaw as it is drawn, before it is photographed.
struct FlawPlan {
  /// The pixels that change, but for blur.
  private(set) var bounds: PixelRect
  /// How much of the change of shape is to be seen: a thin bridge is not as bright as the pattern.
  private(set) var strength: Float = 1
  /// How far around a change of shape brightens or darkens, pixels.
  var reach: Double { min(max(0.25 * Double(max(bounds.width, bounds.height)), 4), 16) }
  /// Changes the coverage of a pixel, 0…1.
  private var carve: ((Int, Int, Float) -> Float)?
  /// Changes the brightness of a pixel: what there is, and what the pattern and what lies between have.
  private var shade: ((Int, Int, Float, (inside: Float, outside: Float)) -> Float)?

  private init(_ bounds: PixelRect) { self.bounds = bounds }

  /// The coverage of a window with the flaw.
  ///
  /// - Parameters:
  ///   - rounded: without it.
  ///   - rect: pixels of the photograph that it is of.
  func carved(_ rounded: Plane, _ rect: PixelRect, _ shape: EtchedShape) -> Plane {
    guard let carve else { return rounded }
    // Told by a coverage that is ½ at the border and rises as a rounded one does.
    let slope = Float(1 / (shape.sigma * 2.5066))
    var result = rounded
    let common = bounds.intersection(rect)
    for y in common.y..<common.maxY {
      for x in common.x..<common.maxX {
        let own = min(max((rounded[x - rect.x, y - rect.y] - shape.level) / slope + 0.5, 0), 1)
        let changed = carve(x, y, own)
        if changed != own {
          result[x - rect.x, y - rect.y] = shape.level + slope * (changed - 0.5)
        }
      }
    }
    return result
  }

  /// A window's brightness with the flaw lying on it.
  func shaded(_ planes: [Plane], _ window: PixelRect, of photograph: Micrograph) -> [Plane] {
    guard let shade else { return planes }
    return planes.enumerated().map { number, plane in
      let flats = photograph.flats(number)
      var change = plane
      for y in 0..<window.height {
        for x in 0..<window.width {
          let own = plane[x, y]
          change[x, y] = shade(window.x + x, window.y + y, own, flats) - own
        }
      }
      change = change.smoothed(sigma: photograph.blur)
      for index in change.samples.indices { change.samples[index] += plane.samples[index] }
      return change
    }
  }

  /// Draws a flaw of a kind; nil where the place that was drawn does not suit it.
  init?(
    _ kind: Flaw, of photograph: Micrograph, _ places: Places,
    using random: inout some RandomNumberGenerator
  ) {
    let area = places.area
    let anywhere = Point(
      x: random.uniform(Double(area.x), Double(area.maxX)),
      y: random.uniform(Double(area.y), Double(area.maxY)))
    switch kind {
    case .particle: self = .particle(at: anywhere, using: &random)
    case .residue: self = .residue(at: anywhere, using: &random)
    case .debris:
      let near = random.chance(0.7) && !places.outside.isEmpty
      self = .debris(at: near ? random.pick(places.outside) : anywhere, using: &random)
    default:
      let isInside =
        switch kind {
        case .brokenLine, .missingPattern, .pinhole: true
        default: false
        }
      let candidates = isInside ? places.inside : places.outside
      guard !candidates.isEmpty,
        let plan = FlawPlan.pattern(kind, at: random.pick(candidates), photograph, using: &random)
      else { return nil }
      self = plan
    }
  }

  /// What changes the pattern.
  private static func pattern(
    _ kind: Flaw, at place: Point, _ photograph: Micrograph,
    using random: inout some RandomNumberGenerator
  ) -> FlawPlan? {
    let distance = photograph.distance
    func crossing(isCovered: Bool, limit: Double) -> Crossing? {
      Crossing(at: place, limit: limit) { x, y in
        distance.bounds.contains(x: x, y: y) ? (distance[x, y] > 0) == isCovered : nil
      }
    }
    switch kind {
    case .bridgedLine, .closedGap:
      guard
        let gap = crossing(
          isCovered: false, limit: kind == .bridgedLine ? 90 : 40)
      else { return nil }
      let isBridge = kind == .bridgedLine
      let width =
        isBridge
        ? random.logUniform(2, min(24, max(3, gap.extent)))
        : gap.extent * random.uniform(1, 3) + 6
      let patch = Patch(
        center: gap.center, angle: gap.angle, length: gap.extent + 6, width: width,
        raggedness: isBridge ? 0.3 : 0.1, using: &random)
      var plan = FlawPlan(patch.bounds)
      plan.strength = Float(random.uniform(isBridge ? 0.4 : 0.6, 1))
      // What did not open ends with the gap.
      let depth = Float(0.5 * gap.extent + 1.5)
      plan.carve = { x, y, value in
        let share = patch.share(x, y)
        guard !isBridge, distance.bounds.contains(x: x, y: y) else { return max(value, share) }
        return max(value, min(share, min(max(distance[x, y] + depth, 0), 1)))
      }
      return plan
    case .brokenLine:
      guard let line = crossing(isCovered: true, limit: 120) else { return nil }
      let patch = Patch(
        center: line.center, angle: line.angle, length: line.extent + 8,
        width: random.logUniform(2, min(24, max(3, line.extent))), raggedness: 0.3, using: &random)
      var plan = FlawPlan(patch.bounds)
      plan.strength = Float(random.uniform(0.6, 1))
      plan.carve = { x, y, value in min(value, 1 - patch.share(x, y)) }
      return plan
    case .pinhole:
      let radius = random.logUniform(1.2, 8)
      guard distance[Int(place.x), Int(place.y)] > Float(radius + 3) else { return nil }
      let blob = Blob(center: place, radius: radius, roughness: 0.25, using: &random)
      var plan = FlawPlan(blob.bounds)
      plan.carve = { x, y, value in min(value, 1 - blob.share(x, y)) }
      return plan
    default:
      // A bite or a lump hangs on the border.
      let radius = random.logUniform(2, 20)
      guard abs(distance[Int(place.x), Int(place.y)]) < Float(0.7 * radius) else { return nil }
      let blob = Blob(center: place, radius: radius, roughness: 0.35, using: &random)
      let isMissing = kind == .missingPattern
      var plan = FlawPlan(blob.bounds)
      plan.carve = { x, y, value in
        isMissing ? min(value, 1 - blob.share(x, y)) : max(value, blob.share(x, y))
      }
      return plan
    }
  }

  private static func particle(
    at place: Point, using random: inout some RandomNumberGenerator
  ) -> FlawPlan {
    let blob = Blob(
      center: place, radius: random.logUniform(1.2, 16), roughness: 0.25, using: &random)
    let (body, rim) = (Float(random.uniform(0.06, 0.3)), Float(random.uniform(0.05, 0.25)))
    let halo = Float(random.uniform(0, 0.03))
    let reach = max(0.6 * blob.radius, 2)
    var plan = FlawPlan(blob.bounds.expanded(by: Int(2 * reach)))
    plan.shade = { x, y, value, flats in
      let depth = blob.depth(Double(x) + 0.5, Double(y) + 0.5)
      let share = Float(min(max(depth + 0.5, 0), 1))
      let bright = flats.outside + body + rim * Float(exp(-max(depth, 0) / 1.5))
      let around = value - halo * Float(exp(min(depth, 0) / reach))
      return around + share * (max(bright, value + 0.3 * body) - around)
    }
    return plan
  }

  private static func residue(
    at place: Point, using random: inout some RandomNumberGenerator
  ) -> FlawPlan {
    let blob = Blob(
      center: place, radius: random.logUniform(8, 50), roughness: 0.5, using: &random)
    let change = Float(random.uniform(0.015, 0.06) * (random.chance(0.5) ? 1 : -1))
    let soft = random.uniform(1.5, 6)
    var plan = FlawPlan(blob.bounds)
    plan.shade = { x, y, value, _ in
      let depth = blob.depth(Double(x) + 0.5, Double(y) + 0.5) / soft
      let share = Float(min(max(depth + 0.5, 0), 1))
      // Thickest along its border, as what dried is.
      return value + change * share * (1 + 0.6 * Float(exp(-depth * depth)))
    }
    return plan
  }

  private static func debris(
    at place: Point, using random: inout some RandomNumberGenerator
  ) -> FlawPlan {
    let angle = random.uniform(0, .pi)
    let width = random.logUniform(5, 22)
    let patch = Patch(
      center: place, angle: angle, length: width * random.uniform(1.2, 3), width: width,
      raggedness: 0.06, using: &random)
    let level = Float(random.uniform(0.25, 0.8))
    let slope = Float(random.uniform(-0.002, 0.002))
    var plan = FlawPlan(patch.bounds)
    plan.shade = { x, y, value, flats in
      let share = patch.share(x, y)
      guard share > 0 else { return value }
      let body = flats.outside + level * (flats.inside - flats.outside) + 0.03
      let along = Float((Double(x) - place.x) * cos(angle) + (Double(y) - place.y) * sin(angle))
      // One long side catches the beam.
      let across = (Double(y) - place.y) * cos(angle) - (Double(x) - place.x) * sin(angle)
      let edge = width / 2 - abs(across)
      let rim = 0.07 * Float(exp(-max(edge, 0) / 1.2)) * (across > 0 ? 1 : 0.4)
      return value + share * (body + slope * along + rim - value)
    }
    return plan
  }
}
