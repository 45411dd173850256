internal import Foundation
public import Raster

/// By how much a scan's edges lie further out than its golden's, layer by layer and slowly varying over the scan, so that the
/// golden's can be moved there before the two are compared.
///
/// What a whole process prints larger or smaller is no defect. A defect is small beside what tells the displacement at a place:
/// the median over the edges of a layer in squares of nearly a thousand pixels.
public struct EdgeMoves: Sendable, Equatable {
  /// All pixels that windows may show.
  private let field: PixelRect
  /// For each layer how far outwards its edges are to be moved, pixels, in cells of the field; nil for a layer that stays.
  private let outwards: [Plane?]

  /// Cells around one that tell of it.
  private static let reach = 3
  /// Edge pixels that a layer must show in all, and in a cell.
  private static let leastEdges = 400.0, leastInCell = 30.0
  /// So many cells must tell, as if all had as many edges.
  private static let leastCells = 5.0
  /// In a cell's surroundings the median of the whole counts as so many edge pixels.
  private static let trust = 300.0
  /// Edges are moved by so many pixels at most.
  private static let most: Float = 1
  /// Standard deviation of the blur of a layer whose slope tells where outwards is, pixels.
  private static let softness = 1.5
  /// From this share of the slope of a straight edge on all is moved; below it less.
  private static let fullSlope: Float = 0.3
  /// Nothing is moved so far from an edge, pixels.
  private static let fade: Float = 6

  /// Nothing is moved.
  public static var still: EdgeMoves {
    EdgeMoves(field: PixelRect(x: 0, y: 0, width: 0, height: 0), outwards: [])
  }

  /// Whether nothing is moved.
  public var isStill: Bool { outwards.allSatisfy { $0 == nil } }

  private init(field: PixelRect, outwards: [Plane?]) {
    (self.field, self.outwards) = (field, outwards)
  }

  /// What displaced edges tell.
  ///
  /// - Parameters:
  ///   - edges: of a whole scan, or of windows that are spread over it.
  ///   - least: a layer whose edges are displaced less than so many pixels everywhere stays.
  public init(_ edges: EdgeDisplacement, least: Double) {
    field = edges.field
    let told = edges.withoutMotion
    outwards = (0..<edges.layers).map { layer in
      let plane = Self.outwards(told, layer: layer)
      return plane.flatMap { plane in
        plane.samples.contains { abs($0) >= Float(least) } ? plane : nil
      }
    }
  }

  /// The displacement of a layer in each cell; nil where too few edges tell.
  private static func outwards(_ edges: EdgeDisplacement, layer: Int) -> Plane? {
    var cells: [(column: Int, row: Int, outwards: Double, count: Double)] = []
    for row in 0..<edges.rows {
      for column in 0..<edges.columns {
        let sums = edges.sums[(layer * edges.rows + row) * edges.columns + column]
        guard sums.count >= leastInCell else { continue }
        cells.append(
          (column, row, EdgeDisplacement.solve(sums, leaning: 0.1).outwards, sums.count))
      }
    }
    let count = cells.reduce(0) { $0 + $1.count }
    let squares = cells.reduce(0) { $0 + $1.count * $1.count }
    guard count >= leastEdges, count * count >= leastCells * squares else { return nil }
    cells.sort { $0.outwards < $1.outwards }
    let whole = middle(cells.map { ($0.outwards, $0.count) })
    var plane = Plane(width: edges.columns, height: edges.rows)
    for row in 0..<edges.rows {
      for column in 0..<edges.columns {
        var near = cells.filter {
          max(abs($0.column - column), abs($0.row - row)) <= reach
        }.map { (value: $0.outwards, weight: $0.count) }
        let place = near.firstIndex { $0.value >= whole } ?? near.count
        near.insert((whole, trust), at: place)
        plane[column, row] = min(max(Float(middle(near)), -most), most)
      }
    }
    return plane.smoothed(sigma: 1)
  }

  /// The weighted median of values in rising order.
  private static func middle(_ values: [(value: Double, weight: Double)]) -> Double {
    let half = 0.5 * values.reduce(0) { $0 + $1.weight }
    var below = 0.0
    for (value, weight) in values {
      below += weight
      if below >= half { return value }
    }
    return 0
  }

