public import Raster
internal import Synchronization

/// The brightness of a scan's field with its edges at the resolutions that were asked for, each found once.
public final class FieldViews: Sendable {
  /// Brightness, 0…1.
  public let luminance: Plane
  /// Where it lies in the scan.
  public let field: PixelRect
  private let known = Mutex<[Key: WorkingScan]>([:])

  private struct Key: Hashable {
    let factor: Int
    let sigma: Double
  }

  /// A field; nothing is looked at yet.
  public init(_ luminance: Plane, field: PixelRect) {
    (self.luminance, self.field) = (luminance, field)
  }

  /// The field at a resolution; see `WorkingScan`.
  func at(factor: Int, sigma: Double) -> WorkingScan {
    let key = Key(factor: factor, sigma: sigma)
    if let view = known.withLock({ $0[key] }) { return view }
    let view = WorkingScan(luminance, field: field, factor: factor, sigma: sigma)
    known.withLock { $0[key] = view }
    return view
  }
}

/// A scan's brightness at a working resolution, with its edges.
struct WorkingScan: Sendable {
  /// Scan pixels a working pixel, along both axes.
  let factor: Int
  /// The rows of the scan that hold picture.
  let field: PixelRect
  /// Brightness.
  let brightness: Plane
  let edges: EdgeField
  let energy: Double
  /// Smoothing before gradients, working pixels.
  let sigma: Double

  init(_ luminance: Plane, field: PixelRect, factor: Int, sigma: Double) {
    (self.factor, self.field, self.sigma) = (factor, field, sigma)
    brightness = luminance.reduced(by: factor)
    edges = EdgeField(ofPhotograph: brightness, sigma: sigma)
    energy = edges.energy
  }

  var width: Int { brightness.width }
  var height: Int { brightness.height }

  /// Scan pixels to working pixels.
  var toWorking: Affine {
    Affine.translation(x: -Double(field.x), y: -Double(field.y))
      .then(.scale(x: 1 / Double(factor), y: 1 / Double(factor)))
  }

  /// The reference's edges as they should appear on this grid, with `margin` working pixels around it.
  func referenceEdges(
    _ reference: any RegistrationReference, toScan: Affine, margin: Int = 0
  ) throws -> EdgeField {
    EdgeField(
      ofCoverage: try referencePlanes(reference, toScan: toScan, margin: margin), sigma: sigma)
  }

  /// The reference's planes on this grid, with `margin` working pixels around it.
  func referencePlanes(
    _ reference: any RegistrationReference, toScan: Affine, margin: Int = 0
  ) throws -> [Plane] {
    let toGrid = toScan.then(toWorking).then(.translation(x: Double(margin), y: Double(margin)))
    return try reference.planes(
      toGrid: toGrid, width: width + 2 * margin, height: height + 2 * margin)
  }

  /// The normalised correlation of the scan's edges with the reference's, −1…1.
  func score(_ referenceEdges: EdgeField) -> Double {
    let scale = energy * max(referenceEdges.energy, 0.02 * energy)
    guard scale > 0 else { return 0 }
    return EdgeField.correlation(referenceEdges, edges, in: edges.re.bounds, dx: 0, dy: 0)
      / scale.squareRoot()
  }
}
