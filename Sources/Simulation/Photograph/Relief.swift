import Layout
import Raster

/// What lies where in a window: coverage of each process layer after lithography and etching.
struct Relief {
  /// The scan pixels that the planes show.
  let rect: PixelRect
  /// Coverage, 0…1, in the order of `ProcessLayer`.
  var coverage: [Plane]

  /// The layers of a window, corners rounded, edges roughened and moved by the process.
  ///
  /// - Throws: `LayoutError` where a window is too complex.
  init(
    of layout: Layout, cell: CellID, place: ScanPlace, rect: PixelRect, die: DieProcess,
    settings: SimulationSettings
  ) throws {
    self.rect = rect
    let toScan = place.layoutToScan
    let toLayout = toScan.inverse
    // A narrower edge could not be moved by a part of a pixel.
    let sigma = max(settings.cornerRoundingUm / place.pixelSizeUm, 0.6)
    let halo = Int((3 * sigma).rounded(.up))
    // The blurred edge rises by 1/(σ√2π) a pixel; steepened to one a pixel it is an edge again.
    let gain = Float(sigma * 2.5066)
    coverage = try ProcessLayer.allCases.map { layer in
      let drawn = try layout.coverage(
        of: layer.id, in: cell, layoutToScan: toScan, rect: rect.expanded(by: halo))
      guard drawn.samples.contains(where: { $0 > 0 }) else {
        return Plane(width: rect.width, height: rect.height)
      }
      let bias = Float(die.etchBiasUm[layer.index] / place.pixelSizeUm) + 0.5
      let roughness = Float(
        settings.edgeRoughnessUm / place.pixelSizeUm * (layer.isMetal ? 1 : 0.5))
      var soft = drawn.smoothed(sigma: sigma).crop(
        PixelRect(x: halo, y: halo, width: rect.width, height: rect.height))
      soft.withUnsafeMutableRows { rows in
        for y in 0..<rect.height {
          let row = rows.row(y)
          for x in 0..<rect.width where row[x] > 0 {
            var value = (row[x] - 0.5) * gain + bias
            if value > -0.5, value < 1.5 {
              let spot = toLayout(
                Point(x: Double(rect.x + x) + 0.5, y: Double(rect.y + y) + 0.5))
              value += roughness * die.fineGrain.height(x: spot.x, y: spot.y)
            }
            row[x] = min(max(value, 0), 1)
          }
        }
      }
      return soft
    }
  }

  /// Coverage at a scan pixel inside the rectangle.
  func coverage(of layer: ProcessLayer, x: Int, y: Int) -> Float {
    coverage[layer.index][x - rect.x, y - rect.y]
  }

  /// Changes the coverage of a layer at each scan pixel.
  mutating func change(_ layer: ProcessLayer, _ body: (Int, Int, Float) -> Float) {
    for y in 0..<rect.height {
      for x in 0..<rect.width {
        coverage[layer.index][x, y] = body(rect.x + x, rect.y + y, coverage[layer.index][x, y])
      }
    }
  }
}
