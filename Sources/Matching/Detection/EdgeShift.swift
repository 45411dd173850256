internal import Foundation
public import Raster

/// By how much the edges of one layer lie further out or in than the golden's, over a region.
public struct EdgeShift: Sendable, Equatable {
  /// The layer's bit.
  public let layer: Int
  /// Where, pixels of the scan.
  public let region: PixelRect
  /// Whether that is the whole of what was looked at.
  public let isWhole: Bool
  /// How far outwards, pixels; below 0 inwards.
  public let outwardsPx: Double
  /// The standard deviation of that by chance, pixels.
  public let uncertaintyPx: Double
  /// How far the layer is shifted against the others, pixels, y down; nil for a region.
  public let shiftPx: Point?
  /// Edge pixels that tell.
  public let edgePx: Int
  /// Whether it is more than what every process does.
  public let standsOut: Bool
}

extension EdgeDisplacement {
  /// Cells of a block that is judged by itself.
  private static let block = 2
  /// Edge pixels that a layer must show in all, and in a block.
  private static let leastEdges = 400.0, leastInBlock = 150.0
  /// Neighbouring edge pixels are off alike.
  private static let alike = 12.0
  /// How much more than chance a displacement must be, standard deviations.
  private static let sureness = 4.0

  /// How far each layer's edges are displaced: over all, and where a part differs from that.
  ///
  /// - Parameter least: the least displacement that stands out, pixels.
  /// - Returns: by layer, the whole first, then parts from the greatest down; layers without edges enough are left out.
  public func shifts(least: Double) -> [EdgeShift] {
    let corrected = withoutMotion
    var overlay: [Int: Point] = [:]
    let wholes = (0..<layers).map { layer in corrected.total(layer, 0..<rows, 0..<columns) }
    for layer in 0..<layers where wholes[layer].count >= Self.leastEdges {
      overlay[layer] = Self.solve(wholes[layer], leaning: 0.02).shift
    }
    return (0..<layers).flatMap { layer -> [EdgeShift] in
      guard let shift = overlay[layer] else { return [] }
      let whole = wholes[layer]
      let out = Self.solve(whole, leaning: 0.02).outwards
      let chance = Self.uncertainty(whole, out)
      let blocks = corrected.blocks(of: layer)
      let values = blocks.map(\.outwards).sorted()
      // The middle of the blocks: a part that is far off must not pass for the whole.
      let usual = values.isEmpty ? out : values[values.count / 2]
      let alike = blocks.count { abs($0.outwards - usual) < max(least, 0.5 * abs(usual)) }
      let isOut =
        abs(usual) >= least && abs(out) > Self.sureness * chance && 4 * alike >= 3 * blocks.count
      let length = hypot(shift.x, shift.y)
      let isShifted = length >= least && length > 2 * Self.sureness * chance
      let all = EdgeShift(
        layer: layer, region: field, isWhole: true, outwardsPx: out, uncertaintyPx: chance,
        shiftPx: shift, edgePx: Int(whole.count), standsOut: isOut || isShifted)
      let base = isOut ? usual : 0
      let far = blocks.filter {
        abs($0.outwards - base) >= least
          && abs($0.outwards - base) > Self.sureness * $0.uncertainty
      }
      return [all]
        + corrected.regions(of: far, layer: layer, base: base)
        .sorted { abs($0.outwardsPx) * Double($0.edgePx) > abs($1.outwardsPx) * Double($1.edgePx) }
    }
  }

