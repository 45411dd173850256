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
    let (width, height) = (width, height)
    guard width > 2, height > 2 else { return }
    guard sigma > 0 else {
      for plane in coverage { add(plane, scale: Self.drawnScale) }
      return
    }
    let taps = Plane.gaussian(sigma)
    let filter = RowFilter(taps: taps, width: width, inNothing: false)
    let levels = coverage.map { $0.levelRows }
    re.withUnsafeMutableRows { re in
      im.withUnsafeMutableRows { im in
        coverage.withUnsafeRows { coverage in
          RowBands(height: height - 2).inParallel { band in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * width + filter.room) {
              room in
              guard let smooth = room.baseAddress else { return }
              for (plane, level) in zip(coverage, levels) {
                // Three rows in turn; what they hold is that of this plane from the row on.
                var next = 0
                for y in band.lowerBound + 1..<band.upperBound + 1 {
                  let reach = max(0, y - taps.count)...min(height - 1, y + taps.count)
                  // Where nothing begins or ends there is no edge.
                  if let first = level[reach.lowerBound],
                    reach.allSatisfy({ level[$0] == first })
                  {
                    continue
                  }
                  next = max(next, y - 1)
                  while next <= y + 1 {
                    filter.run(plane, next, into: smooth + next % 3 * width, smooth + 3 * width)
                    next += 1
                  }
                  gd_edge_field_row(
                    smooth + (y - 1) % 3 * width, smooth + y % 3 * width,
                    smooth + (y + 1) % 3 * width, re.row(y), im.row(y), width, Self.drawnScale, 0.25
                  )
                }
              }
            }
          }
        }
      }
    }
  }

  /// The gradient at which an edge of a drawn plane is half as strong as it can be.
  private static let drawnScale: Float = 0.05

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
    let area = rect.intersection(a.re.bounds)
      .intersection(PixelRect(x: -dx, y: -dy, width: b.width, height: b.height))
    guard !area.isEmpty else { return 0 }
    var sum = 0.0
    [a.re, a.im, b.re, b.im].withUnsafeRows { rows in
      for part in area.cut(rows: mostSummed / area.width) {
        var own: Float = 0
        gd_correlations(
          rows[0].row(part.y) + area.x, rows[1].row(part.y) + area.x, a.width,
          rows[2].row(part.y + dy) + area.x + dx, rows[3].row(part.y + dy) + area.x + dx, b.width,
          area.width, part.height, 1, &own)
        sum += Double(own)
      }
    }
    return sum
  }

  /// The correlation at each shift by up to `radius` pixels either way, `(2r+1) × (2r+1)` row by row; each as `correlation`
  /// has it.
  ///
  /// Some rows at a time are laid close together with what they may meet, so that they stay at hand for all shifts: the rows
  /// of a picture may lie so far apart that they drive each other out.
  public static func correlations(
    _ a: EdgeField, _ b: EdgeField, in rect: PixelRect, radius: Int
  ) -> [Float] {
    let (area, side) = (rect.intersection(a.re.bounds), 2 * radius + 1)
    var sums = [Double](repeating: 0, count: side * side)
    guard !area.isEmpty else { return sums.map { Float($0) } }
    let (width, wide) = (area.width, area.width + 2 * radius)
    let most = max(1, min(area.height, mostAtHand / width))
    let (own, met) = (width * most, wide * (most + 2 * radius))
    [a.re, a.im, b.re, b.im].withUnsafeRows { rows in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * (own + met) + side) { room in
        guard let start = room.baseAddress else { return }
        let (aRe, aIm, bRe) = (start, start + own, start + 2 * own)
        let (bIm, part) = (bRe + met, bRe + 2 * met)
        for strip in area.cut(rows: most) {
          let reach = PixelRect(
            x: strip.x - radius, y: strip.y - radius, width: wide, height: strip.height + 2 * radius
          )
          rows[0].copy(strip, to: aRe)
          rows[1].copy(strip, to: aIm)
          rows[2].copy(reach, to: bRe)
          rows[3].copy(reach, to: bIm)
          for dy in 0..<side {
            gd_correlations(
              aRe, aIm, width, bRe + dy * wide, bIm + dy * wide, wide, width, strip.height, side,
              part)
            for dx in 0..<side { sums[dy * side + dx] += Double(part[dx]) }
          }
        }
      }
    }
    return sums.map { Float($0) }
  }

  /// Pixels over which sums in single precision hold.
  private static let mostSummed = 16384
  /// Pixels of a part that the nearest cache holds with what they meet.
  private static let mostAtHand = 1536
}

extension Plane {
  /// For each row the one value of all its samples; nil where they differ.
  fileprivate var levelRows: [Float?] {
    samples.withUnsafeBufferPointer { samples in
      (0..<height).map { y in
        let row = samples[y * width..<(y + 1) * width]
        let first = row[row.startIndex]
        return row.allSatisfy { $0 == first } ? first : nil
      }
    }
  }
}

extension PixelRect {
  /// Parts of so many rows or fewer, from top to bottom.
  fileprivate func cut(rows: Int) -> [PixelRect] {
    stride(from: y, to: maxY, by: max(1, rows)).map {
      PixelRect(x: x, y: $0, width: width, height: min(max(1, rows), maxY - $0))
    }
  }
}

extension PlaneRows {
  /// Copies a rectangle row by row; 0 where it lies outside.
  fileprivate func copy(_ rect: PixelRect, to target: UnsafeMutablePointer<Float>) {
    let inside = rect.intersection(PixelRect(x: 0, y: 0, width: width, height: height))
    if inside != rect { target.update(repeating: 0, count: rect.area) }
    for y in inside.y..<inside.maxY {
      (target + (y - rect.y) * rect.width + inside.x - rect.x).update(
        from: row(y) + inside.x, count: inside.width)
    }
  }
}
