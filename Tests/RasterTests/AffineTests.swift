import Raster
import Testing

@Suite struct AffineTests {
  @Test func `a map and its inverse cancel`() {
    let map = Affine(a: 2, b: 0.5, tx: 3, c: -0.25, d: -1.5, ty: 7)
    let back = map.then(map.inverse)(Point(x: 11, y: -4))
    #expect(abs(back.x - 11) < 1e-12 && abs(back.y + 4) < 1e-12)
  }
}
