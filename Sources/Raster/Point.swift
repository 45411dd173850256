/// A place in continuous coordinates: pixels (y down) or layout µm (y up), as the context says.
public struct Point: Hashable, Sendable, Codable {
  /// To the right.
  public var x: Double
  /// Down in pictures, up in layouts.
  public var y: Double

  /// The place with these coordinates.
  public init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
}

/// An axis-parallel box in continuous coordinates.
public struct Box: Hashable, Sendable, Codable {
  /// The corner of least coordinates.
  public var low: Point
  /// The corner of greatest coordinates.
  public var high: Point

  /// The box between two corners; `low` must not exceed `high`.
  public init(low: Point, high: Point) {
    precondition(low.x <= high.x && low.y <= high.y, "a box runs from its low to its high corner")
    (self.low, self.high) = (low, high)
  }

  /// Extent along x.
  public var width: Double { high.x - low.x }
  /// Extent along y.
  public var height: Double { high.y - low.y }
  /// The middle.
  public var center: Point { Point(x: (low.x + high.x) / 2, y: (low.y + high.y) / 2) }

  /// Whether the two boxes touch or overlap.
  public func intersects(_ other: Box) -> Bool {
    low.x <= other.high.x && other.low.x <= high.x && low.y <= other.high.y
      && other.low.y <= high.y
  }

  /// The smallest box around both.
  public func union(_ other: Box) -> Box {
    Box(
      low: Point(x: min(low.x, other.low.x), y: min(low.y, other.low.y)),
      high: Point(x: max(high.x, other.high.x), y: max(high.y, other.high.y)))
  }

  /// This box grown by `margin` on every side.
  public func expanded(by margin: Double) -> Box {
    Box(
      low: Point(x: low.x - margin, y: low.y - margin),
      high: Point(x: high.x + margin, y: high.y + margin))
  }
}
