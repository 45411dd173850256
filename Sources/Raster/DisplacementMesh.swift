internal import CKernels

/// A smooth displacement known at the nodes of a regular mesh and bilinear between them.
///
/// It says by how much what an ideal placement puts at a pixel is really moved: the pixel at (x, y) shows what belongs at
/// (x, y) − displacement.
public struct DisplacementMesh: Sendable, Equatable, Codable {
  /// The rectangle that the mesh covers; outside it the border's displacement goes on.
  public let field: PixelRect
  /// Nodes along x and y, each at least 1, at the middles of equal cells.
  public let columns, rows: Int
  /// Displacement at each node, pixels, row-major.
  public var nodes: [Point]

  /// A mesh with given nodes.
  public init(field: PixelRect, columns: Int, rows: Int, nodes: [Point]) {
    precondition(nodes.count == columns * rows, "a mesh needs columns × rows nodes")
    (self.field, self.columns, self.rows, self.nodes) = (field, columns, rows, nodes)
  }

  /// A mesh that moves nothing.
  public static func still(_ field: PixelRect) -> DisplacementMesh {
    DisplacementMesh(field: field, columns: 1, rows: 1, nodes: [Point(x: 0, y: 0)])
  }

  /// Whether no node is moved.
  public var isStill: Bool { nodes.allSatisfy { $0.x == 0 && $0.y == 0 } }

  /// A bound on the displacement anywhere, pixels: borders go on by half a cell beyond the outermost nodes, which along
  /// each axis weighs the nodes by 1½ and −½.
  public var greatest: Double {
    let growth = (columns > 1 ? 2.0 : 1) * (rows > 1 ? 2 : 1)
    return growth * (nodes.map { ($0.x * $0.x + $0.y * $0.y).squareRoot() }.max() ?? 0)
  }

  /// The same mesh on a picture reduced or enlarged.
  ///
  /// - Parameters:
  ///   - factor: new pixels to one old pixel, along both axes.
  ///   - field: what `field` has become.
  public func scaled(by factor: Double, onto field: PixelRect) -> DisplacementMesh {
    DisplacementMesh(
      field: field, columns: columns, rows: rows,
      nodes: nodes.map { Point(x: $0.x * factor, y: $0.y * factor) })
  }

  /// The displacement at a place, pixels.
  public func callAsFunction(_ place: Point) -> Point {
    let u = (place.x - Double(field.x)) / Double(max(1, field.width)) * Double(columns) - 0.5
    let v = (place.y - Double(field.y)) / Double(max(1, field.height)) * Double(rows) - 0.5
    // Half a cell at the border goes on as the cells inside it do.
    let x = columns > 1 ? min(max(u, -0.5), Double(columns) - 0.5) : 0
    let y = rows > 1 ? min(max(v, -0.5), Double(rows) - 0.5) : 0
    let column = min(max(Int(x.rounded(.down)), 0), max(0, columns - 2))
    let row = min(max(Int(y.rounded(.down)), 0), max(0, rows - 2))
    let (fx, fy) = (x - Double(column), y - Double(row))
    let right = columns > 1 ? 1 : 0
    let down = rows > 1 ? columns : 0
    let base = row * columns + column
    let (a, b) = (nodes[base], nodes[base + right])
    let (c, d) = (nodes[base + down], nodes[base + down + right])
    return Point(
      x: (a.x * (1 - fx) + b.x * fx) * (1 - fy) + (c.x * (1 - fx) + d.x * fx) * fy,
      y: (a.y * (1 - fx) + b.y * fx) * (1 - fy) + (c.y * (1 - fx) + d.y * fx) * fy)
  }
}

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
    resampled(rect: rect, toSource: toSource, mesh: mesh, by: gd_sample_bilinear)
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

  /// As `resampled`, of a plane of coefficients: smooth pictures are moved by parts of a pixel without blur.
  public func splineResampled(
    rect: PixelRect, toSource: Affine, mesh: DisplacementMesh? = nil
  ) -> Plane {
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
  ) -> Plane {
    var result = Plane(width: rect.width, height: rect.height)
    guard !rect.isEmpty, width > 0, height > 0 else { return result }
    let (width, height) = (width, height)
    let runs = StraightRun.runs(of: mesh, along: rect.x..<rect.maxX)
    result.withUnsafeMutableRows { target in
      self.withUnsafeRows { source in
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
              sample(source.row(0), width, height, xs, ys, target.row(y), rect.width)
            }
          }
        }
      }
    }
    return result
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
