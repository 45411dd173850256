public import Foundation
internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster
internal import Records

extension Device {
  /// The version that records name.
  public static let program = "goldendie 0.1.0"

  /// What a scan may hold at most, for it is compared as a whole.
  private static let greatestMpx = 64

  /// A stage of the way of a scan, as progress tells it.
  public enum Stage: String, Sendable {
    case reading, registering, painting, comparing, naming
  }

  /// Inspects one scan.
  ///
  /// - Parameters:
  ///   - scan: the image file; its sidecar, if any, lies beside it.
  ///   - path: what the record names it by, for a scan that is elsewhere while it is inspected. The default is its path.
  ///   - progress: told as each stage begins.
  /// - Returns: findings, or the reason why the scan is not inspectable.
  /// - Throws: `ImageFileError`, `RecipeError` (of the sidecar) or `InspectionError` when the scan can't be used at all.
  public func inspect(
    _ scan: URL, recordedAs path: String? = nil, progress: (Stage) -> Void = { _ in }
  ) throws -> InspectedScan {
    let clock = ContinuousClock()
    let start = clock.now
    progress(.reading)
    let read = try read(scan)
    let (image, sidecar, field, picture) = (read.image, read.sidecar, read.field, read.picture)
    var scanRecord = ScanRecord(
      path: path ?? scan.relativePath, sha256: try FileHash.sha256(scan), width: image.width,
      height: image.height)
    (scanRecord.lot, scanRecord.wafer, scanRecord.slot) = (
      sidecar?.lot, sidecar?.wafer, sidecar?.slot
    )
    (scanRecord.die, scanRecord.takenAt) = (sidecar?.die, sidecar?.takenAt)

    let prepared = try prepare(read, scan, progress: progress)

    func record(
      _ verdict: Verdict, reason: String?, _ registration: Registration?, area: PixelRect?,
      findings: [FindingRecord]
    ) -> InspectionRecord {
      return InspectionRecord(
        program: Device.program, device: recipe.device, scan: scanRecord, recipe: recipeRecord,
        layout: layoutRecord, verdict: verdict, reason: reason,
        registration: registration.map { self.record($0) }, golden: goldenRecord,
        inspectedBox: area, inspectedMpx: Double(area?.area ?? 0) / 1e6,
        seconds: (clock.now - start).inSeconds, findings: findings)
    }
    let threshold = flaggedDifference
    switch prepared {
    case .refused(let reason, let best):
      return InspectedScan(
        record: record(.notInspectable, reason: reason, best, area: nil, findings: []),
        field: field,
        scan: picture, golden: nil, difference: nil, threshold: threshold)
    case .ready(let prepared):
      let (registration, region) = (prepared.registration, prepared.region)
      let extent = registration.extent
      progress(.comparing)
      let comparison = try compare(scan, prepared)
      let difference = comparison.normalised.blank(outside: prepared.area)
      var findings = comparison.findings.enumerated().map { index, finding in
        self.record(
          finding, id: index + 1, field: field, scan: scanRecord, registration: registration,
          materials: region.materials)
      }
      var explained: [ExplainedFinding] = []
      if let naming {
        progress(.naming)
        (findings, explained) = try naming.named(
          findings,
          in: NamingStage.View(
            field: field, scan: picture, golden: comparison.golden, difference: difference,
            threshold: threshold, toScan: registration.toScan, mesh: prepared.mesh))
      }
      return InspectedScan(
        record: record(.inspected, reason: nil, registration, area: extent, findings: findings),
        field: field, scan: picture, golden: comparison.golden,
        difference: difference, threshold: threshold, explained: explained, naming: naming)
    }
  }

  /// A scan that was read, with whatever says where it lies.
  struct ReadScan {
    let image: ImageFile
    let sidecar: Sidecar?
    let field: PixelRect
    let picture: Picture
    let place: ScanPlace

    /// Looks for the place on the reference that the scan shows.
    func register(_ registrar: Registrar, _ luminance: Plane) throws -> RegistrationOutcome {
      try registrar.register(
        luminance, field: field, referencePoint: place.center,
        scanPoint: Point(x: Double(image.width) / 2, y: Double(image.height) / 2))
    }
  }

