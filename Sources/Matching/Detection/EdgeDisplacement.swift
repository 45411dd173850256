internal import Foundation
public import Raster

/// How far out or in the edges of each layer lie, against the golden, gathered window by window.
///
/// Where an edge lies a part of a pixel further out, a scan shows what its golden shows a little further in, so that what is
/// left of it is the golden's slope times how far. A sum of that over many edges tells far less than a pixel. The light of
/// pixels near edges, which is fitted to them, must not take it for light: here they are lit as the wide parts of
/// their material are.
///
/// Source: the least-squares displacement of Lucas, Kanade, "An iterative image registration technique", IJCAI 1981, along the
/// outward normal of each layer.
public struct EdgeDisplacement: Sendable {
  /// Pixels to a cell in which sums are gathered, on a grid that begins with the field.
  static let cell = 128

  /// Sums over the edge pixels of a layer in a cell; w is the squared slope along the outward normal (nx, ny), d how far the
  /// pixel says that the edge is displaced outwards.
  struct Sums: Sendable {
    var count = 0.0
    var w = 0.0, wx = 0.0, wy = 0.0, wxx = 0.0, wxy = 0.0, wyy = 0.0
    var wd = 0.0, wxd = 0.0, wyd = 0.0, wdd = 0.0

    mutating func add(_ other: Sums) {
      count += other.count
      (w, wx, wy) = (w + other.w, wx + other.wx, wy + other.wy)
      (wxx, wxy, wyy) = (wxx + other.wxx, wxy + other.wxy, wyy + other.wyy)
      (wd, wxd, wyd, wdd) = (wd + other.wd, wxd + other.wxd, wyd + other.wyd, wdd + other.wdd)
    }
  }

  /// The layers' number, and the cells of the field.
  let layers, columns, rows: Int
  let field: PixelRect
  /// By layer, row and column.
  var sums: [Sums]

  /// So far to both sides of an edge nothing else may lie, pixels.
  private static let reach = 4.0
  /// The least slope of an edge, brightness 0…1 a pixel.
  private static let leastSlope: Float = 0.012
  /// What says to be displaced further is a defect, pixels.
  private static let most = 2.0

  /// Nothing gathered yet.
  ///
  /// - Parameters:
  ///   - layers: how many bits of a material stand for layers.
  ///   - field: all pixels that windows may show.
  public init(layers: Int, field: PixelRect) {
    (self.layers, self.field) = (layers, field)
    (columns, rows) = (
      (field.width + Self.cell - 1) / Self.cell, (field.height + Self.cell - 1) / Self.cell
    )
    sums = [Sums](repeating: Sums(), count: layers * columns * rows)
  }

  /// A window of the field beside its golden.
  public struct Window {
    /// What is shown, and what should be, brightness 0…1, with as many planes.
    public var scan, golden: Picture
    /// What lies at each pixel, pixels to the nearest edge, and by how much that may be off.
    public var materials: Labels, edgeDistance: Plane, looseness: Plane
    /// What is left of it, which tells its light.
    public var residual: Residual
    /// Where it lies, pixels of the scan.
    public var rect: PixelRect

    /// A window.
    public init(
      scan: Picture, golden: Picture, materials: Labels, edgeDistance: Plane, looseness: Plane,
      residual: Residual, rect: PixelRect
    ) {
      (self.scan, self.golden, self.materials) = (scan, golden, materials)
      (self.edgeDistance, self.looseness) = (edgeDistance, looseness)
      (self.residual, self.rect) = (residual, rect)
    }
  }

