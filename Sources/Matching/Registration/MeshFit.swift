internal import Foundation
public import Raster

extension Registrar {
  /// How a registered scan departs from its affine map, block by block: what lenses, stages and charging leave.
  ///
  /// Each block wants the displacement that its edges correlate best at; neighbours hold each other, so that a block
  /// without structure follows them and a defect can't warp its surroundings to fit.
  ///
  /// - Parameters:
  ///   - luminance: brightness of the field, 0…1.
  ///   - field: where `luminance` lies in the scan.
  ///   - toScan: the affine map found.
  /// - Returns: a mesh over the field; still where the field holds fewer than two blocks.
  public func mesh(_ luminance: Plane, field: PixelRect, toScan: Affine) throws -> DisplacementMesh {
    let longer = max(field.width, field.height)
    let coarseFactor = Int((Double(longer) / Double(settings.coarseSize)).rounded(.up))
    let scan = WorkingScan(
      luminance, field: field, factor: max(1, coarseFactor / 2), sigma: 1.5)
    let side = 48
    let columns = max(1, scan.width / side)
    let rows = max(1, scan.height / side)
    guard columns * rows > 1 else { return .still(field) }
    let drawn = try scan.referenceEdges(reference, toScan: toScan)
    let blocks = BlockAlignment.grid(
      width: scan.width, height: scan.height, columns: columns, rows: rows)
    let alignment = BlockAlignment(reference: drawn, scan: scan.edges, blocks: blocks, radius: 6)
    let energies = blocks.map { drawn.energy(in: $0) }
    let typical = energies.filter { $0 > 0.01 * drawn.energy / Double(blocks.count) }.max() ?? 0
    guard typical > 0 else { return .still(field) }
    // Deviation of a block by a pixel from its neighbours costs as much as losing a tenth of a full block's edges.
    let stiffness = 0.1 * typical * drawnShare(drawn, scan)
    var nodes = [Point](repeating: Point(x: 0, y: 0), count: blocks.count)
    for step in [1.0, 1.0, 0.5, 0.5, 0.25, 0.25] {
      for row in 0..<rows {
        for column in 0..<columns {
          let index = row * columns + column
          let neighbours = [
            column > 0 ? index - 1 : nil, column + 1 < columns ? index + 1 : nil,
            row > 0 ? index - columns : nil, row + 1 < rows ? index + columns : nil,
          ].compactMap { $0 }
          func value(_ node: Point) -> Double {
            let bending = neighbours.reduce(0.0) { sum, other in
              let (dx, dy) = (node.x - nodes[other].x, node.y - nodes[other].y)
              return sum + dx * dx + dy * dy
            }
            return alignment.value(block: index, dx: node.x, dy: node.y) - stiffness * bending
              - 0.2 * stiffness * (node.x * node.x + node.y * node.y)
          }
          var best = (node: nodes[index], value: value(nodes[index]))
          for (dx, dy) in [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)] {
            let trial = Point(x: nodes[index].x + dx * step, y: nodes[index].y + dy * step)
            let trialValue = value(trial)
            if trialValue > best.value { best = (trial, trialValue) }
          }
          nodes[index] = best.node
        }
      }
    }
    let factor = Double(scan.factor)
    return DisplacementMesh(
      field: field, columns: columns, rows: rows,
      nodes: nodes.map { Point(x: $0.x * factor, y: $0.y * factor) })
  }

  /// How strongly the scan shows the reference's edges, 0 and up: 1 where it shows them as drawn.
  private func drawnShare(_ drawn: EdgeField, _ scan: WorkingScan) -> Double {
    let shown = EdgeField.correlation(drawn, scan.edges, in: drawn.re.bounds, dx: 0, dy: 0)
    return max(0.05, shown / max(drawn.energy, 1e-9))
  }
}
