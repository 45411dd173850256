import Raster

extension OASISReader {
  /// Reads a repetition, or takes the one before again.
  mutating func readRepetition() throws -> OASISRepetition {
    let kind = try cursor.unsigned()
    if kind == 0 {
      guard let last = modal.repetition else {
        throw cursor.failure(.missingRecord, "a repetition is to be used again, and there is none")
      }
      return last
    }
    let lattice: Lattice
    switch kind {
    case 1:
      let (columns, rows) = (try copies(), try copies())
      let (across, up) = (try cursor.length(), try cursor.length())
      lattice = Self.lattice(columns, rows, SIMD2(across, 0), SIMD2(0, up))
    case 2:
      let columns = try copies()
      lattice = Self.lattice(columns, 1, SIMD2(try cursor.length(), 0), SIMD2(0, 0))
    case 3:
      let rows = try copies()
      lattice = Self.lattice(1, rows, SIMD2(0, 0), SIMD2(0, try cursor.length()))
    case 4, 5, 6, 7: lattice = try readLine(kind)
    case 8:
      let (columns, rows) = (try copies(), try copies())
      let across = try cursor.anyDelta()
      lattice = Self.lattice(columns, rows, across, try cursor.anyDelta())
    case 9:
      let columns = try copies()
      lattice = Self.lattice(columns, 1, try cursor.anyDelta(), SIMD2(0, 0))
    case 10, 11: lattice = try readCloud(kind)
    default: throw cursor.failure(.badRecord, "there is no repetition of kind \(kind)")
    }
    let repetition = OASISRepetition(lattice: lattice, number: draft.references.add(lattice))
    try hold(bytes: 64)
    modal.repetition = repetition
    return repetition
  }

  private static func lattice(
    _ columns: Int, _ rows: Int, _ across: SIMD2<Int>, _ up: SIMD2<Int>
  ) -> Lattice {
    .regular(
      columns: columns, rows: rows, columnStep: Point(x: Double(across.x), y: Double(across.y)),
      rowStep: Point(x: Double(up.x), y: Double(up.y)))
  }

  /// The file tells two less than there are.
  private mutating func copies() throws -> Int {
    let count = try cursor.count() + 2
    guard count < 1 << 31 else {
      throw cursor.failure(.outOfRange, "a repetition has \(count) columns or rows")
    }
    return count
  }

  /// Places along one axis, at distances that are told.
  private mutating func readLine(_ kind: UInt64) throws -> Lattice {
    let count = try listed()
    let grid = kind == 5 || kind == 7 ? try cursor.length() : 1
    var places: [SIMD2<Int32>] = [SIMD2(0, 0)]
    places.reserveCapacity(count)
    var at = 0
    for _ in 1..<count {
      at += try scaled(try cursor.length(), grid)
      let value = try coordinate(at)
      places.append(kind < 6 ? SIMD2(value, 0) : SIMD2(0, value))
    }
    return .places(PlaceList(places))
  }

  /// Places anywhere, each told from the one before.
  private mutating func readCloud(_ kind: UInt64) throws -> Lattice {
    let count = try listed()
    let grid = kind == 11 ? try cursor.length() : 1
    var places: [SIMD2<Int32>] = [SIMD2(0, 0)]
    places.reserveCapacity(count)
    var at = SIMD2(0, 0)
    for _ in 1..<count {
      let step = try cursor.anyDelta()
      at &+= SIMD2(try scaled(step.x, grid), try scaled(step.y, grid))
      places.append(SIMD2(try coordinate(at.x), try coordinate(at.y)))
    }
    return .places(PlaceList(places))
  }

  private func scaled(_ value: Int, _ grid: Int) throws -> Int {
    let (product, overflow) = value.multipliedReportingOverflow(by: grid)
    guard !overflow, abs(product) < 1 << 34 else {
      throw cursor.failure(.outOfRange, "a repetition leaves the 32-bit range")
    }
    return product
  }

  /// A count of places, for each of which but the first the file must hold a byte.
  private mutating func listed() throws -> Int {
    let count = try cursor.count() + 2
    guard count - 1 <= cursor.rest else { throw cursor.truncated() }
    try hold(bytes: 18 * count)
    return count
  }

  /// A coordinate that must fit 32 bits.
  @inline(__always)
  func coordinate(_ value: Int) throws -> Int32 {
    guard let exact = Int32(exactly: value) else {
      throw cursor.failure(.outOfRange, "a coordinate leaves the 32-bit range")
    }
    return exact
  }
}
