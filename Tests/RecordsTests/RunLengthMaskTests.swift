import Raster
import Records
import Testing

@Suite struct RunLengthMaskTests {
  @Test func `runs go down the columns and start with what is not set`() {
    // . # .
    // # # .
    let set: Set<[Int]> = [[1, 0], [0, 1], [1, 1]]
    let mask = RunLengthMask(
      box: PixelRect(x: 0, y: 0, width: 2, height: 2), width: 3, height: 2
    ) { set.contains([$0, $1]) }
    #expect(mask.size == [2, 3])
    #expect(mask.counts == [1, 3, 2])
    #expect(mask.area == 3)
  }

  @Test func `the first pixel set makes an empty first run`() {
    let mask = RunLengthMask(
      box: PixelRect(x: 0, y: 0, width: 1, height: 1), width: 2, height: 2
    ) { _, _ in true }
    #expect(mask.counts == [0, 1, 3])
  }

  @Test(arguments: [
    PixelRect(x: 0, y: 0, width: 5, height: 4), PixelRect(x: 1, y: 2, width: 4, height: 2),
    PixelRect(x: 0, y: 0, width: 2, height: 4), PixelRect(x: 2, y: 1, width: 2, height: 2),
    PixelRect(x: 4, y: 3, width: 1, height: 1), PixelRect(x: 3, y: 2, width: 0, height: 0),
  ])
  func `agrees with the definition wherever the box lies`(box: PixelRect) {
    for pattern in 0..<64 {
      func isSet(_ x: Int, _ y: Int) -> Bool { (pattern >> ((3 * x + 5 * y) % 6)) & 1 == 1 }
      let mask = RunLengthMask(box: box, width: 5, height: 4, isSet: isSet)
      let expected = (0..<5).flatMap { x in
        (0..<4).map { y in box.contains(x: x, y: y) && isSet(x, y) }
      }
      let unrolled = mask.counts.enumerated().flatMap { index, count in
        [Bool](repeating: index % 2 == 1, count: count)
      }
      #expect(unrolled == expected)
      #expect(!mask.counts.dropFirst().contains(0))
    }
  }
}
