import Classification
import Networks
import Raster
import Testing

/// The planes that tell what a scan of two levels parts and joins, and what it has alone.
@Suite struct ConnectionsTests {
  /// Dark rectangles on bright ground, and bright ones on those.
  private func picture(
    _ dark: [PixelRect], without bright: [PixelRect] = [],
    levels: (dark: Float, bright: Float) = (0, 1)
  ) -> Picture {
    var plane = Plane(width: 96, height: 96, filling: levels.bright)
    for (rects, level) in [(dark, levels.dark), (bright, levels.bright)] {
      for rect in rects {
        for y in rect.y..<rect.maxY { for x in rect.x..<rect.maxX { plane[x, y] = level } }
      }
    }
    return Picture(planes: [plane])
  }

  private func rect(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> PixelRect {
    PixelRect(x: x, y: y, width: width, height: height)
  }

  /// What is told of a scan, and its extremes: what is joined, plane 3, or what stands alone, plane 4.
  private func told(
    _ golden: Picture, _ scan: Picture, plane: Int = 3
  ) -> (least: Float, greatest: Float, at: (Int, Int) -> Float) {
    let planes = CropSource(scan: scan, golden: golden).planes(golden.bounds)
    let values = (0..<96 * 96).map { planes.values[5 * $0 + plane] }
    return (values.min() ?? 0, values.max() ?? 0, { values[$1 * 96 + $0] })
  }

  /// Two lines across all, 10 and 4 pixels wide, 12 apart.
  private var lines: [PixelRect] { [rect(0, 30, 96, 10), rect(0, 52, 96, 4)] }

  @Test(arguments: [(44, 30, 2, 10), (44, 52, 2, 4)])
  func `a cut through a line parts it, and beside the cut nothing is told`(
    x: Int, y: Int, width: Int, height: Int
  ) {
    let told = told(picture(lines), picture(lines, without: [rect(x, y, width, height)]))
    #expect(told.at(x + 1, y + height / 2) < -0.3)
    #expect(told.greatest == 0)
    #expect(told.at(x - 10, y + 2) == 0 && told.at(x + 1, y + height + 12) == 0)
  }

  @Test func `a ring that is cut round a corner parts it, a bite as large does not`() {
    let pad = [rect(30, 30, 40, 40)]
    let arc = [rect(54, 54, 3, 16), rect(54, 54, 16, 3)]
    let parted = told(picture(pad), picture(pad, without: arc))
    #expect(parted.at(55, 60) < -0.5 && parted.greatest == 0)
    let bitten = told(picture(pad), picture(pad, without: [rect(54, 54, 16, 16)]))
    #expect(bitten.least == 0 && bitten.greatest == 0)
  }

  @Test func `a bridge joins two lines, a bump and an island join none`() {
    let joined = told(picture(lines), picture(lines + [rect(44, 40, 3, 12)]))
    #expect(joined.at(45, 46) > 0.3 && joined.least == 0)
    let none = told(picture(lines), picture(lines + [rect(44, 40, 8, 9), rect(70, 44, 4, 4)]))
    #expect(none.least == 0 && none.greatest == 0)
  }

  @Test func `a hole in a line and a line that lies two pixels off part and join nothing`() {
    let hole = told(picture(lines), picture(lines, without: [rect(44, 33, 3, 4)]))
    #expect(hole.least == 0 && hole.greatest == 0)
    let moved = lines.map { rect($0.x, $0.y + 2, $0.width, $0.height) }
    let off = told(picture(lines), picture(moved))
    #expect(off.least == 0 && off.greatest == 0)
  }

  @Test func `holes and islands stand alone, bites, bumps, cuts and bridges do not`() {
    let golden = picture(lines)
    let hole = told(golden, picture(lines, without: [rect(44, 32, 6, 6)]), plane: 4)
    #expect(hole.at(46, 35) < -0.3 && hole.greatest == 0 && hole.at(46, 48) == 0)
    let island = told(golden, picture(lines + [rect(44, 43, 6, 6)]), plane: 4)
    #expect(island.at(46, 46) > 0.3 && island.least == 0 && island.at(46, 34) == 0)
    for scan in [
      picture(lines, without: [rect(44, 30, 8, 7)]), picture(lines, without: [rect(44, 30, 3, 10)]),
      picture(lines + [rect(44, 40, 8, 9)]), picture(lines + [rect(44, 40, 3, 12)]),
    ] {
      let none = told(golden, scan, plane: 4)
      #expect(none.least == 0 && none.greatest == 0)
    }
  }

  @Test func `more that is parted is told more of`() {
    let near = told(picture(lines), picture(lines, without: [rect(0, 34, 30, 2)]))
    let wide = [rect(0, 30, 96, 30)]
    let far = told(picture(wide), picture(wide, without: [rect(44, 30, 3, 30)]))
    #expect(near.least == 0)
    #expect(far.least < -0.7)
  }

  @Test func `levels may lie anywhere, and pictures of one level tell nothing`() {
    let cut = [rect(44, 30, 2, 10)]
    let grey = told(
      picture(lines, levels: (0.3, 0.5)), picture(lines, without: cut, levels: (0.4, 0.9)))
    #expect(grey.at(45, 35) < -0.3)
    let blank = told(picture([]), picture([rect(44, 30, 8, 8)]))
    #expect(blank.least == 0 && blank.greatest == 0)
  }
}
