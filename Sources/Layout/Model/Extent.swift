import Raster

/// A closed box in database units that may be empty; the working twin of `Box`.
struct Extent: Equatable, Sendable {
  var left = Double.infinity
  var bottom = Double.infinity
  var right = -Double.infinity
  var top = -Double.infinity

  static let empty = Extent()
  static let everything = Extent(
    left: -.greatestFiniteMagnitude, bottom: -.greatestFiniteMagnitude,
    right: .greatestFiniteMagnitude, top: .greatestFiniteMagnitude)

  var isEmpty: Bool { !(left <= right && bottom <= top) }

  /// Whether no side is beyond what later arithmetic bears.
  var isRepresentable: Bool {
    isEmpty || (abs(left) < 1e15 && abs(right) < 1e15 && abs(bottom) < 1e15 && abs(top) < 1e15)
  }

  /// The largest distance of a corner from the origin.
  var reach: Double {
    isEmpty
      ? 0
      : (max(left * left, right * right) + max(bottom * bottom, top * top)).squareRoot()
  }

  /// The box that `box` is in another unit, `scale` of which make one of its own.
  init(_ box: Box, scale: Double) {
    (left, bottom) = (box.low.x * scale, box.low.y * scale)
    (right, top) = (box.high.x * scale, box.high.y * scale)
  }

  init() {}

  init(left: Double, bottom: Double, right: Double, top: Double) {
    (self.left, self.bottom, self.right, self.top) = (left, bottom, right, top)
  }

  func box(dividedBy units: Double) -> Box? {
    if isEmpty { return nil }
    return Box(
      low: Point(x: left / units, y: bottom / units), high: Point(x: right / units, y: top / units))
  }

  func intersects(_ other: Extent) -> Bool {
    left <= other.right && other.left <= right && bottom <= other.top && other.bottom <= top
  }

  mutating func include(x: Double, y: Double) {
    left = min(left, x)
    right = max(right, x)
    bottom = min(bottom, y)
    top = max(top, y)
  }

  mutating func include(_ other: Extent) {
    left = min(left, other.left)
    right = max(right, other.right)
    bottom = min(bottom, other.bottom)
    top = max(top, other.top)
  }

  func expanded(by margin: Double) -> Extent {
    if isEmpty { return self }
    return Extent(
      left: left - margin, bottom: bottom - margin, right: right + margin, top: top + margin)
  }

  func shifted(x: Double, y: Double) -> Extent {
    Extent(left: left + x, bottom: bottom + y, right: right + x, top: top + y)
  }

  /// The box around the image under `map`.
  func mapped(by map: Affine) -> Extent {
    if isEmpty { return self }
    var image = Extent()
    image.include(
      x: map.a * left + map.b * bottom + map.tx, y: map.c * left + map.d * bottom + map.ty)
    image.include(x: map.a * left + map.b * top + map.tx, y: map.c * left + map.d * top + map.ty)
    image.include(
      x: map.a * right + map.b * bottom + map.tx, y: map.c * right + map.d * bottom + map.ty)
    image.include(x: map.a * right + map.b * top + map.tx, y: map.c * right + map.d * top + map.ty)
    return image
  }
}
