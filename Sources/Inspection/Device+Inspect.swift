public import Foundation
internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster
internal import Records

extension Device {
  /// The version that records name.
  public static let program = "goldendie 0.1.0"

  /// A stage of the way of a scan, as progress tells it.
  public enum Stage: String, Sendable {
    case reading, registering, painting, comparing, naming
  }

  /// Inspects one scan.
  ///
  /// - Parameters:
  ///   - scan: the image file; its sidecar, if any, lies beside it.
  ///   - path: what the record names it by, for a scan that is elsewhere while it is inspected. The default is its path.
  ///   - beside: the scans that may tell what is usual, where the recipe asks for neighbours. The default, nil, is those of
  ///     the scan's own folder.
  ///   - footprint: how much of the scan is held at a time.
  ///   - progress: told as each stage begins.
  /// - Returns: findings, or the reason why the scan is not inspectable.
  /// - Throws: `ImageFileError`, `RecipeError` (of the sidecar) or `InspectionError` when the scan can't be used at all.
  public func inspect(
    _ scan: URL, recordedAs path: String? = nil, beside: OtherScans? = nil,
    footprint: Footprint = Footprint(),
    progress: (Stage) -> Void = { _ in }
  ) throws -> InspectedScan {
    let clock = ContinuousClock()
    let start = clock.now
    progress(.reading)
    var opened = try open(scan)
    opened.beside = beside
    let (image, sidecar, field) = (opened.image, opened.sidecar, opened.field)
    var scanRecord = ScanRecord(
      path: path ?? scan.relativePath, sha256: try FileHash.sha256(scan), width: image.width,
      height: image.height)
    (scanRecord.lot, scanRecord.wafer, scanRecord.slot) = (
      sidecar?.lot, sidecar?.wafer, sidecar?.slot
    )
    (scanRecord.die, scanRecord.takenAt) = (sidecar?.die, sidecar?.takenAt)
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
    switch try examine(opened, footprint: footprint, progress: progress) {
    case .refused(let reason, let best, let overview):
      return InspectedScan(
        record: record(.notInspectable, reason: reason, best, area: nil, findings: []),
        field: field, threshold: Calibration.score(rate: Self.usualRate), overview: overview,
        windows: nil)
    case .examined(let seen):
      var findings = seen.findings.enumerated().map { index, finding in
        self.record(
          finding, id: index + 1, field: field, scan: scanRecord, registration: seen.registration)
      }
      var explained: [ExplainedFinding] = []
      if let naming {
        progress(.naming)
        (findings, explained) = try named(findings, by: naming, seen, field: field)
      }
      var told = record(
        .inspected, reason: nil, seen.registration, area: seen.registration.extent,
        findings: findings)
      if generator?.golden.generator.card.materials != nil {
        let unknown = Double(seen.unknownPx) / 1e6
        (told.inspectedMpx, told.untaughtMpx) = (told.inspectedMpx - unknown, unknown)
      }
      told.neighbours = seen.neighbours
      told.processVariation = seen.edges.map { self.record($0, seen.registration) }
      told.repeated = seen.repeated?.enumerated().map { index, repeated in
        RepeatedRecord(
          dies: repeated.dies, of: repeated.asked,
          finding: self.record(
            repeated.finding, id: findings.count + index + 1, field: field, scan: scanRecord,
            registration: seen.registration))
      }
      return InspectedScan(
        record: told, field: field, threshold: seen.threshold, overview: seen.overview,
        windows: seen.windows, explained: explained, naming: naming, layerLooks: layerLooks)
    }
  }

  private var goldenRecord: GoldenRecord {
    let kind = recipe.golden.kind
    guard let files = supplied?.files, files.count > 1 else {
      return GoldenRecord(kind: kind, file: generator?.record ?? supplied?.files.first)
    }
    return GoldenRecord(kind: kind, pictures: files)
  }

  private func record(_ registration: Registration) -> RegistrationRecord {
    let map = registration.toScan
    // A golden picture's pixels are µm only when the recipe says how large they are.
    let unit: Double? = comparesPictures ? nil : 1
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
      },
      marks: comparesPictures
        ? nil
        : recipe.matching.marks.map {
          MarksRecord(layer: $0, agreement: registration.marks)
        })
  }

  private func record(
    _ finding: Finding, id: Int, field: PixelRect, scan: ScanRecord, registration: Registration
  ) -> FindingRecord {
    var box = finding.box
    box.x += field.x
    box.y += field.y
    let center = Point(x: finding.center.x + Double(field.x), y: finding.center.y + Double(field.y))
    var flagged = [Bool](repeating: false, count: box.area)
    for run in finding.runs {
      let row = (run.y + field.y - box.y) * box.width + field.x - box.x
      for x in run.columns { flagged[row + x] = true }
    }
    let layers = (comparesPictures ? [] : stack?.layers ?? []).enumerated()
      .filter { 10 * finding.layerPixels[$0.offset] >= finding.areaPx }.map(\.element.name)
    return FindingRecord(
      id: id, box: box, areaPx: finding.areaPx,
      layoutUm: comparesPictures ? nil : registration.toScan.inverse(center), die: scan.die,
      polarity: finding.contrast >= 0 ? .bright : .dark, score: finding.score,
      contrast: finding.contrast,
      mask: RunLengthMask(box: box, width: scan.width, height: scan.height) { x, y in
        flagged[(y - box.y) * box.width + x - box.x]
      },
      layers: layers)
  }
}
