internal import Foundation
internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster
internal import Records

/// A scan whose header was read, with whatever says where it lies.
struct OpenedScan {
  let file: URL
  let image: ImageFile
  let sidecar: Sidecar?
  /// The part that shows the wafer.
  let field: PixelRect
  let place: ScanPlace
  /// Scans that may be asked what is usual; nil for those of the scan's own folder.
  var beside: OtherScans?

  /// The middle of the scan, scan pixels.
  var middle: Point { Point(x: Double(image.width) / 2, y: Double(image.height) / 2) }
}

/// A scan that was read as a whole.
struct ReadScan {
  let opened: OpenedScan
  let picture: Picture
  var field: PixelRect { opened.field }

  /// The scan's edges.
  var views: FieldViews { FieldViews(picture.luminance, field: field) }

  /// Looks for the place on the reference that the scan shows.
  func register(_ registrar: Registrar, _ views: FieldViews) throws -> RegistrationOutcome {
    try registrar.register(
      views, referencePoint: opened.place.center, scanPoint: opened.middle)
  }
}

/// Where a scan lies, and what it should show there: what it takes to judge any window of it.
struct PlacedScan: Sendable {
  let registration: Registration
  /// How the scan departs from its affine map.
  let mesh: DisplacementMesh
  let golden: any GoldenSource
  /// How bright the scan's materials are; nil when each window tells by itself.
  var levels: LightLevels?
  /// Which other scans the golden is made of; nil where it is made otherwise.
  var neighbours: NeighboursRecord?

  /// A window beside its golden.
  ///
  /// - Parameters:
  ///   - rect: scan pixels.
  ///   - picture: what the scan shows there.
  func window(_ rect: PixelRect, _ picture: Picture) throws -> PreparedScan {
    PreparedScan(
      picture: picture, field: rect, placed: self,
      region: try golden.region(rect, toScan: registration.toScan, mesh: mesh))
  }
}

/// A window of a scan, or the whole of it, beside what it should show.
struct PreparedScan: Sendable {
  let picture: Picture
  /// Where it lies in the scan.
  let field: PixelRect
  let placed: PlacedScan
  /// The golden of the window.
  var region: GoldenRegion

  var registration: Registration { placed.registration }
  var mesh: DisplacementMesh { placed.mesh }

  /// The pixels of the window that the reference covers.
  var area: PixelRect { local(registration.extent.intersection(field)) }

  /// Pixels of the scan as pixels of the window.
  func local(_ rect: PixelRect) -> PixelRect {
    PixelRect(x: rect.x - field.x, y: rect.y - field.y, width: rect.width, height: rect.height)
  }

  /// Scan and golden with as many planes as each other.
  ///
  /// - Parameter inColour: whether colour counts where both show it.
  func pair(inColour: Bool = true) -> (scan: Picture, golden: Picture) {
    let alike = picture.channels == region.picture.channels && inColour
    return (
      alike ? picture : Picture(planes: [picture.luminance]),
      alike ? region.picture : Picture(planes: [region.picture.luminance])
    )
  }

  /// What is left of the scan beside its golden.
  ///
  /// - Parameter stages: what is not left out.
  func residual(_ stages: Set<DetectionStage> = Set(DetectionStage.allCases)) -> Residual {
    let (scan, golden) = pair(inColour: stages.contains(.colour))
    return Residual(
      scan: scan, golden: golden, materials: region.materials, edgeDistance: region.edgeDistance,
      area: area, levels: placed.levels, looseness: region.looseness,
      edgesAreDrawn: region.edgesAreDrawn, trust: stages.contains(.place) ? region.trust : nil,
      stages: stages)
  }

  /// Adds the window to what tells how bright the scan's materials are.
  func add(to samples: inout LightLevels.Samples) {
    let (scan, golden) = pair()
    samples.add(
      scan: scan, golden: golden, materials: region.materials, edgeDistance: region.edgeDistance,
      area: area)
  }
}

extension Picture {
  /// A picture in the light of another: what that shows less what is left of it.
  func less(_ residual: Residual) -> Picture {
    let shown = channels == residual.planes.count ? planes : [luminance]
    return Picture(planes: zip(shown, residual.planes).map { $0.less($1) })
  }
}
