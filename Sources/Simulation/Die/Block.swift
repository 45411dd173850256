import Layout
import Raster

/// One customer's device on the multi-project die: geometry in µm from the lower left corner of its plot.
struct Block {
  /// Extent of the plot.
  let width: Double
  /// Extent of the plot.
  let height: Double
  /// How its project draws.
  let style: ProjectStyle
  /// What is drawn.
  var elements: [GDSIILibrary.Element] = []

  init(width: Double, height: Double, style: ProjectStyle) {
    (self.width, self.height, self.style) = (width, height, style)
  }

  mutating func add(_ layer: ProcessLayer, _ outline: [Point]) {
    elements.append(.boundary(layer.id, outline))
  }

  mutating func rectangle(
    _ layer: ProcessLayer, _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double
  ) {
    add(layer, Outline.rectangle(x0, y0, x1, y1))
  }

  /// A waveguide along a line.
  mutating func guide(_ line: [Point]) { add(.ridge, Outline.stroke(line, width: style.guideUm)) }

  /// A straight waveguide along x.
  mutating func guide(from x0: Double, to x1: Double, y: Double) {
    rectangle(.ridge, x0, y - style.guideUm / 2, x1, y + style.guideUm / 2)
  }

  /// A grating across a waveguide along x.
  mutating func grating(_ tooth: String, from x0: Double, y: Double, count: Int) {
    elements.append(
      .array(
        cell: tooth, at: Point(x: x0, y: y), columns: max(3, count), rows: 1,
        columnStep: Point(x: style.gratingUm, y: 0), rowStep: Point(x: 0, y: 20)))
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