  /// Adds the edges in a part of a window.
  ///
  /// - Parameter core: pixels of the scan; no two windows may count one.
  public mutating func add(_ window: Window, core: PixelRect) {
    let inside = PixelRect(x: 0, y: 0, width: window.rect.width, height: window.rect.height)
      .expanded(by: -Int(Self.reach) - 2)
    let area = PixelRect(
      x: core.x - window.rect.x, y: core.y - window.rect.y, width: core.width, height: core.height
    ).intersection(inside)
    guard !area.isEmpty, let light = window.residual.light else { return }
    // Cells lie on the field's grid: a row of them is one core's work.
    let top = window.rect.y - field.y
    let first = (area.y + top) / Self.cell
    let last = (area.maxY - 1 + top) / Self.cell
    let (columns, layers, field) = (columns, layers, field)
    var strips = [[Sums]](
      repeating: [Sums](repeating: Sums(), count: layers * columns), count: last - first + 1)
    let left = window.rect.x - field.x
    strips.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let strips = buffer  // Each core writes its own strip.
      let planes = [window.edgeDistance, window.looseness] + window.golden.planes
      (planes + window.scan.planes).withUnsafeRows { planes in
        window.materials.withUnsafeRows { materials in
          inParallel(last - first + 1) { strip in
            let begin = (first + strip) * Self.cell - top
            for y in max(begin, area.y)..<min(begin + Self.cell, area.maxY) {
              let row = Row(planes, materials, y)
              let (distance, looseness) = (planes[0].row(y), planes[1].row(y))
              for x in area.x..<area.maxX where distance[x] < 2.5 && looseness[x] == 0 {
                guard let edge = Self.edge(row, light, x, y), edge.layer < layers else { continue }
                strips[strip][edge.layer * columns + (x + left) / Self.cell].add(edge.sums)
              }
            }
          }
        }
      }
    }
    for (strip, sums) in strips.enumerated() {
      for layer in 0..<layers {
        for column in 0..<columns {
          self.sums[(layer * rows + first + strip) * columns + column].add(
            sums[layer * columns + column])
        }
      }
    }
  }

  /// A row of a window through pointers.
  private struct Row {
    let golden, scan: [UnsafePointer<Float>]
    let materials: UnsafePointer<UInt16>
    /// Samples from a row to the next.
    let width: Int

    /// - Parameter planes: two others, and then those of the golden and of the scan.
    init(_ planes: [PlaneRows], _ materials: LabelRows, _ y: Int) {
      let rows = planes.dropFirst(2).map { $0.row(y) }
      (golden, scan) = (Array(rows.prefix(rows.count / 2)), Array(rows.suffix(rows.count / 2)))
      (self.materials, width) = (materials.row(y), materials.width)
    }

    /// The golden's slope in a plane, brightness a pixel.
    func slope(_ plane: Int, _ x: Int) -> (x: Float, y: Float) {
      let here = golden[plane] + x
      return (0.5 * (here[1] - here[-1]), 0.5 * (here[width] - here[-width]))
    }
  }

  /// What a pixel near an edge tells; nil where there is no edge of one layer alone.
  private static func edge(
    _ row: Row, _ light: LightFit, _ x: Int, _ y: Int
  ) -> (layer: Int, sums: Sums)? {
    var (gx, gy) = (Float(0), Float(0))
    // Colours may rise against each other across an edge: the steepest tells its direction.
    var steepest: Float = 0
    for plane in row.golden.indices {
      let (u, v) = row.slope(plane, x)
      if u * u + v * v > steepest { (gx, gy, steepest) = (u, v, u * u + v * v) }
    }
    guard steepest > leastSlope * leastSlope else { return nil }
    let length = steepest.squareRoot()
    var normal = (x: Double(gx / length), y: Double(gy / length))
    func material(_ side: Double) -> UInt16 {
      // Places lie within the window, so that adding a half and cutting off rounds them.
      let u = Int(Double(x) + side * reach * normal.x + 0.5)
      let v = Int(Double(y) + side * reach * normal.y + 0.5)
      return row.materials[(v &- y) &* row.width &+ u]
    }
    let (one, other) = (material(1), material(-1))
    let differing = one ^ other
    guard differing != 0, differing & (differing - 1) == 0 else { return nil }
    // Outwards is away from where the layer is.
    if one & differing != 0 { normal = (-normal.x, -normal.y) }
    var (slopes, product) = (0.0, 0.0)
    let own = row.materials[x]
    for plane in row.golden.indices {
      let (u, v) = row.slope(plane, x)
      let slope = normal.x * Double(u) + normal.y * Double(v)
      let rest =
        row.scan[plane][x] - row.golden[plane][x] - light.wide(own, plane: plane, x: x, y: y)
      slopes += slope * slope
      product += slope * Double(rest)
    }
    let displacement = -product / slopes
    guard abs(displacement) < most else { return nil }
    let (w, d) = (slopes, displacement)
    return (
      differing.trailingZeroBitCount,
      Sums(
        count: 1, w: w, wx: w * normal.x, wy: w * normal.y, wxx: w * normal.x * normal.x,
        wxy: w * normal.x * normal.y, wyy: w * normal.y * normal.y, wd: w * d,
        wxd: w * d * normal.x, wyd: w * d * normal.y, wdd: w * d * d)
    )
  }
}
