internal import Foundation
public import Raster

/// Finds a scan's place on a layout or on a golden picture, or refuses it.
///
/// Coarse to fine: edge fields are correlated over the whole stage error at about 512 pixels a side, for every pixel size and
/// rotation where no place stands alone at the middle size; the best peaks are refined block by block; rivals a period away are tried at the finer resolution;
/// what was found must then hold up against the evidence.
public struct Registrar: Sendable {
  /// How it searches and when it refuses.
  public var settings: RegistrationSettings
  /// What the scan should show.
  public var reference: any RegistrationReference

  /// A registrar of scans to one reference.
  public init(reference: any RegistrationReference, settings: RegistrationSettings) {
    (self.reference, self.settings) = (reference, settings)
  }

  /// Registers a scan.
  ///
  /// - Parameters:
  ///   - luminance: brightness of the field, 0…1.
  ///   - field: where `luminance` lies in the scan.
  ///   - referencePoint: the point of the reference that should lie at `scanPoint`.
  ///   - scanPoint: scan pixels.
  public func register(
    _ luminance: Plane, field: PixelRect, referencePoint: Point, scanPoint: Point
  ) throws -> RegistrationOutcome {
    try register(
      FieldViews(luminance, field: field), referencePoint: referencePoint, scanPoint: scanPoint)
  }

  /// The same of a field that will be looked at again.
  public func register(
    _ views: FieldViews, referencePoint: Point, scanPoint: Point
  ) throws -> RegistrationOutcome {
    let field = views.field
    let longer = max(field.width, field.height)
    let factor = max(1, Int((Double(longer) / Double(settings.coarseSize)).rounded(.up)))
    let coarse = views.at(factor: factor, sigma: 1)
    let fine = views.at(factor: max(1, factor / 2), sigma: 1.5)
    guard coarse.width >= 32, coarse.height >= 32 else {
      return .refused(reason: "the field is smaller than 32 pixels", best: nil)
    }
    guard coarse.energy > 0 else {
      return .refused(reason: "the scan shows no structure", best: nil)
    }
    let expected = Placement(
      referencePoint: referencePoint, scanPoint: scanPoint, pixelSize: 1,
      rotation: settings.expectedRotation)
    let search = CoarseSearch(scan: coarse, reference: reference, searchPx: settings.searchPx)
    let straight = placements(expected, coarse, rotations: [0])
    func attempt(_ peaks: [CoarseSearch.Peak]) throws -> RegistrationOutcome {
      try self.attempt(search, coarse, fine, expected, peaks)
    }
    // Where a place stands alone, pixels of other sizes need not be asked.
    if straight.count > 1,
      let peak = try search.lonePeak(straight[straight.count / 2], above: settings.leastScore),
      case .registered(let registration) = try attempt([peak])
    {
      return .registered(registration)
    }
    // A stage is rarely turned: rotations are tried when straight placements do not hold up.
    var outcome = try attempt(search.bestPeaks(straight))
    let turns = rotations(coarse)
    if case .refused(_, let best) = outcome, turns.count > 1 {
      let second = try attempt(
        search.bestPeaks(placements(expected, coarse, rotations: turns)))
      if case .registered = second { return second }
      if case .refused(_, let other) = second, (other?.confidence ?? 0) > (best?.confidence ?? 0) {
        outcome = second
      }
    }
    return outcome
  }

  /// Steps small enough that the edges of the picture stay within the blur of the edge fields.
  private func step(_ scan: WorkingScan) -> Double { 5 / Double(max(scan.width, scan.height)) }

  private func rotations(_ scan: WorkingScan) -> [Double] {
    let count = Int((settings.rotationRange / step(scan)).rounded(.up))
    guard count > 0 else { return [0] }
    return (-count...count).map { settings.rotationRange * Double($0) / Double(count) }
  }

  private func placements(
    _ expected: Placement, _ scan: WorkingScan, rotations: [Double]
  ) -> [Placement] {
    settings.pixelSizes.flatMap { range -> [Placement] in
      let ratio = range.upperBound / range.lowerBound
      let count = Int((log(ratio) / step(scan)).rounded(.up))
      return (0...count).flatMap { index in
        rotations.map { rotation in
          var placement = expected
          placement.pixelSize =
            range.lowerBound * pow(ratio, count > 0 ? Double(index) / Double(count) : 0)
          placement.rotation += rotation
          return placement
        }
      }
    }
  }

  private func attempt(
    _ search: CoarseSearch, _ coarse: WorkingScan, _ fine: WorkingScan, _ expected: Placement,
    _ peaks: [CoarseSearch.Peak]
  ) throws -> RegistrationOutcome {
    let peaks = peaks.sorted { $0.score > $1.score }
    guard let top = peaks.first, top.score > 0.02 else {
      return .refused(
        reason: "the \(reference.noun) and the scan have no structure in common here", best: nil)
    }
    var best: (toScan: Affine, score: Double)?
    for peak in distinct(peaks, scan: coarse) {
      let refined = try coarse.refine(
        reference, toScan: peak.placement.toScan(yPointsUp: reference.yPointsUp), radius: 4,
        rounds: 6, isAffine: false)
      if refined.score > (best?.score ?? -1) { best = (refined.toScan, refined.score) }
    }
    guard let best else { return .refused(reason: "nothing to refine", best: nil) }
    let map = try search.map(toScan: best.toScan)
    let rivals = try Rivals(
      reference: reference, search: search, fine: fine, toScan: best.toScan, map: map,
      expected: expected,
      marks: try Marks(reference, fine: fine, searchPx: settings.searchPx),
      leastMarks: settings.leastMarks)
    return try judge(rivals, fine, expected)
  }

