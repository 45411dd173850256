internal import CKernels

/// A convolution along columns and rows with symmetric taps, one row of the result at a time.
package struct RowFilter: Sendable {
  private let taps: [Float]
  private let width: Int
  /// A row of zeros, where 0 lies around the plane; else its edges are repeated.
  private let nothing: [Float]

  /// - Parameters:
  ///   - taps: `taps[0]` in the middle, two or more.
  ///   - width: of the planes.
  ///   - inNothing: whether 0 lies around them.
  package init(taps: [Float], width: Int, inNothing: Bool) {
    precondition(taps.count > 1, "a filter of one tap is a factor")
    (self.taps, self.width) = (taps, width)
    nothing = [Float](repeating: 0, count: inNothing ? width : 0)
  }

  /// How many numbers a row needs while it is made.
  package var room: Int { width + 2 * (taps.count - 1) }

  /// Makes row `y`.
  package func run(
    _ source: PlaneRows, _ y: Int, into target: UnsafeMutablePointer<Float>,
    _ room: UnsafeMutablePointer<Float>
  ) {
    let radius = taps.count - 1
    nothing.withUnsafeBufferPointer { nothing in
      source.withRows(
        from: y - radius, count: 2 * radius + 1, beyond: nothing.isEmpty ? nil : nothing.baseAddress
      ) {
        gd_convolve($0, target, width, taps, radius, nothing.isEmpty ? 0 : 1, room)
      }
    }
  }
}
