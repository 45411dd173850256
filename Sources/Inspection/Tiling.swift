internal import Raster

/// How a field is cut into windows: tiles that do not overlap, each with what must be seen around it.
struct Tiling {
  /// A tile, and the window that judges it; scan pixels.
  struct Tile {
    let core: PixelRect
    let window: PixelRect
  }

  /// The tiles, row by row.
  let tiles: [Tile]

  /// What is judged of a pixel hangs on the light about it (three standard deviations of 64 pixels and a cell), on the motion
  /// there (three of 24), and on channels that reach 56.
  private static let halo = 352
  /// Windows begin at whole cells.
  private static let step = 32

  /// The window that judges a rectangle.
  static func window(about rect: PixelRect, in field: PixelRect) -> PixelRect {
    let (x, y) = ((rect.x - field.x) / step * step, (rect.y - field.y) / step * step)
    return PixelRect(
      x: field.x + x, y: field.y + y, width: rect.maxX - field.x - x,
      height: rect.maxY - field.y - y
    ).expanded(by: halo).intersection(field)
  }

  /// - Parameters:
  ///   - field: what is cut.
  ///   - side: columns and rows of a tile, rounded up to whole cells.
  init(_ field: PixelRect, side: Int) {
    let side = max(Self.step, (side + Self.step - 1) / Self.step * Self.step)
    var tiles: [Tile] = []
    for y in stride(from: field.y, to: field.maxY, by: side) {
      for x in stride(from: field.x, to: field.maxX, by: side) {
        let core = PixelRect(x: x, y: y, width: side, height: side).intersection(field)
        tiles.append(
          Tile(core: core, window: core.expanded(by: Self.halo).intersection(field)))
      }
    }
    self.tiles = tiles
  }
}
