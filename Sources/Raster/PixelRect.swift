/// A rectangle of whole pixels, origin top left, `y` down.
///
/// Pixel (i, j) covers the square from (i, j) to (i+1, j+1) of the picture's continuous coordinates; its centre is at
/// (i+½, j+½). Every affine map of the project speaks of those continuous coordinates.
public struct PixelRect: Hashable, Sendable, Codable {
  /// Column of the leftmost pixel.
  public var x: Int
  /// Row of the topmost pixel.
  public var y: Int
  /// Columns, 0 or more.
  public var width: Int
  /// Rows, 0 or more.
  public var height: Int

  /// The rectangle with the given corner and size in pixels.
  public init(x: Int, y: Int, width: Int, height: Int) {
    precondition(width >= 0 && height >= 0, "a rectangle has no negative size")
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// One past the rightmost column.
  public var maxX: Int { x + width }
  /// One past the bottom row.
  public var maxY: Int { y + height }
  /// Pixels covered.
  public var area: Int { width * height }
  /// Whether no pixel is covered.
  public var isEmpty: Bool { width == 0 || height == 0 }

  /// The pixels that both rectangles cover; empty at this rectangle's corner when there are none.
  public func intersection(_ other: PixelRect) -> PixelRect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    let right = min(maxX, other.maxX)
    let bottom = min(maxY, other.maxY)
    guard right > left, bottom > top else { return PixelRect(x: x, y: y, width: 0, height: 0) }
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// The smallest rectangle around both.
  public func union(_ other: PixelRect) -> PixelRect {
    if isEmpty { return other }
    if other.isEmpty { return self }
    let left = min(x, other.x)
    let top = min(y, other.y)
    return PixelRect(
      x: left, y: top, width: max(maxX, other.maxX) - left, height: max(maxY, other.maxY) - top)
  }

  /// This rectangle grown by `margin` pixels on every side.
  public func expanded(by margin: Int) -> PixelRect {
    PixelRect(
      x: x - margin, y: y - margin, width: max(0, width + 2 * margin),
      height: max(0, height + 2 * margin))
  }

  /// Whether the pixel is inside.
  public func contains(x column: Int, y row: Int) -> Bool {
    column >= x && column < maxX && row >= y && row < maxY
  }

  /// Whether every pixel of `other` is inside.
  public func contains(_ other: PixelRect) -> Bool {
    other.isEmpty || (other.x >= x && other.maxX <= maxX && other.y >= y && other.maxY <= maxY)
  }
}
