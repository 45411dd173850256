public import Raster

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
  /// 0…1: the narrowest margin of all that speaks for the place; below 0.5 a scan is refused.
  public var confidence: Double
  /// Zero-normalised cross-correlation of the edge pictures at the place found, −1…1.
  public var score: Double
  /// By how much the two halves of the picture disagree, pixels; nil when one half holds no structure.
  public var halvesDisagreePx: Double?
  /// The layer of alignment marks and how well the scan shows them; nil where the recipe names none.
  public var marks: MarksRecord?
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
    case marks
  }

  /// A registration with all its parts.
  public init(
    layoutToScan: [[Double]], pixelSizeUm: Double?, rotationDeg: Double, offsetPx: Point,
    confidence: Double, score: Double, halvesDisagreePx: Double?, ambiguousAlong: [Ambiguity],
    marks: MarksRecord? = nil
  ) {
    (self.layoutToScan, self.pixelSizeUm) = (layoutToScan, pixelSizeUm)
    (self.rotationDeg, self.offsetPx) = (rotationDeg, offsetPx)
    (self.confidence, self.score) = (confidence, score)
    (self.halvesDisagreePx, self.ambiguousAlong) = (halvesDisagreePx, ambiguousAlong)
    self.marks = marks
  }

  /// Writes absent parts as `null`, so that every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(layoutToScan, forKey: .layoutToScan)
    try container.encode(pixelSizeUm, forKey: .pixelSizeUm)
    try container.encode(rotationDeg, forKey: .rotationDeg)
    try container.encode(offsetPx, forKey: .offsetPx)
    try container.encode(confidence, forKey: .confidence)
    try container.encode(score, forKey: .score)
    try container.encode(halvesDisagreePx, forKey: .halvesDisagreePx)
    try container.encode(ambiguousAlong, forKey: .ambiguousAlong)
    try container.encodeIfPresent(marks, forKey: .marks)
  }
}

/// Alignment marks that a place was found by.
public struct MarksRecord: Sendable, Equatable, Codable {
  /// The recipe's name of their layer.
  public var layer: String
  /// How well the scan's edges correlate with theirs, −1…1; nil where none lies in the field, so that they decided nothing.
  public var agreement: Double?

  /// Marks of a layer.
  public init(layer: String, agreement: Double?) {
    (self.layer, self.agreement) = (layer, agreement)
  }

  /// Writes absent parts as `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(layer, forKey: .layer)
    try container.encode(agreement, forKey: .agreement)
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

  /// Writes absent parts as `null`, so that every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(axis, forKey: .axis)
    try container.encode(periodUm, forKey: .periodUm)
    try container.encode(periodPx, forKey: .periodPx)
  }
}
