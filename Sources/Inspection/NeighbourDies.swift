internal import Foundation
internal import Golden
internal import Matching
internal import Raster

/// What other dies of a wafer show where a scan lies, each beside its own golden.
enum NeighbourDies {
  /// A scan in its place, and what is left of it beside its golden.
  struct Die: Sendable {
    /// SHA-256 of the scan.
    let sha256: String
    let residual: Residual
    let toScan: Affine
    let mesh: DisplacementMesh
    let field: PixelRect

    /// By how much the scan departs from its affine map, what was found beside the golden included.
    func displacement(at place: Point) -> Point {
      let (slow, rest) = (
        mesh(place),
        residual.motion(at: Point(x: place.x - Double(field.x), y: place.y - Double(field.y)))
      )
      return Point(x: slow.x + rest.x, y: slow.y + rest.y)
    }
  }

  /// Cells in which displacements between two scans are told, pixels.
  private static let cell = 32

  /// The residual of another die where a scan shows the same place; NaN where it does not reach.
  static func residual(of other: Die, at scan: Die) -> [Plane] {
    let field = scan.field
    let between = scan.toScan.inverse.then(other.toScan)
    let back = between.inverse
    let (columns, rows) = (
      max(1, (field.width + cell - 1) / cell), max(1, (field.height + cell - 1) / cell)
    )
    var nodes: [Point] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let place = Point(
          x: Double(field.x) + (Double(column) + 0.5) * Double(field.width) / Double(columns),
          y: Double(field.y) + (Double(row) + 0.5) * Double(field.height) / Double(rows))
        let moved = scan.displacement(at: place)
        let ideal = between(Point(x: place.x - moved.x, y: place.y - moved.y))
        let shown = other.displacement(at: ideal)
        let source = back(Point(x: ideal.x + shown.x, y: ideal.y + shown.y))
        nodes.append(Point(x: place.x - source.x, y: place.y - source.y))
      }
    }
    let mesh = DisplacementMesh(field: field, columns: columns, rows: rows, nodes: nodes)
    let toSource = between.then(
      .translation(x: -Double(other.field.x), y: -Double(other.field.y)))
    let inside = PixelRect(x: 0, y: 0, width: other.field.width, height: other.field.height)
      .expanded(by: -3)
    return other.residual.planes.map { plane in
      var result = plane.resampled(rect: field, toSource: toSource, mesh: mesh)
      for y in 0..<field.height {
        let start = toSource(Point(x: Double(field.x) + 0.5, y: Double(field.y + y) + 0.5))
        for x in 0..<field.width {
          let (u, v) = (start.x + Double(x) * toSource.a, start.y + Double(x) * toSource.c)
          if u < Double(inside.x) || v < Double(inside.y) || u > Double(inside.maxX)
            || v > Double(inside.maxY)
          {
            result.samples[y * field.width + x] = .nan
          }
        }
      }
      return result
    }
  }
}

extension PreparedScan {
  /// What is left of the scan beside its golden, as other scans of the wafer need it.
  func die(_ residual: Residual, sha256: String) -> NeighbourDies.Die {
    NeighbourDies.Die(
      sha256: sha256, residual: residual.withoutLight, toScan: registration.toScan, mesh: mesh,
      field: field)
  }
}
