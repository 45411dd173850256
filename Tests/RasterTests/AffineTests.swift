import Raster
import Testing

@Suite struct AffineTests {
  private let map = Affine(a: 2, b: 0.5, tx: 3, c: -0.25, d: -1.5, ty: 7)

  @Test func `a map and its inverse cancel`() {
    let back = map.then(map.inverse)(Point(x: 11, y: -4))
    #expect(abs(back.x - 11) < 1e-12 && abs(back.y + 4) < 1e-12)
    let forth = map.inverse.then(map)(Point(x: -3, y: 8))
    #expect(abs(forth.x + 3) < 1e-12 && abs(forth.y - 8) < 1e-12)
  }

  @Test func `then goes first to last`() {
    let stretched = Affine.translation(x: 1, y: 2).then(.scale(x: 10, y: 100))
    #expect(stretched(Point(x: 3, y: 4)) == Point(x: 40, y: 600))
    let point = Point(x: 1.5, y: -2)
    let turned = Affine(a: 0, b: -1, tx: 0, c: 1, d: 0, ty: 0)
    #expect(map.then(turned)(point) == turned(map(point)))
  }

  @Test func `a box becomes the box around its image`() {
    let quarter = Affine(a: 0, b: -1, tx: 5, c: 1, d: 0, ty: 0)
    let box = Box(low: Point(x: 1, y: 2), high: Point(x: 4, y: 8))
    #expect(quarter(box) == Box(low: Point(x: -3, y: 1), high: Point(x: 3, y: 4)))
    #expect(quarter.determinant == 1 && map.determinant == -2.875)
  }
}

@Suite struct PixelRectTests {
  private let rect = PixelRect(x: -2, y: 3, width: 10, height: 4)

  @Test func `rectangles meet in the pixels of both`() {
    let other = PixelRect(x: 5, y: 0, width: 9, height: 5)
    #expect(rect.intersection(other) == PixelRect(x: 5, y: 3, width: 3, height: 2))
    #expect(rect.union(other) == PixelRect(x: -2, y: 0, width: 16, height: 7))
    // Sharing an edge is sharing no pixel.
    #expect(rect.intersection(PixelRect(x: 8, y: 3, width: 2, height: 2)).isEmpty)
    let nothing = PixelRect(x: 90, y: 90, width: 0, height: 5)
    #expect(rect.union(nothing) == rect && nothing.union(rect) == rect)
  }

  @Test func `a rectangle holds its first pixel and not the one past its last`() {
    #expect(rect.contains(x: -2, y: 3) && rect.contains(x: 7, y: 6))
    #expect(!rect.contains(x: 8, y: 6) && !rect.contains(x: 7, y: 7))
    #expect(rect.contains(rect) && !rect.contains(rect.expanded(by: 1)))
    #expect(rect.expanded(by: -1) == PixelRect(x: -1, y: 4, width: 8, height: 2))
    #expect(rect.expanded(by: -3).isEmpty && rect.area == 40)
  }
}
