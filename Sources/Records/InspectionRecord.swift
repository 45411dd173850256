public import Raster

/// What is recorded of one inspected scan, and the content of `findings.json` (format `goldendie.findings/1`).
///
/// Boxes are in scan pixels, origin top left; `layout_um` is in layout µm, y up.
public struct InspectionRecord: Sendable, Equatable, Codable {
  /// Names the format and its version.
  public static let format = "goldendie.findings/1"

  /// `InspectionRecord.format`.
  public var format = InspectionRecord.format
  /// Version of the program that wrote the record.
  public var program: String
  /// The device named by the recipe.
  public var device: String
  /// The scan that was inspected.
  public var scan: ScanRecord
  /// The recipe it was inspected by.
  public var recipe: FileRecord
  /// The layout, absent when the golden is a picture.
  public var layout: FileRecord?
  /// Whether the scan could be inspected at all.
  public var verdict: Verdict
  /// Why the scan is not inspectable; nil when it was inspected.
  public var reason: String?
  /// Where the scan lies on the layout; nil when that was not found out.
  public var registration: RegistrationRecord?
  /// What the scan was compared with.
  public var golden: GoldenRecord
  /// Which other dies told what is usual; nil where the recipe asks for none.
  public var neighbours: NeighboursRecord?
  /// The part of the scan that was compared, pixels; nil when it is not inspectable.
  public var inspectedBox: PixelRect?
  /// Area compared, in millions of pixels.
  public var inspectedMpx: Double
  /// Area of that part that was not compared, since the layers drawn there are a combination that the generator was never taught
  /// and too few other dies show; nil where the golden is no generator's, or it is not known what that was taught.
  public var untaughtMpx: Double?
  /// Wall time of the inspection in seconds.
  public var seconds: Double
  /// Flagged places, numbered from 1 in order of falling score.
  public var findings: [FindingRecord]
  /// What stands out from the golden, and is no finding because most of the neighbours show it at the same place too, numbered
  /// on from the findings; nil where no neighbours told.
  public var repeated: [RepeatedRecord]?
  /// How far each layer's edges lie from the golden's, which is no finding: each over all, then the parts that differ; nil where
  /// the golden is no generator's.
  public var processVariation: [ProcessVariationRecord]?

  /// The findings that count as defects: all but nuisances.
  public var counted: [FindingRecord] { findings.filter(\.isCounted) }

  enum CodingKeys: String, CodingKey {
    case format, program, device, scan, recipe, layout, verdict, reason, registration, golden
    case neighbours
    case inspectedBox = "inspected_box"
    case inspectedMpx = "inspected_mpx"
    case untaughtMpx = "untaught_mpx"
    case seconds, findings, repeated
    case processVariation = "process_variation"
  }

  /// A record with all its parts.
  public init(
    program: String, device: String, scan: ScanRecord, recipe: FileRecord, layout: FileRecord?,
    verdict: Verdict, reason: String?, registration: RegistrationRecord?, golden: GoldenRecord,
    inspectedBox: PixelRect?, inspectedMpx: Double, seconds: Double, findings: [FindingRecord]
  ) {
    (self.program, self.device, self.scan, self.recipe) = (program, device, scan, recipe)
    (self.layout, self.verdict, self.reason) = (layout, verdict, reason)
    (self.registration, self.golden) = (registration, golden)
    (self.inspectedBox, self.inspectedMpx) = (inspectedBox, inspectedMpx)
    (self.seconds, self.findings) = (seconds, findings)
  }

  /// Writes absent parts as `null`, so that every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(format, forKey: .format)
    try container.encode(program, forKey: .program)
    try container.encode(device, forKey: .device)
    try container.encode(scan, forKey: .scan)
    try container.encode(recipe, forKey: .recipe)
    try container.encode(layout, forKey: .layout)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(reason, forKey: .reason)
    try container.encode(registration, forKey: .registration)
    try container.encode(golden, forKey: .golden)
    try container.encode(neighbours, forKey: .neighbours)
    try container.encode(inspectedBox, forKey: .inspectedBox)
    try container.encode(inspectedMpx, forKey: .inspectedMpx)
    try container.encode(untaughtMpx, forKey: .untaughtMpx)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(findings, forKey: .findings)
    try container.encode(repeated, forKey: .repeated)
    try container.encode(processVariation, forKey: .processVariation)
  }
}

/// A place that stands out from the golden on most dies: what the reticle has wrong, or what the golden always gets wrong.
public struct RepeatedRecord: Sendable, Equatable, Codable {
  /// How many dies show it, the scan's own with them.
  public var dies: Int
  /// Of how many that could show it.
  public var of: Int
  /// What it is on this scan.
  public var finding: FindingRecord

  /// A place with how many dies show it.
  public init(dies: Int, of: Int, finding: FindingRecord) {
    (self.dies, self.of, self.finding) = (dies, of, finding)
  }
}

/// Whether a scan could be inspected.
public enum Verdict: String, Sendable, Codable {
  case inspected
  case notInspectable = "not_inspectable"
}

/// A file that a result depends on.
public struct FileRecord: Sendable, Equatable, Codable {
  /// The path as it was given.
  public var path: String
  /// SHA-256 of the content, 64 hexadecimal digits.
  public var sha256: String

  /// A file with its content hash.
  public init(path: String, sha256: String) { (self.path, self.sha256) = (path, sha256) }
}

/// What a scan was compared with.
public struct GoldenRecord: Sendable, Equatable, Codable {
  /// `table`, `tree`, `generator`, `image`, `images` (learnt from several) or `neighbours` (made of the other scans that
  /// `InspectionRecord.neighbours` names).
  public var kind: String
  /// The model or picture file; nil where there is none, or several.
  public var file: FileRecord?
  /// The pictures that it was learnt from, the first that says how it lies first; nil where it was not.
  public var pictures: [FileRecord]?

  enum CodingKeys: String, CodingKey { case kind, file, pictures }

  /// A golden of a kind, from a file or from pictures where there are any.
  public init(kind: String, file: FileRecord? = nil, pictures: [FileRecord]? = nil) {
    (self.kind, self.file, self.pictures) = (kind, file, pictures)
  }

  /// Writes absent parts as `null`, so that every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(file, forKey: .file)
    try container.encode(pictures, forKey: .pictures)
  }
}

/// Which other dies told what is usual at each place, beyond the golden.
public struct NeighboursRecord: Sendable, Equatable, Codable {
  /// How many the recipe asks for.
  public var asked: Int
  /// The scans that were used, by their files' names, the first asked first; empty when none were.
  public var used: [FileRecord]
  /// Why none were used, or fewer than are asked for; nil when all were.
  public var reason: String?

  /// Neighbours that were used, and why not more.
  public init(asked: Int, used: [FileRecord], reason: String?) {
    (self.asked, self.used, self.reason) = (asked, used, reason)
  }

  enum CodingKeys: String, CodingKey { case asked, used, reason }

  /// Writes absent parts as `null`, so that every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(asked, forKey: .asked)
    try container.encode(used, forKey: .used)
    try container.encode(reason, forKey: .reason)
  }
}
