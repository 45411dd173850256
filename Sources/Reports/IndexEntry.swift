public import Records

/// One line of the index: what a scan's record says, without its findings' details.
public struct IndexEntry: Sendable, Equatable, Codable {
  /// The name of the scan's folder in the output.
  public var folder: String
  /// The device named by the recipe.
  public var device: String
  /// The name of the scan's file.
  public var scan: String
  /// Lot, wafer and die as the sidecar names them; empty when nothing is known.
  public var origin: String
  /// What became of the scan.
  public var outcome: Outcome
  /// Confidence of the registration, 0…1; nil when the scan was not placed.
  public var confidence: Double?
  /// Area compared, in millions of pixels.
  public var inspectedMpx: Double
  /// Wall time of the inspection in seconds.
  public var seconds: Double
  /// When the scan was taken, ISO 8601.
  public var takenAt: String?

  /// What became of a scan.
  public enum Outcome: Sendable, Equatable, Codable {
    /// It was inspected, with so many findings brighter and darker than the golden.
    case inspected(bright: Int, dark: Int)
    /// It could not be inspected, for a reason.
    case notInspectable(reason: String)
    /// Its `findings.json` can't be read, for a reason.
    case unreadable(reason: String)
  }

  /// The line of a record.
  public init(record: InspectionRecord, folder: String) {
    self.folder = folder
    device = record.device
    scan = Wording.fileName(record.scan.path)
    let die = record.scan.die.map { "die " + Wording.die($0) }
    origin = [record.scan.lot, record.scan.wafer, die].compactMap { $0 }.filter { !$0.isEmpty }
      .joined(separator: " · ")
    if record.verdict == .inspected {
      let counted = record.counted
      let bright = counted.count { $0.polarity == .bright }
      outcome = .inspected(bright: bright, dark: counted.count - bright)
    } else {
      outcome = .notInspectable(reason: record.reason ?? "no reason was recorded")
    }
    confidence = record.registration?.confidence
    (inspectedMpx, seconds) = (record.inspectedMpx, record.seconds)
    takenAt = record.scan.takenAt
  }

  /// The line of a folder whose record can't be read.
  init(unreadable folder: String, reason: String) {
    (self.folder, device, scan, origin) = (folder, "", folder, "")
    outcome = .unreadable(reason: reason)
    (confidence, inspectedMpx, seconds, takenAt) = (nil, 0, 0, nil)
  }

  /// Findings in all; nil unless the scan was inspected.
  public var findings: Int? {
    if case .inspected(let bright, let dark) = outcome { bright + dark } else { nil }
  }
}
