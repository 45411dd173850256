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
