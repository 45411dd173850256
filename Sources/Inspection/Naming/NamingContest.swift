internal import Classification
public import Foundation
internal import Matching
internal import Raster
public import Records

/// Judges by scans whose defects are known how findings are named, and what the names do for false alarms.
///
/// A finding is a defect's when it comes as near to it as `evaluate` asks; everything else that is flagged is a false alarm.
public struct NamingContest {
  private var device: Device
  private let naming: NamingStage
  private var named: [Naming] = []
  private var labels: [Int] = []
  private var record: NamingContestRecord

  /// Defects that can be seen: those `evaluate` calls plain.
  private static let (leastContrast, leastArea) = (10.0, 12)

  /// A contest.
  ///
  /// - Parameter classifier: the model; nil is the recipe's.
  /// - Throws: `RecipeError` where no classifier is named.
  public init(device: Device, classifier: URL?) throws {
    let stage =
      try classifier.map { try NamingStage($0, told: $0.relativePath, golden: nil) }
      ?? device.naming
    guard let stage else {
      throw RecipeError(
        .missingKey, path: device.recipe.path,
        detail: "classifier is missing, and no other is named")
    }
    (self.device, naming) = (device, stage)
    record = NamingContestRecord(model: stage.record)
  }

  /// Goes on with scans of another recipe.
  public mutating func go(on device: Device) { self.device = device }

  /// Judges the scans of a truth.
  ///
  /// - Parameter progress: told the scan that is worked on.
  public mutating func add(
    _ truth: KnownDefects, scans: [URL], progress: (String) -> Void = { _ in }
  ) throws {
    let reader = CropReader(naming.classifier)
    let classes = naming.classifier.card.classes
    for scan in scans {
      guard let marks = truth.scans[scan.lastPathComponent]?.defects else { continue }
      progress(scan.lastPathComponent)
      guard case .ready(let prepared) = try device.prepare(try device.read(scan), scan) else {
        record.refused += 1
        continue
      }
      let comparison = try device.compare(scan, prepared)
      let source = try naming.source(comparison.window)
      let inside = marks.filter { !$0.box.intersection(prepared.registration.extent).isEmpty }
      let candidates = comparison.findings.map {
        Judgement.Candidate($0, in: prepared.field)
      }
      let judgement = Judgement(
        scan: scan.lastPathComponent, mpx: 1, marks: inside, candidates: candidates)
      record.scans += 1
      record.mpx += Double(prepared.area.area) / 1e6
      let alarms = Set(judgement.falseAlarmIndices)
      let names = try comparison.findings.map { try reader.name($0.box, in: source) }
      record.falseAlarms += alarms.count
      record.falseAlarmsLeft += alarms.count { names[$0].verdict != .nuisance }
      for (number, mark) in inside.enumerated() {
        let isVisible =
          (mark.contrast ?? 255) >= Self.leastContrast
          && (mark.areaPx ?? mark.box.area) >= Self.leastArea
        guard isVisible, let label = classes.firstIndex(of: mark.class) else { continue }
        record.defects += 1
        let hits = candidates.indices.filter { judgement.hits[number].contains($0) }
        guard !hits.isEmpty else { continue }
        record.found += 1
        if hits.contains(where: { names[$0].verdict != .nuisance }) { record.foundLeft += 1 }
        guard let best = judgement.ownHit(of: number) else {
          record.shared += 1
          continue
        }
        named.append(names[best])
        labels.append(label)
      }
    }
  }

  /// What came of all scans.
  public var result: NamingContestRecord {
    var result = record
    result.names = NamingRecord(
      NamingScores(named, labels: labels, classes: naming.classifier.card.classes))
    return result
  }
}
