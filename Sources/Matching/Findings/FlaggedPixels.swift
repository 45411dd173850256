public import Raster

/// Pixels of a field that may belong to a finding, gathered window by window.
///
/// What is kept grows with what differs, not with the field; and it is the same however the field is cut into windows.
public struct FlaggedPixels: Sendable {
  /// What is flagged: a strength from `seed` on, and what touches it from `grow` on.
  public struct Rules: Sendable {
    /// Least strength of a seed, and of what belongs to it.
    public var seed, grow: Float
    /// Least contrast of a seed and of what it grows over, brightness 0…1.
    public var seedContrast, growContrast: Float
    /// Least area, and the distance from which on two places are one finding, pixels.
    public var leastAreaPx, mergeDistancePx: Int

    /// Rules of all parts.
    public init(
      seed: Float, grow: Float, seedContrast: Float, growContrast: Float, leastAreaPx: Int,
      mergeDistancePx: Int
    ) {
      (self.seed, self.grow) = (seed, grow)
      (self.seedContrast, self.growContrast) = (seedContrast, growContrast)
      (self.leastAreaPx, self.mergeDistancePx) = (leastAreaPx, mergeDistancePx)
    }
  }

  /// Pixels side by side, and where their values begin.
  struct Run: Sendable {
    var y, first, count, start: Int
    var last: Int { first + count - 1 }
  }

  private(set) var runs: [Run] = []
  /// Of each pixel: strength, difference of brightness, strength by itself, distance to the nearest edge, material.
  private(set) var strengths: [Float] = []
  private(set) var contrasts: [Float] = []
  private(set) var fines: [Float] = []
  private(set) var edgeDistances: [Float] = []
  private(set) var materials: [UInt16] = []

  /// How many there are.
  public var count: Int { strengths.count }

  /// No pixels.
  public init() {}

  /// What is known of the pixels of a window, planes of one size.
  public struct Window {
    /// How much each pixel stands out, of either sign.
    public var strength: Plane
    /// Its difference, brightness 0…1, signed.
    public var contrast: Plane
    /// How much each pixel stands out by itself; nil where that is not known.
    public var fine: Plane?
    /// Pixels to the nearest edge, and what lies there; nil where that is not known.
    public var edgeDistance: Plane?, materials: Labels?
    /// Where the window lies in the field.
    public var x, y: Int

    /// A window.
    public init(
      strength: Plane, contrast: Plane, fine: Plane? = nil, edgeDistance: Plane? = nil,
      materials: Labels? = nil, x: Int = 0, y: Int = 0
    ) {
      (self.strength, self.contrast, self.fine) = (strength, contrast, fine)
      (self.edgeDistance, self.materials, self.x, self.y) = (edgeDistance, materials, x, y)
    }
  }

  /// Adds what stands out enough in a part of a window.
  ///
  /// - Parameters:
  ///   - window: strengths and all.
  ///   - area: pixels of the window that count; no two windows may count one pixel of the field.
  ///   - rules: from which strength and contrast on.
  public mutating func add(_ window: Window, area: PixelRect, rules: Rules) {
    let width = window.strength.width
    for y in area.y..<area.maxY {
      let row = y * width
      var x = area.x
      while x < area.maxX {
        guard Self.stands(window, row + x, rules) else {
          x += 1
          continue
        }
        let first = x
        let start = strengths.count
        while x < area.maxX, Self.stands(window, row + x, rules) {
          let index = row + x
          strengths.append(abs(window.strength.samples[index]))
          contrasts.append(window.contrast.samples[index])
          fines.append(window.fine?.samples[index] ?? abs(window.strength.samples[index]))
          edgeDistances.append(window.edgeDistance?.samples[index] ?? 0)
          materials.append(window.materials?.values[index] ?? 0)
          x += 1
        }
        runs.append(
          Run(y: y + window.y, first: first + window.x, count: x - first, start: start))
      }
    }
  }

  private static func stands(_ window: Window, _ index: Int, _ rules: Rules) -> Bool {
    abs(window.strength.samples[index]) >= rules.grow
      && abs(window.contrast.samples[index]) >= rules.growContrast
  }

  /// The runs from the top and from the left, those that touch end to end made one.
  func sorted() -> (runs: [Run], order: [Int]) {
    var sorted = runs.sorted { ($0.y, $0.first) < ($1.y, $1.first) }
    // Values stay where they are: `order` leads from a pixel of a sorted run to its values.
    var order: [Int] = []
    order.reserveCapacity(count)
    var joined: [Run] = []
    for index in sorted.indices {
      let run = sorted[index]
      sorted[index].start = order.count
      order += run.start..<run.start + run.count
      if let last = joined.last, last.y == run.y, last.first + last.count == run.first {
        joined[joined.count - 1].count += run.count
      } else {
        joined.append(sorted[index])
      }
    }
    return (joined, order)
  }
}