  /// Reads a scan and its sidecar.
  func read(_ scan: URL) throws -> ReadScan {
    let sidecar = try Sidecar.read(for: scan)
    let image = try ImageFile(path: scan.path)
    let field = try field(of: image, scan)
    let place = try ScanPlace(of: scan, image: image, field: field, sidecar: sidecar, device: self)
    let picture = try image.read(field).withoutIdleColour
    // Damage below the valid rows is damage of the file.
    if field.maxY < image.height {
      _ = try image.read(
        PixelRect(x: 0, y: field.maxY, width: image.width, height: image.height - field.maxY))
    }
    return ReadScan(image: image, sidecar: sidecar, field: field, picture: picture, place: place)
  }

  private func field(of image: ImageFile, _ scan: URL) throws -> PixelRect {
    let rows = recipe.scan.validRows ?? 0..<image.height
    let field = PixelRect(
      x: 0, y: rows.lowerBound, width: image.width,
      height: max(0, min(rows.upperBound, image.height) - rows.lowerBound))
    guard field.height > 0 else {
      throw InspectionError(
        .unusableScan, path: scan.relativePath,
        "the scan has \(image.height) rows, and scan.valid_rows begins at \(rows.lowerBound)")
    }
    guard field.area <= Device.greatestMpx * 1_000_000 else {
      throw InspectionError(
        .unusableScan, path: scan.relativePath,
        "the scan has \(field.area / 1_000_000) Mpx; up to \(Device.greatestMpx) Mpx are inspected at once"
      )
    }
    return field
  }

  func reference() throws -> any RegistrationReference {
    if let supplied { return PictureReference(supplied.picture) }
    guard let stack else { preconditionFailure("a recipe without a layout has a golden picture") }
    return LayoutReference(stack: stack)
  }

  private var goldenRecord: GoldenRecord {
    if let generator { return GoldenRecord(kind: "generator", file: generator.record) }
    return supplied.map { GoldenRecord(kind: "image", file: $0.record) }
      ?? GoldenRecord(kind: recipe.golden == .tree ? "tree" : "table")
  }

  var comparisonSettings: ComparisonSettings {
    var settings = ComparisonSettings()
    if let threshold = recipe.matching.threshold { settings.seedSigma = threshold }
    if let contrast = recipe.matching.leastContrast { settings.leastContrast = contrast }
    return settings
  }

  private func record(_ registration: Registration) -> RegistrationRecord {
    let map = registration.toScan
    // A golden picture's pixels are µm only when the recipe says how large they are.
    let unit: Double? = supplied == nil ? 1 : nil
    return RegistrationRecord(
      layoutToScan: [[map.a, map.b, map.tx], [map.c, map.d, map.ty]],
      pixelSizeUm: unit.map { $0 * registration.pixelSize },
      rotationDeg: registration.rotation * 180 / .pi, offsetPx: registration.offset,
      confidence: registration.confidence, score: registration.score,
      halvesDisagreePx: registration.halvesDisagreePx,
      ambiguousAlong: registration.ambiguities.map { period in
        Ambiguity(
          axis: period.axis, periodUm: unit.map { $0 * period.px * registration.pixelSize },
          periodPx: period.px)
      })
  }

  private func record(
    _ finding: Finding, id: Int, field: PixelRect, scan: ScanRecord, registration: Registration,
    materials: Labels
  ) -> FindingRecord {
    var box = finding.box
    box.x += field.x
    box.y += field.y
    let center = Point(x: finding.center.x + Double(field.x), y: finding.center.y + Double(field.y))
    var flagged = Set<Int>()
    var under = [Int](repeating: 0, count: 16)
    for run in finding.runs {
      for x in run.columns {
        flagged.insert((run.y + field.y) * scan.width + x + field.x)
        let code = materials[x, run.y]
        for bit in 0..<16 where code & (1 << UInt16(bit)) != 0 { under[bit] += 1 }
      }
    }
    let layers = (supplied == nil ? stack?.layers ?? [] : []).enumerated()
      .filter { 10 * under[$0.offset] >= finding.areaPx }.map(\.element.name)
    return FindingRecord(
      id: id, box: box, areaPx: finding.areaPx,
      layoutUm: supplied == nil ? registration.toScan.inverse(center) : nil, die: scan.die,
      polarity: finding.contrast >= 0 ? .bright : .dark, score: finding.score,
      contrast: finding.contrast,
      mask: RunLengthMask(box: box, width: scan.width, height: scan.height) { x, y in
        flagged.contains(y * scan.width + x)
      },
      layers: layers)
  }
}
