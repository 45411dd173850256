internal import Foundation
public import Raster

extension Registrar {
  /// How a registered scan departs from its affine map, block by block: what lenses, stages and charging leave.
  ///
  /// Each block wants the displacement that its edges correlate best at; neighbours hold each other, so that a block
  /// without structure follows them and a defect can't warp its surroundings to fit. Fitted twice, the second time at
  /// twice the resolution.
  ///
  /// - Parameters:
  ///   - luminance: brightness of the field, 0…1.
  ///   - field: where `luminance` lies in the scan.
  ///   - toScan: the affine map found.
  /// - Returns: a mesh over the field; still where the field holds fewer than two blocks.
  public func mesh(
    _ luminance: Plane, field: PixelRect, toScan: Affine
  ) throws -> DisplacementMesh {
    try mesh(FieldViews(luminance, field: field), toScan: toScan)
  }

  /// The same of a field whose edges may be known.
  public func mesh(
    _ views: FieldViews, toScan: Affine
  ) throws -> DisplacementMesh {
    let field = views.field
    let longer = max(field.width, field.height)
    let coarseFactor = Int((Double(longer) / Double(settings.coarseSize)).rounded(.up))
    var mesh = DisplacementMesh.still(field)
    for (divisor, radius) in [(2, 6), (4, 3)] {
      let factor = max(1, coarseFactor / divisor)
      let scan = views.at(factor: factor, sigma: 1.5)
      mesh = try fit(mesh, scan, toScan: toScan, side: 64 / factor, radius: radius)
    }
    return mesh
  }

  /// One round: the reference is drawn as `before` has it, and moved on from there.
  private func fit(
    _ before: DisplacementMesh, _ scan: WorkingScan, toScan: Affine, side: Int, radius: Int
  ) throws -> DisplacementMesh {
    let (columns, rows) = (max(1, scan.width / side), max(1, scan.height / side))
    guard columns * rows > 1 else { return before }
    let factor = Double(scan.factor)
    let drawn = try scan.referenceEdges(reference, toScan: toScan, mesh: before)
    let blocks = BlockAlignment.grid(
      width: scan.width, height: scan.height, columns: columns, rows: rows)
    let alignment = BlockAlignment(
      reference: drawn, scan: scan.edges, blocks: blocks, radius: radius)
    let fullBlock = blocks.map { drawn.energy(in: $0) }.max() ?? 0
    guard fullBlock > 0 else { return before }
    let shown = EdgeField.correlation(drawn, scan.edges, in: drawn.re.bounds, dx: 0, dy: 0)
    // A step of one pixel between neighbours costs as much as losing a two-hundredth of a full block's edges.
    let stiffness = 0.005 * fullBlock * max(0.05, shown / drawn.energy)
    let start = blocks.map { block in
      let middle = Point(
        x: Double(scan.field.x) + factor * (Double(block.x) + Double(block.width) / 2),
        y: Double(scan.field.y) + factor * (Double(block.y) + Double(block.height) / 2))
      let moved = before(middle)
      return Point(x: moved.x / factor, y: moved.y / factor)
    }
    var nodes = start
    for step in [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.125] {
      for index in nodes.indices {
        let (row, column) = (index / columns, index % columns)
        let neighbours = [
          column > 0 ? index - 1 : nil, column + 1 < columns ? index + 1 : nil,
          row > 0 ? index - columns : nil, row + 1 < rows ? index + columns : nil,
        ].compactMap { $0 }
        func value(_ node: Point) -> Double {
          let bending = neighbours.reduce(0.0) { sum, other in
            let (dx, dy) = (node.x - nodes[other].x, node.y - nodes[other].y)
            return sum + dx * dx + dy * dy
          }
          return alignment.value(
            block: index, dx: node.x - start[index].x, dy: node.y - start[index].y)
            - stiffness * (bending + 0.02 * (node.x * node.x + node.y * node.y))
        }
        var best = (node: nodes[index], value: value(nodes[index]))
        for (dx, dy) in [(-step, 0.0), (step, 0.0), (0.0, -step), (0.0, step)] {
          let trial = Point(x: nodes[index].x + dx, y: nodes[index].y + dy)
          let trialValue = value(trial)
          if trialValue > best.value { best = (trial, trialValue) }
        }
        nodes[index] = best.node
      }
    }
    return DisplacementMesh(
      field: scan.field, columns: columns, rows: rows,
      nodes: nodes.map { Point(x: $0.x * factor, y: $0.y * factor) })
  }
}

extension WorkingScan {
  /// The reference's edges as they should appear on this grid where a mesh has moved them.
  fileprivate func referenceEdges(
    _ reference: any RegistrationReference, toScan: Affine, mesh: DisplacementMesh
  ) throws -> EdgeField {
    guard !mesh.isStill else { return try referenceEdges(reference, toScan: toScan) }
    let own = mesh.scaled(by: 1 / Double(factor), onto: brightness.bounds)
    let margin = Int(own.greatest.rounded(.up)) + 1
    let planes = try referencePlanes(reference, toScan: toScan, margin: margin).map {
      $0.resampled(
        rect: brightness.bounds, toSource: .translation(x: Double(margin), y: Double(margin)),
        mesh: own)
    }
    return EdgeField(ofCoverage: planes, sigma: sigma)
  }
}
