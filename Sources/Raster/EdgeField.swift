internal import CKernels

/// The edges of a picture as a complex field: at each pixel strength × e^{2iθ}, θ the direction of the gradient.
///
/// Doubling the angle makes both sides of an edge, and both polarities, agree: an edge drawn in the layout matches the
/// bright rim or the step that a microscope shows of it. Strength saturates, so that a few glaring edges do not outweigh
/// the many faint ones.
public struct EdgeField: Sendable {
  /// Real part, strength × cos 2θ.
  public var re: Plane
  /// Imaginary part, strength × sin 2θ.
  public var im: Plane

  /// Columns.
  public var width: Int { re.width }
  /// Rows.
  public var height: Int { re.height }

  /// The field of a photograph, scaled by its own median gradient so that flat noise gives nothing.
  ///
  /// - Parameters:
  ///   - photograph: brightness in any unit.
  ///   - sigma: smoothing in pixels before the gradient is taken.
  public init(ofPhotograph photograph: Plane, sigma: Double) {
    let smooth = photograph.smoothed(sigma: sigma)
    let gradient = smooth.gradientMagnitude()
    let scale = 3 * (gradient.sampledQuantile(0.5)) + 1e-6
    self.init(width: photograph.width, height: photograph.height)
    add(smooth, scale: scale)
  }

  /// The field of drawn planes, each 0…1; edges of all planes add up.
  ///
  /// - Parameters:
  ///   - coverage: planes of one size.
  ///   - sigma: smoothing in pixels before the gradient is taken.
  public init(ofCoverage coverage: [Plane], sigma: Double) {
    precondition(!coverage.isEmpty, "an edge field needs a plane")
    self.init(width: coverage[0].width, height: coverage[0].height)
    for plane in coverage { add(plane.smoothed(sigma: sigma), scale: 0.05) }
  }

  init(width: Int, height: Int) {
    re = Plane(width: width, height: height)
    im = re
  }

  private mutating func add(_ smooth: Plane, scale: Float) {
    let width = width
    guard width > 2, height > 2 else { return }
    let bands = RowBands(height: height - 2)
    re.withUnsafeMutableRows { re in
      im.withUnsafeMutableRows { im in
        smooth.withUnsafeRows { source in
          bands.inParallel { rows in
            for y in rows {
              gd_edge_field_row(
                source.row(y), source.row(y + 1), source.row(y + 2), re.row(y + 1), im.row(y + 1),
                width, scale, 0.25)
            }
          }
        }
      }
    }
  }

  /// Σ strength² over the whole field.
  public var energy: Double { energy(in: re.bounds) }

  /// Σ strength² over a rectangle inside the field.
  public func energy(in rect: PixelRect) -> Double {
    EdgeField.correlation(self, self, in: rect, dx: 0, dy: 0)
  }

  /// The field at a coarser resolution: each pixel is the mean of a `factor × factor` block.
  public func reduced(by factor: Int) -> EdgeField {
    var result = self
    (result.re, result.im) = (re.reduced(by: factor), im.reduced(by: factor))
    return result
  }

  /// Σ over `rect` of Re(a(x, y) · conj b(x + dx, y + dy)); pixels whose partner lies outside count nothing.
  public static func correlation(
    _ a: EdgeField, _ b: EdgeField, in rect: PixelRect, dx: Int, dy: Int
  ) -> Double {
    var sum = 0.0
    correlations(a, b, in: rect, dx: dx...dx, dy: dy) { sum = $1 }
    return sum
  }

  /// The correlation at several shifts in a row, told one by one; each as `correlation` has it.
  public static func correlations(
    _ a: EdgeField, _ b: EdgeField, in rect: PixelRect, dx shifts: ClosedRange<Int>, dy: Int,
    _ tell: (_ dx: Int, _ sum: Double) -> Void
  ) {
    let rect = rect.intersection(a.re.bounds)
    let isInside = rect.x + shifts.lowerBound >= 0 && rect.maxX + shifts.upperBound <= b.width
    let first = shifts.lowerBound
    guard isInside || shifts.count == 1 else {
      // At a border each shift has partners in columns of its own, besides those that all have.
      let start = min(max(rect.x, -first), rect.maxX)
      let end = max(start, min(rect.maxX, b.width - shifts.upperBound))
      var sums = [Double](repeating: 0, count: shifts.count)
      for (columns, isShared) in [
        (rect.x..<start, false), (start..<end, true), (end..<rect.maxX, false),
      ]
      where !columns.isEmpty {
        let part = PixelRect(
          x: columns.lowerBound, y: rect.y, width: columns.count, height: rect.height)
        for group in isShared ? [shifts] : shifts.map({ $0...$0 }) {
          correlations(a, b, in: part, dx: group, dy: dy) { sums[$0 - first] += $1 }
        }
      }
      for index in sums.indices { tell(first + index, sums[index]) }
      return
    }
    let reach = PixelRect(
      x: -first, y: -dy, width: b.width - (shifts.count - 1), height: b.height)
    let area = rect.intersection(reach)
    var sums = [Double](repeating: 0, count: shifts.count)
    if !area.isEmpty {
      // Single precision holds over so many pixels.
      let rows = max(1, 16384 / area.width)
      var part = [Float](repeating: 0, count: shifts.count)
      a.re.withUnsafeRows { aRe in
        a.im.withUnsafeRows { aIm in
          b.re.withUnsafeRows { bRe in
            b.im.withUnsafeRows { bIm in
              for y in stride(from: area.y, to: area.maxY, by: rows) {
                gd_correlations(
                  aRe.row(y) + area.x, aIm.row(y) + area.x, a.width,
                  bRe.row(y + dy) + area.x + first, bIm.row(y + dy) + area.x + first, b.width,
                  area.width, min(rows, area.maxY - y), shifts.count, &part)
                for index in part.indices { sums[index] += Double(part[index]) }
              }
            }
          }
        }
      }
    }
    for index in sums.indices { tell(first + index, sums[index]) }
  }
}
