internal import Matching
internal import Raster

/// Where a scan departs from the golden that was painted for it.
///
/// A layout's edges are drawn lines; a golden's are what the microscope makes of them, shadows and rims included. So a scan
/// that was placed by the layout is placed better by its golden.
enum GoldenPlacement {
  /// The displacement that is left.
  ///
  /// - Parameters:
  ///   - views: the field, where it lies in the scan.
  ///   - golden: the brightness of its golden, of the same size.
  /// - Returns: how the scan is moved against where the golden was painted.
  static func displacement(
    of views: FieldViews, from golden: Plane
  ) throws -> DisplacementMesh {
    let registrar = Registrar(
      reference: PictureReference(golden), settings: RegistrationSettings())
    return try registrar.mesh(
      views, toScan: .translation(x: Double(views.field.x), y: Double(views.field.y)))
  }
}
