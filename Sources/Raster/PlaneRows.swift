/// A plane's rows through pointers, for loops that must not check bounds; valid inside the closure that got it.
///
/// `@unchecked Sendable`: it is handed to the cores of one loop, whose calls write disjoint rows.
public struct PlaneRows: @unchecked Sendable {
  let base: UnsafePointer<Float>
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int

  /// The first sample of a row.
  public func row(_ y: Int) -> UnsafePointer<Float> { base + y * width }

  /// Pointers to `count` rows from `first` on; rows outside the plane are `beyond`, or repeat the nearest one where that is nil.
  public func withRows(
    from first: Int, count: Int, beyond: UnsafePointer<Float>? = nil,
    _ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: count) { rows in
      for index in 0..<count {
        let y = first + index
        let isInside = y >= 0 && y < height
        rows[index] = isInside ? row(y) : beyond ?? row(min(max(y, 0), height - 1))
      }
      if let base = rows.baseAddress { body(UnsafePointer(base)) }
    }
  }
}

/// A plane's rows for writing; see `PlaneRows`.
public struct MutablePlaneRows: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int

  /// The first sample of a row.
  public func row(_ y: Int) -> UnsafeMutablePointer<Float> { base + y * width }
}

extension Plane {
  /// Calls `body` with the rows for reading; not for an empty plane.
  public func withUnsafeRows<Result>(_ body: (PlaneRows) throws -> Result) rethrows -> Result {
    try samples.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the plane is empty") }
      return try body(PlaneRows(base: base, width: width, height: height))
    }
  }

  /// Calls `body` with the rows for writing; not for an empty plane.
  public mutating func withUnsafeMutableRows<Result>(
    _ body: (MutablePlaneRows) throws -> Result
  ) rethrows -> Result {
    let (width, height) = (width, height)
    return try samples.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the plane is empty") }
      return try body(MutablePlaneRows(base: base, width: width, height: height))
    }
  }
}

extension [Plane] {
  /// Calls `body` with the rows of each plane for reading; none may be empty.
  package func withUnsafeRows(_ body: ([PlaneRows]) -> Void) {
    func visit(_ rows: [PlaneRows]) {
      guard rows.count < count else { return body(rows) }
      self[rows.count].withUnsafeRows { visit(rows + [$0]) }
    }
    visit([])
  }
}

extension Picture {
  /// Calls `body` with the rows of every plane for writing; not for an empty picture.
  public mutating func withUnsafeMutableRows(_ body: ([MutablePlaneRows]) -> Void) {
    func visit(_ rows: [MutablePlaneRows]) {
      guard rows.count < planes.count else { return body(rows) }
      // Taken out, so that writing to it does not copy it.
      var plane = Plane(width: 0, height: 0)
      swap(&plane, &planes[rows.count])
      plane.withUnsafeMutableRows { visit(rows + [$0]) }
      swap(&plane, &planes[rows.count])
    }
    visit([])
  }
}

/// Rows cut into bands that the cores work on side by side.
public struct RowBands: Sendable {
  let height: Int
  let rowsPerBand: Int

  /// Bands of `rowsPerBand` rows over `height` rows.
  public init(height: Int, rowsPerBand: Int = 64) {
    (self.height, self.rowsPerBand) = (height, rowsPerBand)
  }

  /// Calls `body` for each band, on all cores; a row's result must not depend on its band.
  public func inParallel(_ body: @Sendable (Range<Int>) -> Void) {
    let rowsPerBand = rowsPerBand
    let height = height
    guard height > 0 else { return }
    Raster.inParallel((height + rowsPerBand - 1) / rowsPerBand) { band in
      body(band * rowsPerBand..<min(height, (band + 1) * rowsPerBand))
    }
  }
}
