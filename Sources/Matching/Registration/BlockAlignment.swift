internal import Foundation
internal import Raster

/// How well the blocks of a picture fit the reference when each is moved by a few pixels.
///
/// For every block the correlation of the edge fields is known at each shift within ±`radius`. A smooth motion of the
/// whole picture is then the one whose shifts, block by block, add up to the greatest correlation: a block with parallel
/// lines only votes across them, and a block that is damaged votes for nothing.
struct BlockAlignment: Sendable {
  let radius: Int
  private(set) var blocks: [PixelRect]
  let width: Int
  let height: Int
  /// `blocks × (2r+1) × (2r+1)`.
  private var surfaces: [Float]
  private var side: Int { 2 * radius + 1 }

  /// - Parameters:
  ///   - reference: the reference's edges where it is thought to be.
  ///   - scan: the scan's edges.
  ///   - blocks: rectangles of the grid.
  ///   - radius: greatest shift, pixels.
  init(reference: EdgeField, scan: EdgeField, blocks: [PixelRect], radius: Int) {
    (self.blocks, self.radius) = (blocks, radius)
    (width, height) = (scan.width, scan.height)
    let side = 2 * radius + 1
    var surfaces = [Float](repeating: 0, count: blocks.count * side * side)
    surfaces.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer  // Each block writes its own part.
      inParallel(blocks.count) { block in
        let own = EdgeField.correlations(reference, scan, in: blocks[block], radius: radius)
        for (index, sum) in own.enumerated() { target[block * side * side + index] = sum }
      }
    }
    self.surfaces = surfaces
  }

  /// The picture cut into `columns × rows` blocks.
  static func grid(width: Int, height: Int, columns: Int, rows: Int) -> [PixelRect] {
    (0..<rows).flatMap { row in
      (0..<columns).map { column in
        let (x, y) = (column * width / columns, row * height / rows)
        return PixelRect(
          x: x, y: y, width: (column + 1) * width / columns - x,
          height: (row + 1) * height / rows - y
        )
      }
    }
  }

  /// The correlation of a block at a shift, bicubic (Catmull–Rom) between whole pixels, held at ±`radius`.
  ///
  /// A peak between two pixels must be able to stand above both, or all motions would snap to whole pixels.
  func value(block: Int, dx: Double, dy: Double) -> Double {
    let x = min(max(dx, -Double(radius)), Double(radius)) + Double(radius)
    let y = min(max(dy, -Double(radius)), Double(radius)) + Double(radius)
    let (column, row) = (min(Int(x), side - 2), min(Int(y), side - 2))
    let across = BlockAlignment.weights(x - Double(column))
    let down = BlockAlignment.weights(y - Double(row))
    let base = block * side * side
    var sum = 0.0
    for k in 0..<4 {
      let line = base + min(max(row + k - 1, 0), side - 1) * side
      var inLine = 0.0
      for j in 0..<4 {
        inLine += across[j] * Double(surfaces[line + min(max(column + j - 1, 0), side - 1)])
      }
      sum += down[k] * inLine
    }
    return sum
  }

  /// Catmull–Rom weights of the samples at −1, 0, 1 and 2 for a place between 0 and 1.
  private static func weights(_ t: Double) -> SIMD4<Double> {
    let (t2, t3) = (t * t, t * t * t)
    return SIMD4(
      0.5 * (-t3 + 2 * t2 - t), 0.5 * (3 * t3 - 5 * t2 + 2), 0.5 * (-3 * t3 + 4 * t2 + t),
      0.5 * (t3 - t2))
  }

  /// How well unions of blocks fit, each moved as one: correlations add up.
  ///
  /// - Parameter unions: indices of blocks that lie side by side.
  func joined(_ unions: [[Int]]) -> BlockAlignment {
    var joined = self
    joined.blocks = unions.map { union in
      union.map { blocks[$0] }.reduce(blocks[union[0]]) { $0.union($1) }
    }
    joined.surfaces = unions.flatMap { union in
      (0..<side * side).map { place in
        union.reduce(Float(0)) { $0 + surfaces[$1 * side * side + place] }
      }
    }
    return joined
  }

  /// The least shift of one block whose correlation is at least 0.98 of the block's best.
  func leastGoodShift(block: Int) -> (shift: Point, value: Double) {
    var best = -Double.infinity
    for dy in -radius...radius {
      for dx in -radius...radius {
        best = max(best, value(block: block, dx: Double(dx), dy: Double(dy)))
      }
    }
    var least: (shift: Point, value: Double) = (Point(x: 0, y: 0), best)
    var distance = Int.max
    for dy in -radius...radius {
      for dx in -radius...radius where dx * dx + dy * dy < distance {
        let value = value(block: block, dx: Double(dx), dy: Double(dy))
        if value >= 0.98 * best {
          distance = dx * dx + dy * dy
          least = (Point(x: Double(dx), y: Double(dy)), value)
        }
      }
    }
    return least
  }

  /// The motion of the picture about its centre that the blocks together like best.
  ///
  /// - Parameter isAffine: whether shear and unequal scales are allowed too, not only a similarity.
  /// - Returns: an affine map of grid coordinates: where the reference is drawn to where it should be drawn.
  func bestMotion(isAffine: Bool) -> Affine {
    let count = isAffine ? 6 : 4
    var parameters = [Double](repeating: 0, count: 6)
    let half = Double(max(width, height)) / 2
    var steps: [Double] = [1, 1, 1 / half, 1 / half, 1 / half, 1 / half]
    var best = total(parameters)
    while steps[0] > 0.015 {
      var moved = false
      for index in 0..<count {
        for sign in [1.0, -1.0] {
          var trial = parameters
          trial[index] += sign * steps[index]
          let value = total(trial)
          if value > best + 1e-9 * abs(best) { (best, parameters, moved) = (value, trial, true) }
        }
      }
      if !moved { for index in steps.indices { steps[index] /= 2 } }
    }
    return motion(parameters)
  }

  private func total(_ parameters: [Double]) -> Double {
    let (centerX, centerY) = (Double(width) / 2, Double(height) / 2)
    var sum = 0.0
    for (index, block) in blocks.enumerated() {
      let x = Double(block.x) + Double(block.width) / 2 - centerX
      let y = Double(block.y) + Double(block.height) / 2 - centerY
      let dx =
        parameters[0] + (parameters[2] + parameters[4]) * x + (parameters[5] - parameters[3]) * y
      let dy =
        parameters[1] + (parameters[3] + parameters[5]) * x + (parameters[2] - parameters[4]) * y
      sum += value(block: index, dx: dx, dy: dy)
    }
    return sum
  }

  private func motion(_ p: [Double]) -> Affine {
    let (centerX, centerY) = (Double(width) / 2, Double(height) / 2)
    return Affine.translation(x: -centerX, y: -centerY)
      .then(
        Affine(
          a: 1 + p[2] + p[4], b: p[5] - p[3], tx: p[0], c: p[3] + p[5], d: 1 + p[2] - p[4], ty: p[1]
        )
      )
      .then(.translation(x: centerX, y: centerY))
  }
}
