internal import Raster

/// How open the surroundings of each pixel are: the share of its own material around it, at three scales.
///
/// Brightness depends on it in every microscope: a narrow trench in an electron micrograph is dark, a lone line bright.
struct Openness {
  /// Standard deviations of the windows, pixels.
  static let scales = [8.0, 24.0, 72.0]
  /// Pixels around a region that its openness depends on.
  static let halo = 224
  /// The windows are laid over cells of so many pixels a side.
  static let cell = 4

  private let material: UInt16
  private let planes: [Plane]

  /// The openness of one material's pixels.
  ///
  /// - Parameter materials: labels on a grid whose corner lies on a multiple of `cell` in the scan.
  init(of material: UInt16, in materials: Labels) {
    self.material = material
    let indicator = Plane(
      width: materials.width, height: materials.height,
      samples: materials.values.map { $0 == material ? 1 : 0 })
    let cells = indicator.reduced(by: Openness.cell)
    planes = Openness.scales.map { cells.smoothed(sigma: $0 / Double(Openness.cell)) }
  }

  /// How many features a pixel has.
  static let featureCount = 10

  /// The openness of a pixel at each scale, 0…1; the fourth is unused.
  func callAsFunction(x: Int, y: Int) -> SIMD4<Float> {
    SIMD4(sample(planes[0], x, y), sample(planes[1], x, y), sample(planes[2], x, y), 0)
  }

  /// A constant, the openness at each scale, and their products in pairs.
  static func features(_ s: SIMD4<Float>) -> SIMD16<Float> {
    var result = SIMD16<Float>(repeating: 0)
    result[0] = 1
    result[1] = s[0]
    result[2] = s[1]
    result[3] = s[2]
    result[4] = s[0] * s[0]
    result[5] = s[1] * s[1]
    result[6] = s[2] * s[2]
    result[7] = s[0] * s[1]
    result[8] = s[0] * s[2]
    result[9] = s[1] * s[2]
    return result
  }

  /// Bilinear between the cells' middles.
  private func sample(_ plane: Plane, _ x: Int, _ y: Int) -> Float {
    let scale = 1 / Float(Openness.cell)
    let u = min(max((Float(x) + 0.5) * scale - 0.5, 0), Float(plane.width - 1))
    let v = min(max((Float(y) + 0.5) * scale - 0.5, 0), Float(plane.height - 1))
    let (column, row) = (
      min(Int(u), max(0, plane.width - 2)), min(Int(v), max(0, plane.height - 2))
    )
    let (fx, fy) = (u - Float(column), v - Float(row))
    let base = row &* plane.width &+ column
    let right = plane.width > 1 ? 1 : 0
    let down = plane.height > 1 ? plane.width : 0
    return plane.samples.withUnsafeBufferPointer { samples in
      let top = samples[base] + fx * (samples[base &+ right] - samples[base])
      let low =
        samples[base &+ down] + fx * (samples[base &+ down &+ right] - samples[base &+ down])
      return top + fy * (low - top)
    }
  }
}