  /// The sums of a layer over rows and columns of cells.
  private func total(_ layer: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Sums {
    var result = Sums()
    for row in rows {
      for column in columns {
        result.add(sums[(layer * self.rows + row) * self.columns + column])
      }
    }
    return result
  }

  /// What the edges of all layers are moved by alike is motion of the scan: it is taken away about each cell.
  private var withoutMotion: EdgeDisplacement {
    var result = self
    for row in 0..<rows {
      for column in 0..<columns {
        var around = Sums()
        for layer in 0..<layers {
          around.add(
            total(
              layer, max(0, row - 1)..<min(rows, row + 2),
              max(0, column - 1)..<min(columns, column + 2)))
        }
        let motion = Self.solve(around, leaning: 0.1).shift
        for layer in 0..<layers {
          let place = (layer * rows + row) * columns + column
          result.sums[place].move(by: motion)
        }
      }
    }
    return result
  }

  /// Outward displacement and shift that explain sums best; what edges of one direction alone leave open is taken for outward.
  private static func solve(
    _ sums: Sums, leaning: Double
  ) -> (outwards: Double, shift: Point) {
    guard sums.w > 0 else { return (0, Point(x: 0, y: 0)) }
    let rest = leaning * sums.w
    // The outward part follows from the shift: d = (Σwd − Σwx sx − Σwy sy) / Σw, which leaves two equations.
    let a = sums.wxx - sums.wx * sums.wx / sums.w + rest
    let b = sums.wxy - sums.wx * sums.wy / sums.w
    let c = sums.wyy - sums.wy * sums.wy / sums.w + rest
    let u = sums.wxd - sums.wx * sums.wd / sums.w
    let v = sums.wyd - sums.wy * sums.wd / sums.w
    let determinant = max(a * c - b * b, 1e-300)
    let shift = Point(x: (u * c - v * b) / determinant, y: (v * a - u * b) / determinant)
    return ((sums.wd - sums.wx * shift.x - sums.wy * shift.y) / sums.w, shift)
  }

  private static func uncertainty(_ sums: Sums, _ outwards: Double) -> Double {
    guard sums.w > 0, sums.count > 0 else { return .infinity }
    let spread = max(sums.wdd / sums.w - outwards * outwards, 0).squareRoot()
    return spread * (alike / sums.count).squareRoot()
  }

  /// A block of cells with what its edges tell.
  private struct Block {
    var column, row: Int
    var sums: Sums
    var outwards, uncertainty: Double
  }

  private func blocks(of layer: Int) -> [Block] {
    let side = Self.block
    return stride(from: 0, to: rows, by: side).flatMap { row in
      stride(from: 0, to: columns, by: side).compactMap { column -> Block? in
        let sums = total(
          layer, row..<min(rows, row + side), column..<min(columns, column + side))
        guard sums.count >= Self.leastInBlock else { return nil }
        let out = Self.solve(sums, leaning: 0.1).outwards
        return Block(
          column: column / side, row: row / side, sums: sums, outwards: out,
          uncertainty: Self.uncertainty(sums, out))
      }
    }
  }

  /// Blocks that lie side by side, or one apart, and are displaced to the same side, as one region each.
  private func regions(of blocks: [Block], layer: Int, base: Double) -> [EdgeShift] {
    var left = blocks
    var regions: [EdgeShift] = []
    while let first = left.popLast() {
      var (members, next) = ([first], [first])
      while let block = next.popLast() {
        let near = left.filter {
          max(abs($0.column - block.column), abs($0.row - block.row)) <= 2
            && ($0.outwards - base) * (first.outwards - base) > 0
        }
        left.removeAll { one in near.contains { $0.column == one.column && $0.row == one.row } }
        members += near
        next += near
      }
      // A single block is chance, or a defect.
      guard members.count > 1 else { continue }
      var sums = Sums()
      var region = PixelRect(x: 0, y: 0, width: 0, height: 0)
      let side = Self.block * Self.cell
      for block in members {
        sums.add(block.sums)
        region = region.union(
          PixelRect(
            x: field.x + block.column * side, y: field.y + block.row * side, width: side,
            height: side))
      }
      let out = Self.solve(sums, leaning: 0.1).outwards
      regions.append(
        EdgeShift(
          layer: layer, region: region.intersection(field), isWhole: false, outwardsPx: out,
          uncertaintyPx: Self.uncertainty(sums, out), shiftPx: nil, edgePx: Int(sums.count),
          standsOut: true))
    }
    return regions
  }
}

extension EdgeDisplacement.Sums {
  /// The sums that would have been gathered without a motion.
  fileprivate mutating func move(by motion: Point) {
    let (sx, sy) = (motion.x, motion.y)
    wdd += wxx * sx * sx + 2 * wxy * sx * sy + wyy * sy * sy - 2 * (wxd * sx + wyd * sy)
    wd -= wx * sx + wy * sy
    let (oldX, oldY) = (wxd, wyd)
    wxd = oldX - wxx * sx - wxy * sy
    wyd = oldY - wxy * sx - wyy * sy
  }
}
