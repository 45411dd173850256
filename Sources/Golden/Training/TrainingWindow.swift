internal import Networks
internal import Raster

/// A part of a photograph with what the layout says of it, in memory to take patches from.
struct TrainingWindow: Sendable {
  /// Which scan it is of.
  let scan: Int
  /// Pixels of the scan along the side of one of its own.
  let reduction: Int
  /// The pixels, in those of the reduced scan.
  let rect: PixelRect
  /// Inputs of the generator, (rows, columns, planes).
  var inputs: Tensor
  /// What the photograph shows, on the common scale of brightness.
  let photograph: Picture
  /// 1 where a pixel counts, 0 where it is left out.
  var weight: Plane
  /// Whether each cell of the window holds an edge of a layer.
  private var cells: [Bool] = []
  static let cell = 32

  /// Pixels along a window's side at most.
  static let side = 1024

  init(
    scan: Int, reduction: Int, rect: PixelRect, inputs: Tensor, layers: Int, photograph: Picture,
    weight: Plane
  ) {
    (self.scan, self.reduction, self.rect, self.inputs) = (scan, reduction, rect, inputs)
    (self.photograph, self.weight) = (photograph, weight)
    findEdges(layers)
  }

  /// The parts that an area is cut into, all about as large.
  static func parts(of area: PixelRect) -> [PixelRect] {
    let (columns, rows) = ((area.width + side - 1) / side, (area.height + side - 1) / side)
    return (0..<rows).flatMap { row in
      (0..<columns).map { column in
        let (x, y) = (area.width * column / columns, area.height * row / rows)
        return PixelRect(
          x: area.x + x, y: area.y + y, width: area.width * (column + 1) / columns - x,
          height: area.height * (row + 1) / rows - y)
      }
    }
  }

  private var columns: Int { (rect.width + Self.cell - 1) / Self.cell }

  /// Takes other inputs, of a layout that is placed otherwise.
  mutating func place(_ inputs: Tensor, layers: Int) {
    self.inputs = inputs
    findEdges(layers)
  }

  private mutating func findEdges(_ layers: Int) {
    let rows = (rect.height + Self.cell - 1) / Self.cell
    cells = [Bool](repeating: false, count: columns * rows)
    for y in 0..<rect.height {
      for x in 0..<rect.width {
        for layer in 0..<layers {
          let covered = inputs[y, x, layer]
          if covered > 0.02, covered < 0.98 {
            cells[y / Self.cell * columns + x / Self.cell] = true
          }
        }
      }
    }
  }

  /// The combination of layers at each pixel.
  func stack(layers: Int) -> Labels {
    Labels(
      stackOf: (0..<layers).map { layer in
        Plane(
          width: rect.width, height: rect.height,
          samples: (0..<rect.area).map { inputs[$0 / rect.width, $0 % rect.width, layer] })
      })
  }

  /// The combinations that occur in each cell, with the cell's first column and row.
  static func materials(in stack: Labels) -> [(code: UInt16, x: Int, y: Int)] {
    var found: [(code: UInt16, x: Int, y: Int)] = []
    for top in stride(from: 0, to: stack.height, by: cell) {
      for left in stride(from: 0, to: stack.width, by: cell) {
        var codes: Set<UInt16> = []
        for y in top..<min(stack.height, top + cell) {
          for x in left..<min(stack.width, left + cell) { codes.insert(stack[x, y]) }
        }
        found += codes.sorted().map { ($0, left, top) }
      }
    }
    return found
  }

  /// How many pixels that a patch can be judged by each combination has away from its edges.
  static func wideMaterials(in stack: Labels) -> [UInt16: Int] {
    let distance = stack.nearestOther(reach: Generator.rim + 1).distance
    let margin = TrainingSettings.margin
    var counts: [UInt16: Int] = [:]
    for y in margin..<max(margin, stack.height - margin) {
      for x in margin..<max(margin, stack.width - margin)
      where distance[x, y] > Float(Generator.rim) {
        counts[stack[x, y], default: 0] += 1
      }
    }
    return counts
  }

  /// The share of a patch's cells that hold an edge.
  func edgeShare(x: Int, y: Int, side: Int) -> Double {
    var (with, all) = (0, 0)
    for row in y / Self.cell...(y + side - 1) / Self.cell {
      for column in x / Self.cell...(x + side - 1) / Self.cell {
        all += 1
        if cells[row * columns + column] { with += 1 }
      }
    }
    return Double(with) / Double(all)
  }
}
