internal import Raster

/// A map of the layout to scan pixels, parted into whole pixels and a rest.
///
/// Two maps that differ by whole pixels show the same golden, moved. A golden source need not know: it may lay a coarser
/// grid over the scan's pixels. So each region is painted in the frame of the rest alone, and is the same whole pixels
/// wherever the scan begins.
struct PhasedMap: Sendable {
  /// The map with a move of 0 up to 1 px, a multiple of 2⁻²⁰ px.
  let map: Affine
  /// How far the frame of `map` lies from that of the scan, pixels.
  let shift: (x: Int, y: Int)
  /// How the scan departs from the map, in the frame of `map`; nil for not at all.
  let mesh: DisplacementMesh?

  /// Steps in a pixel that moves are taken to: far less than shows, far more than what rounding makes of one move that
  /// was reckoned in two ways.
  private static let steps = Double(1 << 20)

  init(_ toScan: Affine, mesh: DisplacementMesh?) {
    precondition(
      abs(toScan.tx) < 0x1p31 && abs(toScan.ty) < 0x1p31, "a scan has less than 2³¹ pixels a side")
    let x = (toScan.tx * Self.steps).rounded() / Self.steps
    let y = (toScan.ty * Self.steps).rounded() / Self.steps
    let shift = (x: Int(x.rounded(.down)), y: Int(y.rounded(.down)))
    var map = toScan
    (map.tx, map.ty) = (x - Double(shift.x), y - Double(shift.y))
    (self.map, self.shift) = (map, shift)
    self.mesh = mesh.flatMap { mesh in
      if mesh.isStill { return nil }
      let field = PixelRect(
        x: mesh.field.x - shift.x, y: mesh.field.y - shift.y, width: mesh.field.width,
        height: mesh.field.height)
      return DisplacementMesh(
        field: field, columns: mesh.columns, rows: mesh.rows, nodes: mesh.nodes)
    }
  }

  /// A rectangle of the scan in the frame of `map`.
  func frame(_ rect: PixelRect) -> PixelRect {
    PixelRect(x: rect.x - shift.x, y: rect.y - shift.y, width: rect.width, height: rect.height)
  }
}
