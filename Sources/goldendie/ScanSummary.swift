import Foundation
import Raster
import Records
import Reports

/// What became of one scan, in the words of the table and the keys of `--json`.
struct ScanSummary: Encodable {
  /// `inspected`, `not_inspectable`, or `failed` for a scan that can't be read.
  var verdict: String
  /// The path as it was given.
  var scan: String
  /// Why it was not inspected.
  var reason: String?
  /// How many places count as defects, and how many are kept as nuisances; nil unless it was inspected.
  var findings, nuisances: Int?
  var confidence, score, pixelSizeUm, rotationDeg: Double?
  var offsetPx: Point?
  var ambiguousAlong: [Ambiguity]?
  var inspectedMpx: Double?
  /// Area that shows layers which the generator was never shown together; nil where that is not known.
  var untaughtMpx: Double?
  /// Wall time of everything done for the scan.
  var seconds: Double
  /// The scan's folder in the output; nil when it failed.
  var folder: String?

  enum CodingKeys: String, CodingKey {
    case scan, verdict, reason, findings, nuisances, confidence, score
    case offsetPx = "offset_px"
    case pixelSizeUm = "pixel_size_um"
    case rotationDeg = "rotation_deg"
    case ambiguousAlong = "ambiguous_along"
    case inspectedMpx = "inspected_mpx"
    case untaughtMpx = "untaught_mpx"
    case seconds, folder
  }

  /// A scan with its record.
  init(_ record: InspectionRecord, seconds: Double, folder: URL) {
    scan = record.scan.path
    verdict = record.verdict.rawValue
    reason = record.reason
    if record.verdict == .inspected {
      findings = record.counted.count
      nuisances = record.findings.count - record.counted.count
    }
    if let placed = record.registration {
      (confidence, score) = (placed.confidence, placed.score)
      (pixelSizeUm, rotationDeg) = (placed.pixelSizeUm, placed.rotationDeg)
      (offsetPx, ambiguousAlong) = (placed.offsetPx, placed.ambiguousAlong)
    }
    (inspectedMpx, untaughtMpx) = (record.inspectedMpx, record.untaughtMpx)
    self.seconds = seconds
    self.folder = folder.relativePath
  }

  /// A scan that can't be read.
  init(failed scan: String, reason: String, seconds: Double) {
    (self.scan, verdict, self.reason, self.seconds) = (scan, "failed", reason, seconds)
  }

  /// Writes absent parts as `null`, so that every key is always there.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(scan, forKey: .scan)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(reason, forKey: .reason)
    try container.encode(findings, forKey: .findings)
    try container.encode(nuisances, forKey: .nuisances)
    try container.encode(confidence, forKey: .confidence)
    try container.encode(score, forKey: .score)
    try container.encode(offsetPx, forKey: .offsetPx)
    try container.encode(pixelSizeUm, forKey: .pixelSizeUm)
    try container.encode(rotationDeg, forKey: .rotationDeg)
    try container.encode(ambiguousAlong, forKey: .ambiguousAlong)
    try container.encode(inspectedMpx, forKey: .inspectedMpx)
    try container.encode(untaughtMpx, forKey: .untaughtMpx)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(folder, forKey: .folder)
  }
}

extension ScanSummary {
  /// The table of some scans, the reasons of those not inspected below it.
  static func lines(_ summaries: [ScanSummary]) -> [String] {
    var table = TextTable([
      .init(title: "scan"), .init(title: "verdict"), .init(title: "findings", isNumber: true),
      .init(title: "confidence", isNumber: true), .init(title: "score", isNumber: true),
      .init(title: "offset px", isNumber: true), .init(title: "pixel µm", isNumber: true),
      .init(title: "ambiguous"), .init(title: "seconds", isNumber: true),
    ])
    for summary in summaries { table.add(summary.row) }
    let reasons = summaries.compactMap { summary -> String? in
      guard let reason = summary.reason?.onOneLine else { return nil }
      // Errors name the file themselves.
      let sentence = reason.range(of: "\(summary.name): ").map { reason[$0.upperBound...] }
      return "\(summary.name): \(summary.words): \(sentence ?? reason[...])"
    }
    let notes = reasons + summaries.compactMap(\.untaught)
    return table.lines + (notes.isEmpty ? [] : [""] + notes)
  }

  /// What is not judged for want of teaching, where it is more than a hundredth.
  private var untaught: String? {
    guard let inspectedMpx, let untaughtMpx, untaughtMpx > 0.01 * (inspectedMpx + untaughtMpx)
    else { return nil }
    let share = 100 * untaughtMpx / (inspectedMpx + untaughtMpx)
    return
      "\(name): \(share.digits(0)) % of it shows layers that the generator was never shown together, and is not judged"
  }

  private var name: String { (scan as NSString).lastPathComponent.onOneLine }
  private var words: String { verdict.replacing("_", with: " ") }

  private var row: [String] {
    let none = "-"
    let ambiguous = (ambiguousAlong ?? []).map { place in
      place.periodPx > 0
        ? "\(place.axis) every \(place.periodPx.digits(1)) px" : "all along \(place.axis)"
    }
    return [
      name, words, findings.map(String.init) ?? none, confidence?.digits(2) ?? none,
      score?.digits(3) ?? none,
      offsetPx.map { "\($0.x.digits(1)), \($0.y.digits(1))" } ?? none,
      pixelSizeUm?.significant(5) ?? none,
      ambiguousAlong == nil ? none : ambiguous.isEmpty ? "no" : ambiguous.joined(separator: ", "),
      seconds.digits(1),
    ]
  }
}