  /// A golden with its edges moved.
  ///
  /// Near an edge of a layer a golden is read from further in by as much as the edge lies further out; where edges of several
  /// layers are near, each has its share.
  ///
  /// - Parameters:
  ///   - golden: of a window.
  ///   - materials: what lies at each pixel; the bits stand for layers.
  ///   - edgeDistance: pixels to the nearest edge between materials.
  ///   - rect: where the window lies, pixels of the scan.
  public func moved(
    _ golden: Picture, materials: Labels, edgeDistance: Plane, rect: PixelRect
  ) -> Picture {
    guard !isStill else { return golden }
    let (width, height) = (golden.width, golden.height)
    // A layer that stays holds what is near its own edges.
    let present = materials.values.reduce(into: UInt16(0)) { $0 |= $1 }
    let layers = outwards.indices.filter { present & (1 << UInt16($0)) != 0 }
    let soft = layers.map { layer in
      var plane = Plane(width: width, height: height)
      let bit = UInt16(1) << UInt16(layer)
      for index in plane.samples.indices where materials.values[index] & bit != 0 {
        plane.samples[index] = 1
      }
      return plane.smoothed(sigma: Self.softness)
    }
    let full = Self.fullSlope / Float(Self.softness * (2 * Double.pi).squareRoot())
    let moves = layers.map { outwards[$0] }
    let rows = moves.compactMap { $0?.height }.first ?? 1
    let places = CellPlaces(height: field.height, cell: EdgeDisplacement.cell, rows: rows)
    var result = golden
    result.withUnsafeMutableRows { target in
      edgeDistance.withUnsafeRows { distance in
        RowBands(height: height).inParallel { band in
          for y in band where y > 0 && y < height - 1 {
            let known = moves.map { $0.map { places.row($0, y + rect.y - field.y) } }
            let near = distance.row(y)
            for x in 1..<max(1, width - 1) where near[x] < Self.fade {
              let index = y &* width &+ x
              var (u, v, total) = (Float(0), Float(0), Float(0))
              for (soft, known) in zip(soft, known) {
                let gx = 0.5 * (soft.samples[index + 1] - soft.samples[index - 1])
                let gy = 0.5 * (soft.samples[index + width] - soft.samples[index - width])
                let slope = (gx * gx + gy * gy).squareRoot()
                let weight = min(1, slope / full)
                guard weight > 0.01 else { continue }
                total += weight
                guard let known else { continue }
                let amount = Self.value(known, x + rect.x - field.x) * weight * weight / slope
                (u, v) = (u - amount * gx, v - amount * gy)
              }
              guard u != 0 || v != 0 else { continue }
              for (plane, shown) in zip(target, golden.planes) {
                plane.row(y)[x] = shown.sample(x, y, movedBy: (-u / total, -v / total))
              }
            }
          }
        }
      }
    }
    return result
  }

  /// A row of cells at a pixel of the field.
  private static func value(_ row: [Float], _ x: Int) -> Float {
    let place = (Float(x) + 0.5) / Float(EdgeDisplacement.cell) - 0.5
    let held = min(max(place, 0), Float(row.count - 1))
    let first = Int(held)
    let second = min(first + 1, row.count - 1)
    return row[first] + (held - Float(first)) * (row[second] - row[first])
  }
}

extension Plane {
  /// What a plane shows so far from a pixel.
  ///
  /// Source: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 1981.
  fileprivate func sample(_ x: Int, _ y: Int, movedBy move: (x: Float, y: Float)) -> Float {
    // The same in every window: where that begins must not be in the rounding.
    let whole = (x: move.x.rounded(.down), y: move.y.rounded(.down))
    let (column, row) = (x + Int(whole.x), y + Int(whole.y))
    let (across, down) = (Self.taps(move.x - whole.x), Self.taps(move.y - whole.y))
    var sum: Float = 0
    for j in 0..<4 {
      let start = min(max(row + j - 1, 0), height - 1) * width
      var line: Float = 0
      for i in 0..<4 {
        line += across[i] * samples[start + min(max(column + i - 1, 0), width - 1)]
      }
      sum += down[j] * line
    }
    return sum
  }

  private static func taps(_ t: Float) -> SIMD4<Float> {
    let (t2, t3) = (t * t, t * t * t)
    return 0.5
      * SIMD4(-t3 + 2 * t2 - t, 3 * t3 - 5 * t2 + 2, -3 * t3 + 4 * t2 + t, t3 - t2)
  }
}
