extension OASISReader {
  /// Reads a list of points, the first being (0, 0).
  ///
  /// - Parameter closes: of a polygon, where the lists of the first two kinds leave out a last corner.
  mutating func readPoints(closes: Bool) throws -> [SIMD2<Int>] {
    let kind = try cursor.unsigned()
    let count = try cursor.count()
    guard count <= cursor.rest else { throw cursor.truncated() }
    var points: [SIMD2<Int>] = [SIMD2(0, 0)]
    points.reserveCapacity(count + 2)
    var (at, step) = (SIMD2(0, 0), SIMD2(0, 0))
    for index in 0..<count {
      switch kind {
      case 0, 1:
        let length = try cursor.signed()
        step = (index % 2 == 0) == (kind == 0) ? SIMD2(length, 0) : SIMD2(0, length)
      case 2: step = try cursor.delta(octangular: false)
      case 3: step = try cursor.delta(octangular: true)
      case 4: step = try cursor.anyDelta()
      case 5: step &+= try cursor.anyDelta()
      default: throw cursor.failure(.badRecord, "there is no list of points of kind \(kind)")
      }
      at &+= step
      guard abs(at.x) < 1 << 34, abs(at.y) < 1 << 34 else {
        throw cursor.failure(.outOfRange, "a list of points leaves the 32-bit range")
      }
      points.append(at)
    }
    if closes && kind < 2 { points.append(kind == 0 ? SIMD2(0, at.y) : SIMD2(at.x, 0)) }
    return points
  }
}