  /// The best few peaks that are different places, sizes or rotations.
  private func distinct(_ peaks: [CoarseSearch.Peak], scan: WorkingScan) -> [CoarseSearch.Peak] {
    var kept: [CoarseSearch.Peak] = []
    for peak in peaks where peak.score > 0.7 * peaks[0].score && kept.count < 6 {
      let isNew = kept.allSatisfy { other in
        let near = 6 * Double(scan.factor)
        return abs(other.shift.x - peak.shift.x) > near || abs(other.shift.y - peak.shift.y) > near
          || abs(log(other.placement.pixelSize / peak.placement.pixelSize)) > 2.5 * step(scan)
          || abs(other.placement.rotation - peak.placement.rotation) > 1.5 * step(scan)
      }
      if isNew { kept.append(peak) }
    }
    return kept
  }

  private func judge(
    _ rivals: Rivals, _ fine: WorkingScan, _ expected: Placement
  ) throws -> RegistrationOutcome {
    let toScan = rivals.toScan
    let planes = try fine.referencePlanes(reference, toScan: toScan)
    var extent = reference.extent(toScan: toScan, field: fine.field)
    guard extent.width >= 32, extent.height >= 32 else {
      return .refused(reason: "the scan lies outside the golden", best: nil)
    }
    var evidence = fine.evidence(
      for: planes, isDrawn: reference.isDrawn, in: fine.working(extent))
    if 1 - evidence.explained > 0.05,
      let drawn = try reference.suspectedExtent(toScan: toScan, field: extent)
    {
      let inside = fine.evidence(
        for: planes, isDrawn: reference.isDrawn, in: fine.working(drawn))
      if inside.explained > evidence.explained { (evidence, extent) = (inside, drawn) }
    }
    let radius = max(4, Int((0.016 * Double(fine.width)).rounded()))
    let disagreement = fine.halvesDisagreement(rivals.edges, radius: radius)
      .map { $0 * Double(fine.factor) }
    let found = toScan(expected.referencePoint)
    var registration = Registration(
      toScan: toScan,
      offset: Point(x: found.x - expected.scanPoint.x, y: found.y - expected.scanPoint.y),
      score: rivals.score, evidence: evidence, halvesDisagreePx: disagreement,
      ambiguities: rivals.ambiguities, marks: rivals.agreement, extent: extent, confidence: 0)
    let tests = tests(registration, fieldWidth: fine.field.width)
    registration.confidence = tests.map(\.margin).min() ?? 0
    if let failed = tests.first(where: { $0.margin < 0.5 }) {
      return .refused(reason: failed.sentence, best: registration)
    }
    return .registered(registration)
  }

  /// What a registration must pass: a margin of 0.5 is just enough.
  private func tests(
    _ found: Registration, fieldWidth: Int
  ) -> [(margin: Double, sentence: String)] {
    func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
    let (evidence, noun) = (found.evidence, reference.noun)
    let disagreement = (found.halvesDisagreePx ?? 0) / Double(fieldWidth)
    let pixelSizeOff =
      settings.pixelSizes.map {
        max($0.lowerBound / found.pixelSize, found.pixelSize / $0.upperBound, 1) - 1
      }.min() ?? 0
    let marks = found.marks.map { marks in
      (
        max(marks, 0) / (max(marks, 0) + settings.leastMarks),
        "the alignment marks are not where the \(noun) has them: they agree with the scan's edges there by only "
          + String(format: "%.2f", marks)
      )
    }
    return (marks.map { [$0] } ?? []) + [
      (
        max(found.score, 0) / (max(found.score, 0) + settings.leastScore),
        "the scan does not show this place of the \(noun): the edges correlate by only "
          + String(format: "%.2f", found.score)
      ),
      (
        evidence.contrast / (evidence.contrast + settings.leastContrast),
        "the \(noun)'s edges are not seen in the scan"
      ),
      (
        min(evidence.supported, evidence.explained)
          / (min(evidence.supported, evidence.explained) + 0.5),
        "the scan shows something else: \(percent(evidence.supported)) of the \(noun)'s edges are seen, and the "
          + "\(noun) explains \(percent(evidence.explained)) of the scan's"
      ),
      (
        1 / (1 + evidence.doubt / settings.greatestDoubt),
        "the scan shows something else: only \(percent(evidence.supported)) of the \(noun)'s edges are seen, and the "
          + "\(noun) explains only \(percent(evidence.explained)) of the scan's"
      ),
      (
        1 / (1 + max(found.strain, pixelSizeOff) / settings.greatestStrain),
        "the scan fits this place of the \(noun) only when it is stretched by "
          + percent(max(found.strain, pixelSizeOff))
      ),
      (
        1 / (1 + disagreement / settings.greatestDisagreement),
        "two halves of the scan disagree about its place by \(Int(disagreement * Double(fieldWidth))) pixels"
      ),
    ]
  }
}

extension WorkingScan {
  /// The working pixels of a part of the scan.
  func working(_ rect: PixelRect) -> PixelRect {
    let (x, y) = ((rect.x - field.x) / factor, (rect.y - field.y) / factor)
    return PixelRect(x: x, y: y, width: rect.width / factor, height: rect.height / factor)
      .intersection(brightness.bounds)
  }
}
