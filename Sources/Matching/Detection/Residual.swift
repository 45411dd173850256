internal import CKernels
public import Raster

/// What is left of a scan when its golden, moved into the scan's light and place, is taken from it.
///
/// The light is fitted material by material over a wide window: the golden's pixels take what their own material is off by
/// nearby. What motion is left between the two is fitted after it, by the golden's slopes.
public struct Residual: Sendable {
  /// Scan less golden, plane by plane; brightness 0…1, and 0 where the golden does not reach.
  public var planes: [Plane]
  /// The scan's brightness.
  let brightness: Plane
  /// By how much more than elsewhere an edge may be off, pixels.
  let looseness: Plane
  /// Whether the scan must show an edge wherever two materials meet.
  let edgesAreDrawn: Bool
  /// The share of the residual that counts at each pixel, 0…1; nil where all of it does.
  let trust: Plane?
  /// What is usual in the scan.
  let levels: LightLevels
  /// How far the scan was found to be moved against the golden: pixels along x and y, in cells of 8 pixels; nil where
  /// that was not looked for.
  private(set) var motion: (x: Plane, y: Plane)?
  /// What was taken for light; nil where nobody asks any more.
  private(set) var light: LightFit?

  /// Pixels to a cell in which sums are gathered, for motion and, whose window is wider, for light.
  private static let cell = 8, lightCell = 16
  /// The usual standard deviation of the window in which light is fitted, pixels.
  public static let lightScale = 64.0
  /// Standard deviation of the window in which motion is fitted, pixels.
  private static let motionScale = 24.0
  /// Greatest motion that is fitted, pixels.
  private static let greatestMotion: Float = 1
  /// A residual beyond this is a defect, not motion.
  private static let clip: Float = 0.05

  /// The residual of a field.
  ///
  /// - Parameters:
  ///   - scan: the field, brightness 0…1.
  ///   - golden: what it should show, of the same size and number of planes.
  ///   - materials: what lies at each pixel.
  ///   - edgeDistance: pixels to the nearest edge between materials.
  ///   - area: the pixels that the golden reaches.
  ///   - scale: standard deviation of the window in which light is fitted, pixels.
  ///   - levels: of the scan that the field is a window of; nil where it is the scan.
  ///   - looseness: by how much more than elsewhere an edge may be off at a pixel, 0…5 pixels; nil for nowhere.
  ///   - edgesAreDrawn: whether the scan must show an edge wherever two materials meet.
  ///   - trust: the share of the residual that counts at each pixel, 0…1: less where good scans are known to differ; nil
  ///     for all of it everywhere.
  ///   - stages: what is not left out.
  public init(
    scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, area: PixelRect,
    scale: Double = Residual.lightScale, levels: LightLevels? = nil, looseness: Plane? = nil,
    edgesAreDrawn: Bool = false, trust: Plane? = nil,
    stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) {
    precondition(scan.channels == golden.channels, "scan and golden have the same planes")
    let levels =
      levels
      ?? LightLevels(
        scan: scan, golden: golden, materials: materials, edgeDistance: edgeDistance, area: area,
        partsRims: stages.contains(.rims))
    (self.levels, self.edgesAreDrawn, brightness) = (levels, edgesAreDrawn, scan.luminance)
    self.trust = trust
    self.looseness = looseness ?? Plane(width: scan.width, height: scan.height)
    let light = LightFit(
      scan: scan, golden: golden, materials: materials, edgeDistance: edgeDistance, area: area,
      levels: levels,
      scale: scale, cell: Self.lightCell, isFlat: !stages.contains(.light))
    self.light = light
    planes = light.residual(
      scan: scan, golden: golden, materials: materials, edgeDistance: edgeDistance)
    // What the golden does not reach must not be seen from within by wide windows and filters.
    if !area.contains(scan.bounds) {
      planes = planes.map { plane in
        var inside = Plane(width: plane.width, height: plane.height)
        for y in area.y..<area.maxY {
          let row = y * plane.width + area.x..<y * plane.width + area.maxX
          inside.samples.replaceSubrange(row, with: plane.samples[row])
        }
        return inside
      }
    }
    if stages.contains(.motion) { takeMotion(golden) }
  }

