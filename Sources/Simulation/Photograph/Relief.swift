import Layout
import Raster

/// What lies where in a field: coverage of each process layer after lithography and etching.
struct Relief {
  /// Pixels around a window within which a change shows in it.
  static let halo = 12

  /// The scan pixels that the planes show.
  let rect: PixelRect
  /// Coverage, 0…1, in the order of `ProcessLayer`.
  var coverage: [Plane]

  /// The layers of a field, corners rounded and edges moved by the process.
  ///
  /// - Throws: `LayoutError` where a field is too complex.
  init(
    of layout: Layout, cell: CellID, toScan: Affine, rect: PixelRect, settings: SimulationSettings,
    pixelSizeUm: Double
  ) throws {
    self.rect = rect
    let sigma = settings.cornerRoundingUm / pixelSizeUm
    let bias = settings.etchBiasUm / pixelSizeUm
    coverage = try ProcessLayer.allCases.map { layer in
      let drawn = try layout.coverage(of: layer.id, in: cell, layoutToScan: toScan, rect: rect)
      guard sigma > 0 else { return drawn }
      // The blurred edge rises by 1/(σ√2π) a pixel; steepened to about one a pixel it is an edge again.
      let gain = Float(max(1, sigma * 2.5066))
      let shift = Float(bias) + 0.5
      return drawn.smoothed(sigma: sigma).map { min(max(($0 - 0.5) * gain + shift, 0), 1) }
    }
  }

  private init(rect: PixelRect, coverage: [Plane]) { (self.rect, self.coverage) = (rect, coverage) }

  /// The same of a window inside it.
  func crop(_ window: PixelRect) -> Relief {
    let local = PixelRect(
      x: window.x - rect.x, y: window.y - rect.y, width: window.width, height: window.height)
    return Relief(rect: window, coverage: coverage.map { $0.crop(local) })
  }

  /// Coverage at a scan pixel inside the rectangle.
  func coverage(of layer: ProcessLayer, x: Int, y: Int) -> Float {
    coverage[layer.index][x - rect.x, y - rect.y]
  }
}
