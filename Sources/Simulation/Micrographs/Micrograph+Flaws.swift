internal import Foundation
public import Raster

extension Micrograph {
  /// The photograph with flaws in it.
  ///
  /// - Parameters:
  ///   - kinds: what is wanted, in this order; what finds no place is left out.
  ///   - area: pixels that may be changed.
  ///   - random: where and how large follows from it.
  public func marred(
    with kinds: [Flaw], in area: PixelRect, using random: inout some RandomNumberGenerator
  ) -> (picture: Picture, flaws: [PlantedFlaw]) {
    var (picture, flaws) = (picture, [PlantedFlaw]())
    let places = Places(distance, in: area)
    for kind in kinds {
      for _ in 0..<Self.attempts {
        guard let plan = FlawPlan(kind, of: self, places, using: &random) else { continue }
        let window = plan.bounds.expanded(by: Int(3 * plan.reach) + Self.margin)
        guard area.contains(window),
          flaws.allSatisfy({ $0.box.expanded(by: Self.apart).intersection(window).isEmpty })
        else { continue }
        let wide = window.expanded(by: EtchedShape.reach).intersection(picture.bounds)
        let inner = PixelRect(
          x: window.x - wide.x, y: window.y - wide.y, width: window.width, height: window.height)
        let drawn = rounded.crop(wide)
        let carved = plan.carved(drawn, wide, shape)
        let weight = Self.weight(drawn.crop(inner), carved.crop(inner), reach: plan.reach)
        let mean = view(window, distance.crop(window))
        let changed = view(window, shape.distance(carved).crop(inner))
        let marred = plan.shaded(
          zip(mean, changed).enumerated().map { plane, pair in
            let (clean, carved) = pair
            var faded = clean
            for index in faded.samples.indices {
              faded.samples[index] +=
                plan.strength * weight.samples[index]
                * (carved.samples[index] - clean.samples[index])
            }
            return faded
          }, window, of: self)
        guard let flaw = PlantedFlaw(kind, from: mean, to: marred, window) else { continue }
        let shown = photographed(
          window, shown: picture.crop(window), mean: mean, marred: marred, using: &random)
        picture.replace(window, by: shown)
        flaws.append(flaw)
        break
      }
    }
    return (picture, flaws)
  }

  /// How much of a change is to be seen: all of it where the pattern changes, less with the distance, for what is small does
  /// not brighten as far around as a long border does.
  private static func weight(_ drawn: Plane, _ carved: Plane, reach: Double) -> Plane {
    let core = Labels(
      width: drawn.width, height: drawn.height,
      values: zip(drawn.samples, carved.samples).map { abs($0 - $1) > 0.01 ? 1 : 0 })
    var weight = core.nearestOther(reach: Int(3 * reach) + 2).distance
    for index in weight.samples.indices {
      let far = weight.samples[index] / Float(reach)
      weight.samples[index] = core.values[index] == 1 ? 1 : exp(-far * far)
    }
    return weight
  }

  /// Places tried for one flaw.
  private static let attempts = 40
  /// Pixels changed around a flaw beyond its reach: blur.
  private static let margin = 4
  /// Pixels between flaws.
  private static let apart = 24
}

/// Where a pattern has its borders, to draw places near them.
struct Places {
  let area: PixelRect
  /// Places inside and outside the pattern, not far from a border.
  private(set) var inside: [Point] = [], outside: [Point] = []

  init(_ distance: Plane, in area: PixelRect) {
    self.area = area
    for y in stride(from: area.y, to: area.maxY, by: 3) {
      for x in stride(from: area.x + y % 2, to: area.maxX, by: 3) {
        let (value, place) = (distance[x, y], Point(x: Double(x) + 0.5, y: Double(y) + 0.5))
        if value > 1, value < 40 { inside.append(place) }
        if value < -1, value > -40 { outside.append(place) }
      }
    }
  }
}

extension PlantedFlaw {
  /// A flaw as what changes without noise; nil where nothing is to be seen.
  init?(_ kind: Flaw, from mean: [Plane], to marred: [Plane], _ window: PixelRect) {
    let change = zip(mean, marred).map { before, after in
      Plane(
        width: before.width, height: before.height,
        samples: zip(before.samples, after.samples).map { $1 - $0 })
    }
    guard let mask = PlantedDefect.mask(change), mask.contrast >= Self.leastContrast,
      mask.plane.samples.count(where: { $0 > 0 }) >= 4
    else { return nil }
    self.init(
      kind: kind,
      box: PixelRect(
        x: window.x + mask.box.x, y: window.y + mask.box.y, width: mask.box.width,
        height: mask.box.height),
      mask: mask.plane.crop(mask.box), contrast: mask.contrast)
  }

  /// What is fainter is not put in, grey levels.
  private static let leastContrast = 2.5
}
