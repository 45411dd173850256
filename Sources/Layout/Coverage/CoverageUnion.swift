/// A row of pixels that is gone through from left to right, and which polygons lie over the place reached.
///
/// A polygon is entered when its winding number leaves zero and left when it returns; the union's boundary is where the
/// number of polygons entered leaves zero or returns.
struct CoverageUnion: ~Copyable {
  var row: CoverageRow
  /// Winding number of each polygon; how many are not zero.
  private let windings: UnsafeMutablePointer<Int32>
  private(set) var covering = 0

  init(width: Int, polygons: Int, isStreaming: Bool) {
    row = CoverageRow(width: width, isStreaming: isStreaming)
    windings = .allocate(capacity: max(polygons, 1))
    windings.initialize(repeating: 0, count: max(polygons, 1))
  }

  deinit { windings.deallocate() }

  /// Crosses a side: +1 where the union is entered by it, −1 where it is left, else 0.
  @inline(__always)
  mutating func turn(_ polygon: Int32, _ winding: Int32) -> Int {
    let place = Int(truncatingIfNeeded: polygon)
    let before = windings[place]
    windings[place] = before &+ winding
    if before == 0 {
      covering &+= 1
      return covering == 1 ? 1 : 0
    }
    if before &+ winding == 0 {
      covering &-= 1
      return covering == 0 ? -1 : 0
    }
    return 0
  }

  /// Takes back what one crossing did, whatever came after it.
  @inline(__always)
  mutating func forget(_ polygon: Int32) {
    let place = Int(truncatingIfNeeded: polygon)
    if windings[place] != 0 { covering &-= 1 }
    windings[place] = 0
  }
}
