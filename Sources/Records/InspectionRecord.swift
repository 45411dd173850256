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
  /// Area compared, in millions of pixels.
  public var inspectedMpx: Double
  /// Wall time of the inspection in seconds.
  public var seconds: Double
  /// Flagged places, numbered from 1 in order of falling score.
  public var findings: [FindingRecord]

  enum CodingKeys: String, CodingKey {
    case format, program, device, scan, recipe, layout, verdict, reason, registration, golden
    case inspectedMpx = "inspected_mpx"
    case seconds, findings
  }

  /// A record with all its parts.
  public init(
    program: String, device: String, scan: ScanRecord, recipe: FileRecord, layout: FileRecord?,
    verdict: Verdict, reason: String?, registration: RegistrationRecord?, golden: GoldenRecord,
    inspectedMpx: Double, seconds: Double, findings: [FindingRecord]
  ) {
    (self.program, self.device, self.scan, self.recipe) = (program, device, scan, recipe)
    (self.layout, self.verdict, self.reason) = (layout, verdict, reason)
    (self.registration, self.golden, self.inspectedMpx) = (registration, golden, inspectedMpx)
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
    try container.encode(inspectedMpx, forKey: .inspectedMpx)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(findings, forKey: .findings)
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

/// The scan of a record.
public struct ScanRecord: Sendable, Equatable, Codable {
  /// The path as it was given.
  public var path: String
  /// SHA-256 of the content, 64 hexadecimal digits.
  public var sha256: String
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int
  /// What the sidecar says of where it comes from.
  public var lot, wafer, slot: String?
  /// Column and row of the die on the wafer.
  public var die: [Int]?
  /// When it was taken, ISO 8601.
  public var takenAt: String?

  enum CodingKeys: String, CodingKey {
    case path, sha256, width, height, lot, wafer, slot, die
    case takenAt = "taken_at"
  }

  /// A scan with its content hash and size in pixels.
  public init(path: String, sha256: String, width: Int, height: Int) {
    (self.path, self.sha256, self.width, self.height) = (path, sha256, width, height)
  }
}

/// Where a scan lies on the layout, or on the supplied golden picture.
public struct RegistrationRecord: Sendable, Equatable, Codable {
  /// `[[a, b, tx], [c, d, ty]]`: layout µm (y up) to scan pixels (y down, origin at the top left corner of the top left
  /// pixel); with a supplied golden picture, its pixels to scan pixels.
  public var layoutToScan: [[Double]]
  /// µm a pixel; nil with a supplied golden picture of unknown scale.
  public var pixelSizeUm: Double?
  /// Rotation of the layout in the scan, degrees, counter-clockwise as seen.
  public var rotationDeg: Double
  /// How far the place found is from the place expected, in pixels, (x right, y down).
  public var offsetPx: Point
  /// 0…1: how much of the visible structure is explained by the layout.
  public var confidence: Double
  /// Zero-normalised cross-correlation of the edge pictures at the place found, −1…1.
  public var score: Double
  /// By how much the two halves of the picture disagree, pixels; nil when one half holds no structure.
  public var halvesDisagreePx: Double?
  /// Directions along which the place is known up to a period only; empty when it is known.
  public var ambiguousAlong: [Ambiguity]

  enum CodingKeys: String, CodingKey {
    case layoutToScan = "layout_to_scan"
    case pixelSizeUm = "pixel_size_um"
    case rotationDeg = "rotation_deg"
    case offsetPx = "offset_px"
    case confidence, score
    case halvesDisagreePx = "halves_disagree_px"
    case ambiguousAlong = "ambiguous_along"
  }

  /// A registration with all its parts.
  public init(
    layoutToScan: [[Double]], pixelSizeUm: Double?, rotationDeg: Double, offsetPx: Point,
    confidence: Double, score: Double, halvesDisagreePx: Double?, ambiguousAlong: [Ambiguity]
  ) {
    (self.layoutToScan, self.pixelSizeUm) = (layoutToScan, pixelSizeUm)
    (self.rotationDeg, self.offsetPx) = (rotationDeg, offsetPx)
    (self.confidence, self.score) = (confidence, score)
    (self.halvesDisagreePx, self.ambiguousAlong) = (halvesDisagreePx, ambiguousAlong)
  }
}

/// A direction along which a scan could be moved and look the same.
public struct Ambiguity: Sendable, Equatable, Codable {
  /// `x` (to the right) or `y` (down), the axis nearest to the direction.
  public var axis: String
  /// The period in µm; nil when the scale is unknown.
  public var periodUm: Double?
  /// The period in pixels; 0 when the picture is featureless along the direction, so that no place along it is known.
  public var periodPx: Double

  enum CodingKeys: String, CodingKey {
    case axis
    case periodUm = "period_um"
    case periodPx = "period_px"
  }

  /// A direction with its period.
  public init(axis: String, periodUm: Double?, periodPx: Double) {
    (self.axis, self.periodUm, self.periodPx) = (axis, periodUm, periodPx)
  }
}

/// What a scan was compared with.
public struct GoldenRecord: Sendable, Equatable, Codable {
  /// `table`, `image`, later `generator`, `tree`, `neighbours`.
  public var kind: String
  /// The model or picture file; nil for a table learnt from the scan itself.
  public var file: FileRecord?

  /// A golden of a kind, from a file where there is one.
  public init(kind: String, file: FileRecord? = nil) { (self.kind, self.file) = (kind, file) }
}

/// One connected place flagged.
public struct FindingRecord: Sendable, Equatable, Codable {
  /// 1, 2, … within its scan.
  public var id: Int
  /// The smallest rectangle around it, scan pixels.
  public var box: PixelRect
  /// Flagged pixels.
  public var areaPx: Int
  /// The middle of the flagged pixels in layout µm, y up; nil without a layout.
  public var layoutUm: Point?
  /// Column and row of its die; nil when unknown.
  public var die: [Int]?
  /// Whether the scan is brighter or darker there than the golden.
  public var polarity: Polarity
  /// Peak of the normalised difference, in standard deviations of the clean scan.
  public var score: Double
  /// Mean difference to the golden inside, grey levels of 255, signed.
  public var contrast: Double
  /// Its defect class; nil while nothing names it.
  public var defectClass: String?
  /// Confidence of each class; nil while nothing names it.
  public var classScores: [String: Double]?
  /// The flagged pixels.
  public var mask: RunLengthMask
  /// Names of the layers under it, in the recipe's order.
  public var layers: [String]
  /// Explanation of the class, later; nil now.
  public var explanation: String?

  enum CodingKeys: String, CodingKey {
    case id, box
    case areaPx = "area_px"
    case layoutUm = "layout_um"
    case die, polarity, score, contrast
    case defectClass = "class"
    case classScores = "class_scores"
    case mask, layers, explanation
  }

  /// A finding without a class.
  public init(
    id: Int, box: PixelRect, areaPx: Int, layoutUm: Point?, die: [Int]?, polarity: Polarity,
    score: Double, contrast: Double, mask: RunLengthMask, layers: [String]
  ) {
    (self.id, self.box, self.areaPx, self.layoutUm) = (id, box, areaPx, layoutUm)
    (self.die, self.polarity, self.score, self.contrast) = (die, polarity, score, contrast)
    (self.mask, self.layers) = (mask, layers)
  }

  /// Writes absent parts as `null`, so that every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(box, forKey: .box)
    try container.encode(areaPx, forKey: .areaPx)
    try container.encode(layoutUm, forKey: .layoutUm)
    try container.encode(die, forKey: .die)
    try container.encode(polarity, forKey: .polarity)
    try container.encode(score, forKey: .score)
    try container.encode(contrast, forKey: .contrast)
    try container.encode(defectClass, forKey: .defectClass)
    try container.encode(classScores, forKey: .classScores)
    try container.encode(mask, forKey: .mask)
    try container.encode(layers, forKey: .layers)
    try container.encode(explanation, forKey: .explanation)
  }
}

/// Whether a finding is brighter or darker than the golden.
public enum Polarity: String, Sendable, Codable {
  case bright, dark
}
