import Golden
import Layout
import Raster

extension LayerStack {
  /// A stack of layers 1/0, 2/0 … that hold these polygons, µm.
  init(drawing layers: [[[Point]]]) throws {
    let numbers = layers.indices.map { LayerID(layer: $0 + 1, datatype: 0) }
    let elements = zip(numbers, layers).flatMap { number, polygons in
      polygons.map { GDSIILibrary.Element.boundary(number, $0) }
    }
    let layout = try Layout(GDSIILibrary(cells: [.init(name: "TOP", elements: elements)]).data())
    self.init(
      layout: layout, cell: layout.topCells[0],
      layers: numbers.map { (name: "layer \($0.layer)", id: $0) })
  }
}

/// The corners of a rectangle.
func rectangle(x: Double, y: Double, width: Double, height: Double) -> [Point] {
  [
    Point(x: x, y: y), Point(x: x + width, y: y), Point(x: x + width, y: y + height),
    Point(x: x, y: y + height),
  ]
}

/// Layout µm (y up) to the pixels of a scan whose lower left corner is the layout's origin, 1 µm a pixel.
func upright(height: Int) -> Affine {
  Affine(a: 1, b: 0, tx: 0, c: 0, d: -1, ty: Double(height))
}

extension Plane {
  /// A plane from each pixel's column and row.
  init(_ rect: PixelRect, _ value: (_ x: Int, _ y: Int) -> Float) {
    self.init(width: rect.width, height: rect.height)
    for y in 0..<height { for x in 0..<width { self[x, y] = value(x, y) } }
  }

  /// The greatest difference of two planes of one size.
  func distance(to other: Plane) -> Float {
    zip(samples, other.samples).map { abs($0 - $1) }.max() ?? 0
  }
}
