import Layout
import Raster

/// One customer's device on the multi-project die: geometry in µm from the lower left corner of its plot.
struct Block {
  /// Extent of the plot.
  let width: Double
  /// Extent of the plot.
  let height: Double
  /// What is drawn.
  var elements: [GDSIILibrary.Element] = []

  init(width: Double, height: Double) { (self.width, self.height) = (width, height) }

  mutating func add(_ layer: ProcessLayer, _ outline: [Point]) {
    elements.append(.boundary(layer.id, outline))
  }

  mutating func rectangle(
    _ layer: ProcessLayer, _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double
  ) {
    add(layer, Outline.rectangle(x0, y0, x1, y1))
  }

  /// A waveguide along a line.
  mutating func guide(_ line: [Point], width: Double) {
    add(.ridge, Outline.stroke(line, width: width))
  }

  /// A straight waveguide along x.
  mutating func guide(from x0: Double, to x1: Double, y: Double, width: Double) {
    rectangle(.ridge, x0, y - width / 2, x1, y + width / 2)
  }

  /// A metal pad with a window in the film.
  mutating func pad(_ layer: ProcessLayer, center: Point, width: Double, height: Double) {
    let (x, y) = (width / 2, height / 2)
    rectangle(layer, center.x - x, center.y - y, center.x + x, center.y + y)
    let inset = min(4, 0.2 * min(x, y))
    rectangle(
      .opening, center.x - x + inset, center.y - y + inset, center.x + x - inset,
      center.y + y - inset)
  }

  mutating func label(_ text: String, at origin: Point, height: Double) {
    for outline in BlockText.outlines(text, at: origin, height: height) { add(.label, outline) }
    elements.append(.text(ProcessLayer.label.id, at: origin, text))
  }

  /// An alignment cross of a centre and an arm length.
  mutating func cross(_ layer: ProcessLayer, center: Point, arm: Double, width: Double) {
    rectangle(
      layer, center.x - arm, center.y - width / 2, center.x + arm, center.y + width / 2)
    rectangle(
      layer, center.x - width / 2, center.y - arm, center.x + width / 2, center.y + arm)
  }
}