  /// Takes away what the golden's slopes explain.
  private mutating func takeMotion(_ golden: Picture) {
    let (width, height, cell) = (golden.width, golden.height, Self.cell)
    guard width > 2 * cell, height > 2 * cell else { return }
    let (columns, rows) = ((width + cell - 1) / cell, (height + cell - 1) / cell)
    // Five sums side by side: r gx, r gy, gx gx, gx gy, gy gy.
    var sums = Plane(width: 5 * columns, height: rows)
    for (plane, shown) in zip(planes, golden.planes) {
      sums.withUnsafeMutableRows { sums in
        plane.withUnsafeRows { residual in
          shown.withUnsafeRows { golden in
            inParallel(rows) { row in
              // Every other row tells enough.
              for y in stride(
                from: max(2, row * cell), to: min(height - 1, (row + 1) * cell), by: 2)
              {
                gd_motion_sums_row(
                  residual.row(y), golden.row(y - 1), golden.row(y), golden.row(y + 1), Self.clip,
                  columns, cell, sums.row(row), width)
              }
            }
          }
        }
      }
    }
    let parts = (0..<5).map { part in
      sums.crop(PixelRect(x: part * columns, y: 0, width: columns, height: rows))
        .smoothed(sigma: Self.motionScale / Double(cell))
    }
    var motion = [
      Plane(width: columns, height: rows), Plane(width: columns, height: rows),
    ]
    for index in parts[0].samples.indices {
      let (u, v) = (parts[0].samples[index], parts[1].samples[index])
      var (a, b, c) = (
        parts[2].samples[index], parts[3].samples[index], parts[4].samples[index]
      )
      // Without slopes nothing moves.
      let rest = 5e-4 + 0.02 * (a + c)
      (a, c) = (a + rest, c + rest)
      b = min(max(b, -(a * c).squareRoot()), (a * c).squareRoot())
      let determinant = max(a * c - b * b, 1e-12)
      let most = Self.greatestMotion
      motion[0].samples[index] = min(max((u * c - v * b) / determinant, -most), most)
      motion[1].samples[index] = min(max((v * a - u * b) / determinant, -most), most)
    }
    self.motion = (motion[0].map { -$0 }, motion[1].map { -$0 })
    let places = CellPlaces(height: height, cell: cell, rows: rows)
    let (dx, dy) = (motion[0], motion[1])
    for index in planes.indices {
      let shown = golden.planes[index]
      planes[index].withUnsafeMutableRows { residual in
        [shown, dx, dy].withUnsafeRows { sources in
          let golden = sources[0]
          RowBands(height: height).inParallel { band in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * columns) { room in
              guard let right = room.baseAddress else { return }
              let down = right + columns
              for y in band where y > 0 && y < height - 1 {
                places.row(sources[1], y, into: right)
                places.row(sources[2], y, into: down)
                gd_motion_row(
                  residual.row(y), golden.row(y - 1), golden.row(y), golden.row(y + 1), right, down,
                  columns, cell, width)
              }
            }
          }
        }
      }
    }
  }
}

extension Residual {
  /// The share of the residual that counts.
  var trusted: Residual {
    guard let trust else { return self }
    var result = self
    for plane in result.planes.indices {
      for index in trust.samples.indices {
        result.planes[plane].samples[index] *= trust.samples[index]
      }
    }
    return result
  }

  /// The same without what it takes to tell displaced edges, which is as large as the rest.
  public var withoutLight: Residual {
    var result = self
    result.light = nil
    return result
  }

  /// How far the scan was found to be moved at a pixel of the field.
  public func motion(at place: Point) -> Point {
    guard let motion else { return Point(x: 0, y: 0) }
    let column = min(max(Int(place.x) / Self.cell, 0), motion.x.width - 1)
    let row = min(max(Int(place.y) / Self.cell, 0), motion.x.height - 1)
    return Point(x: Double(motion.x[column, row]), y: Double(motion.y[column, row]))
  }
}

/// Values between rows of cells.
struct CellPlaces: Sendable {
  let height, cell, rows: Int

  /// Writes the row of a plane of cells at a row of pixels.
  func row(_ plane: PlaneRows, _ y: Int, into target: UnsafeMutablePointer<Float>) {
    let place = min(max((Float(y) + 0.5) / Float(cell) - 0.5, 0), Float(rows - 1))
    let above = Int(place)
    gd_between_rows(
      plane.row(above), plane.row(min(above + 1, rows - 1)), place - Float(above), target,
      plane.width)
  }
}
