extension DisplacementMesh {
  /// The mean displacement of the nodes, pixels.
  public var mean: Point {
    let count = Double(nodes.count)
    return Point(
      x: nodes.reduce(0) { $0 + $1.x } / count, y: nodes.reduce(0) { $0 + $1.y } / count)
  }

  /// The mesh with every node moved further.
  public func moved(by shift: Point) -> DisplacementMesh {
    var result = self
    result.nodes = nodes.map { Point(x: $0.x + shift.x, y: $0.y + shift.y) }
    return result
  }

  /// The sum of two meshes of one field, on the nodes of the one that has more.
  public func adding(_ other: DisplacementMesh) -> DisplacementMesh {
    let (fine, coarse) = nodes.count >= other.nodes.count ? (self, other) : (other, self)
    var result = fine
    for row in 0..<fine.rows {
      for column in 0..<fine.columns {
        let place = Point(
          x: Double(fine.field.x) + (Double(column) + 0.5) * Double(fine.field.width)
            / Double(fine.columns),
          y: Double(fine.field.y) + (Double(row) + 0.5) * Double(fine.field.height)
            / Double(fine.rows))
        let more = coarse(place)
        result.nodes[row * fine.columns + column].x += more.x
        result.nodes[row * fine.columns + column].y += more.y
      }
    }
    return result
  }
}
