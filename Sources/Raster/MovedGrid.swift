internal import CKernels

extension Plane {
  /// The plane sampled along an affine grid that a mesh has moved.
  ///
  /// Places are taken to the nearest 1/1024 px, which single precision holds anywhere in a plane of 16 384 pixels a side:
  /// so a sample does not depend on where its rectangle or its plane begins.
  ///
  /// - Parameters:
  ///   - rect: pixels of the target.
  ///   - toSource: continuous target coordinates to continuous coordinates of this plane.
  ///   - mesh: displacement in target pixels.
  /// - Returns: bilinear samples, `rect.height × rect.width`, edges repeated.
  public func resampled(rect: PixelRect, toSource: Affine, mesh: DisplacementMesh? = nil) -> Plane {
    Picture(planes: [self]).resampled(rect: rect, toSource: toSource, mesh: mesh).planes[0]
  }

  /// The plane as coefficients of a cubic spline that goes through its samples, for `splineResampled`.
  ///
  /// Source: Unser, "Splines: a perfect fit for signal and image processing", IEEE Signal Processing Magazine 1999; the
  /// recursive filter written out as far as single precision shows it, so that a coefficient hangs on 12 samples to each side.
  public func splineCoefficients() -> Plane {
    let pole = 3.0.squareRoot() - 2
    return convolved(
      taps: (0...Plane.splineReach).map { distance in
        Float(
          -6 * pole / (1 - pole * pole) * ((0..<distance).reduce(1) { power, _ in power * pole }))
      })
  }

  /// How many samples to each side a coefficient hangs on.
  public static let splineReach = 12
}

extension Picture {
  /// Each plane sampled as `Plane.resampled` does it.
  public func resampled(
    rect: PixelRect, toSource: Affine, mesh: DisplacementMesh? = nil
  ) -> Picture {
    resampled(rect: rect, toSource: toSource, mesh: mesh, by: gd_sample_bilinear)
  }

  /// As `resampled`, of planes of coefficients: smooth pictures are moved by parts of a pixel without blur.
  public func splineResampled(
    rect: PixelRect, toSource: Affine, mesh: DisplacementMesh? = nil
  ) -> Picture {
    precondition(width >= 4 && height >= 4, "a spline has four coefficients along each axis")
    return resampled(rect: rect, toSource: toSource, mesh: mesh, by: gd_sample_spline)
  }

  private typealias Sampler =
    @Sendable (
      UnsafePointer<Float>?, Int, Int, UnsafePointer<Float>?, UnsafePointer<Float>?,
      UnsafeMutablePointer<Float>?, Int
    ) -> Void

  private func resampled(
    rect: PixelRect, toSource: Affine, mesh: DisplacementMesh?, by sample: Sampler
  ) -> Picture {
    let (width, height) = (width, height)
    guard !rect.isEmpty, width > 0, height > 0 else {
      return Picture(planes: planes.map { _ in Plane(width: rect.width, height: rect.height) })
    }
    var result = Picture(
      planes: planes.map { _ in Plane.unfilled(width: rect.width, height: rect.height) })
    let places = MovedGrid(rect: rect, toSource: toSource, mesh: mesh)
    result.withUnsafeMutableRows { targets in
      planes.withUnsafeRows { sources in
        places.forEachRow { y, xs, ys in
          for (target, source) in zip(targets, sources) {
            sample(source.row(0), width, height, xs, ys, target.row(y), rect.width)
          }
        }
      }
    }
    return result
  }
}

extension Labels {
  /// The labels sampled along an affine grid that a mesh has moved, each the nearest one; see `Plane.resampled`.
  public func resampled(
    rect: PixelRect, toSource: Affine, mesh: DisplacementMesh? = nil
  ) -> Labels {
    let (width, height) = (width, height)
    var values = [UInt16](repeating: 0, count: rect.area)
    guard !rect.isEmpty, width > 0, height > 0 else {
      return Labels(width: rect.width, height: rect.height, values: values)
    }
    let places = MovedGrid(rect: rect, toSource: toSource, mesh: mesh)
    values.withUnsafeMutableBufferPointer { target in
      self.values.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        // Each row is written by one band.
        nonisolated(unsafe) let rows = (source: source, target: target)
        places.forEachRow { y, xs, ys in
          gd_sample_labels(
            rows.source, width, height, xs, ys, rows.target + y * rect.width, rect.width)
        }
      }
    }
    return Labels(width: rect.width, height: rect.height, values: values)
  }
}

