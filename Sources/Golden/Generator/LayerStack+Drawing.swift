internal import Raster

extension LayerStack {
  /// Anti-aliased coverage of each layer as a scan shows it, 0…1.
  ///
  /// - Parameters:
  ///   - rect: scan pixels.
  ///   - toScan: layout µm to scan pixels.
  ///   - mesh: how the scan departs from that map.
  func coverage(rect: PixelRect, toScan: Affine, mesh: DisplacementMesh) throws -> [Plane] {
    guard !mesh.isStill else { return try coverage(toGrid: toScan, rect: rect) }
    let source = rect.expanded(by: Int(mesh.greatest.rounded(.up)) + 1)
    return try coverage(toGrid: toScan, rect: source).map {
      $0.resampled(
        rect: rect, toSource: .translation(x: -Double(source.x), y: -Double(source.y)), mesh: mesh)
    }
  }
}

extension PixelRect {
  /// The smallest rectangle around this one whose borders are multiples of `step`.
  func aligned(to step: Int) -> PixelRect {
    func down(_ value: Int) -> Int {
      value >= 0 ? value / step * step : -((-value + step - 1) / step) * step
    }
    let (x, y) = (down(self.x), down(self.y))
    return PixelRect(
      x: x, y: y, width: down(maxX + step - 1) - x, height: down(maxY + step - 1) - y)
  }
}
