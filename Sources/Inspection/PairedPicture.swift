internal import Golden
internal import Matching
internal import Raster

/// A picture in the place and light of another of the same thing.
struct PairedPicture {
  /// The picture less the other where it lies upon it, plane by plane; NaN where it does not reach.
  let difference: [Plane]
  /// Its place: its pixels to those of the other.
  let registration: Registration

  /// So near its border its place and light are not known well enough, pixels.
  private static let margin = 6

  /// How it is looked for.
  struct Search {
    /// How far it may be off to each side, pixels.
    var px: Double
    /// How far it may be turned either way, and how far it should be, radians.
    var rotation: Double
    var expectedRotation = 0.0
    /// By how much it should be moved to lie on the other, pixels.
    var expectedShift = Point(x: 0, y: 0)
  }

  /// Places a picture upon another; nil, with the reason, where it shows something else.
  ///
  /// - Parameter stages: what is not left out.
  ///
  /// - Parameters:
  ///   - picture: what is to be placed.
  ///   - anchor: what keeps its place and light.
  static func pair(
    _ picture: Picture, with anchor: Picture, _ search: Search,
    stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) throws -> (paired: PairedPicture?, reason: String) {
    guard picture.channels == anchor.channels else {
      return (nil, picture.channels == 3 ? "it is in colour" : "it is grey")
    }
    guard min(picture.width, picture.height) >= 32 else {
      return (nil, "it is smaller than 32 pixels")
    }
    var settings = RegistrationSettings()
    settings.searchPx = min(search.px, Double(anchor.width))
    settings.rotationRange = search.rotation
    settings.expectedRotation = search.expectedRotation
    settings.greatestDoubt = ScanPlace.pictureDoubt
    let registrar = Registrar(reference: PictureReference(picture.luminance), settings: settings)
    let (field, luminance) = (anchor.bounds, anchor.luminance)
    let (middle, shift) = (field.middle, search.expectedShift)
    let outcome = try registrar.register(
      luminance, field: field, referencePoint: picture.bounds.middle,
      scanPoint: Point(x: middle.x + shift.x, y: middle.y + shift.y))
    guard case .registered(let registration) = outcome else {
      guard case .refused(let reason, _) = outcome else { preconditionFailure("refused") }
      return (nil, reason)
    }
    let mesh = try registrar.mesh(luminance, field: field, toScan: registration.toScan)
    let golden = SuppliedGolden(sharp: picture)
    let placed = PlacedScan(
      registration: registration.showing(golden, mesh), mesh: mesh, golden: golden)
    var prepared = try placed.window(field, anchor)
    let area = prepared.area
    if stages.contains(.surface) {
      prepared.region.picture = LightSurface(
        of: anchor, over: prepared.region.picture, in: area)(prepared.region.picture)
    }
    let inner = area.expanded(by: -margin).intersection(area)
    return (
      PairedPicture(
        difference: prepared.residual().planes.map { $0.map { -$0 }.blank(outside: inner) },
        registration: placed.registration), ""
    )
  }
}

extension PixelRect {
  /// The middle, continuous coordinates.
  var middle: Point { Point(x: Double(x) + Double(width) / 2, y: Double(y) + Double(height) / 2) }
}
