internal import Raster

/// The rows of several planes at once, as the kernels take them.
struct Rows: Sendable {
  private let planes: [PlaneRows]

  /// Calls `body` with the rows of planes of one size.
  static func reading(_ planes: [Plane], _ body: (Rows) -> Void) {
    planes.withUnsafeRows { body(Rows(planes: $0)) }
  }

  /// Row `y` of all planes.
  func row(_ y: Int, _ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: planes.count) {
      for index in planes.indices { $0[index] = planes[index].row(y) }
      if let base = $0.baseAddress { body(UnsafePointer(base)) }
    }
  }

  /// The same of planes that are filtered.
  ///
  /// - Parameters:
  ///   - filter: nil leaves them as they are.
  ///   - room: what the filter needs, and a row for each plane.
  func row(
    _ y: Int, by filter: RowFilter?, _ room: UnsafeMutablePointer<Float>,
    _ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void
  ) {
    guard let filter else { return row(y, body) }
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: planes.count) {
      for (index, plane) in planes.enumerated() {
        let own = room + filter.room + index * plane.width
        filter.run(plane, y, into: own, room)
        $0[index] = UnsafePointer(own)
      }
      if let base = $0.baseAddress { body(UnsafePointer(base)) }
    }
  }

  /// Row `y` of the first and of the second half of the planes, and how many planes a half has.
  func at(
    _ y: Int,
    _ body: (UnsafePointer<UnsafePointer<Float>?>, UnsafePointer<UnsafePointer<Float>?>, Int) ->
      Void
  ) {
    row(y) { body($0, $0 + planes.count / 2, planes.count / 2) }
  }

  /// Row `y` of planes to be written.
  static func writing(
    _ planes: [MutablePlaneRows], _ y: Int,
    _ body: (UnsafePointer<UnsafeMutablePointer<Float>?>) -> Void
  ) {
    withUnsafeTemporaryAllocation(
      of: UnsafeMutablePointer<Float>?.self, capacity: planes.count
    ) {
      for index in planes.indices { $0[index] = planes[index].row(y) }
      if let base = $0.baseAddress { body(UnsafePointer(base)) }
    }
  }
}

/// The rows of labels; see `PlaneRows`.
struct LabelRows: @unchecked Sendable {
  let base: UnsafePointer<UInt16>
  let width: Int

  func row(_ y: Int) -> UnsafePointer<UInt16> { base + y * width }
}

extension Labels {
  /// Calls `body` with the rows for reading; not for empty labels.
  func withUnsafeRows<Result>(_ body: (LabelRows) throws -> Result) rethrows -> Result {
    try values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the labels are empty") }
      return try body(LabelRows(base: base, width: width))
    }
  }
}
