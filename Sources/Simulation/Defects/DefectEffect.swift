import Raster

/// What a defect does to the wafer around it.
struct DefectEffect {
  /// The scan pixels beyond which nothing changes but by blur.
  let bounds: PixelRect
  /// The layer whose pattern alone it changes; nil where it does anything else.
  var pattern: ProcessLayer?
  /// Changes what lies where.
  var carve: (inout Relief) -> Void = { _ in }
  /// By how much the film is thicker at a pixel, nm.
  var thicken: ((Int, Int) -> Float)?
  /// Changes a pixel's colour as light leaves the wafer.
  var shade: ((Int, Int, inout SIMD3<Float>) -> Void)?

  /// The class that it has by what it comes to; nil where it changes more than a pattern.
  ///
  /// - Parameters:
  ///   - clean: the relief without it, `PatternChange.marginPx` beyond its bounds.
  ///   - um: pixels a micrometre.
  func kind(on clean: Relief, um: Double) -> DefectClass? {
    guard let pattern else { return nil }
    var marred = clean
    carve(&marred)
    return PatternChange.kind(
      before: clean.coverage[pattern.index], after: marred.coverage[pattern.index],
      isMetal: pattern.isMetal, um: um)
  }

  /// The window around the defect as light leaves it.
  ///
  /// - Parameter clean: the window's relief without the defect.
  func paint(_ clean: Relief, with painter: Painter) -> Picture {
    var relief = clean
    carve(&relief)
    let rect = relief.rect
    let thicker = thicken.map { thicken in
      var plane = Plane(width: rect.width, height: rect.height)
      plane.fill { x, y, _ in thicken(rect.x + x, rect.y + y) }
      return plane
    }
    var picture = painter.paint(relief, thicker: thicker)
    guard let shade else { return picture }
    for y in 0..<rect.height {
      for x in 0..<rect.width {
        var colour = SIMD3(
          picture.planes[0][x, y], picture.planes[1][x, y], picture.planes[2][x, y])
        shade(rect.x + x, rect.y + y, &colour)
        for channel in 0..<3 { picture.planes[channel][x, y] = colour[channel] }
      }
    }
    return picture
  }
}

extension Plane {
  /// Each sample replaced by what `body` makes of column, row and sample.
  fileprivate mutating func fill(_ body: (Int, Int, Float) -> Float) {
    for y in 0..<height {
      for x in 0..<width { self[x, y] = body(x, y, self[x, y]) }
    }
  }
}