/// An affine grid that a mesh has moved.
package struct MovedGrid: Sendable {
  private let rect: PixelRect
  private let toSource: Affine
  private let mesh: DisplacementMesh?

  /// The pixels of a rectangle; see `Plane.resampled`.
  package init(rect: PixelRect, toSource: Affine, mesh: DisplacementMesh?) {
    (self.rect, self.toSource, self.mesh) = (rect, toSource, mesh)
  }

  /// Calls `body` with each row, counted from 0, and where its pixels come from; bands of rows side by side.
  package func forEachRow(
    _ body: @Sendable (_ y: Int, _ xs: UnsafePointer<Float>, _ ys: UnsafePointer<Float>) -> Void
  ) {
    let runs = StraightRun.runs(of: mesh, along: rect.x..<rect.maxX)
    RowBands(height: rect.height).inParallel { band in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * rect.width) { places in
        guard let xs = places.baseAddress else { return }
        let ys = xs + rect.width
        for y in band {
          for run in runs {
            let line = run.line(row: rect.y + y, toSource: toSource, mesh: mesh)
            let start = run.columns.lowerBound - rect.x
            gd_line_places(
              line.start.x, line.start.y, line.step.x, line.step.y, run.columns.lowerBound,
              xs + start, ys + start, run.columns.count)
          }
          body(y, xs, ys)
        }
      }
    }
  }
}

/// Columns along which a mesh's displacement is a straight line.
private struct StraightRun {
  let columns: Range<Int>
  /// Where the line begins and ends, which does not depend on the columns wanted; equal where it is level.
  let ends: (Double, Double)

  /// The runs that columns are cut into.
  static func runs(of mesh: DisplacementMesh?, along columns: Range<Int>) -> [StraightRun] {
    guard let mesh else { return [StraightRun(columns: columns, ends: (0, 0))] }
    let (left, width) = (Double(mesh.field.x), Double(mesh.field.width))
    // Between nodes, and half a cell on from the outermost ones; beyond, the border's displacement stays.
    let inner = (1..<max(1, mesh.columns - 1)).map {
      left + (Double($0) + 0.5) * width / Double(mesh.columns)
    }
    let borders = [left] + inner + [left + width]
    var runs: [StraightRun] = []
    var first = columns.lowerBound
    for index in 0...borders.count {
      let end = index < borders.count ? borders[index] : .infinity
      // A pixel belongs to where its middle lies.
      let last = end.isFinite ? Int((end - 0.5).rounded(.up)) : columns.upperBound
      let next = min(max(last, first), columns.upperBound)
      if next > first {
        let begin = borders[max(0, index - 1)]
        let isOuter = index == 0 || index == borders.count
        runs.append(StraightRun(columns: first..<next, ends: (begin, isOuter ? begin : end)))
        first = next
      }
    }
    return runs
  }

  /// Where the columns of a row come from: the place for column 0, and the step to the next column.
  func line(row: Int, toSource: Affine, mesh: DisplacementMesh?) -> (start: Point, step: Point) {
    let y = Double(row) + 0.5
    var (moved, slope) = (Point(x: 0, y: 0), Point(x: 0, y: 0))
    if let mesh {
      moved = mesh(Point(x: ends.0, y: y))
      if ends.1 > ends.0 {
        let end = mesh(Point(x: ends.1, y: y))
        slope.x = (end.x - moved.x) / (ends.1 - ends.0)
        slope.y = (end.y - moved.y) / (ends.1 - ends.0)
      }
    }
    let away = 0.5 - ends.0
    let start = toSource(Point(x: 0.5 - moved.x - away * slope.x, y: y - moved.y - away * slope.y))
    let (right, down) = (1 - slope.x, -slope.y)
    let step = Point(
      x: toSource.a * right + toSource.b * down, y: toSource.c * right + toSource.d * down)
    return (start, step)
  }
}
