public import Raster

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
  /// Peak of the score: −log₁₀ of the false alarms expected on a pixel, 7 for one in ten million.
  public var score: Double
  /// Mean difference to the golden inside, grey levels of 255, signed.
  public var contrast: Double
  /// Its defect class, `nuisance` for one that is no defect and not counted, `unknown` where nothing fits; nil while nothing
  /// names it.
  public var defectClass: String?
  /// Confidence of each class; nil while nothing names it.
  public var classScores: [String: Double]?
  /// The flagged pixels.
  public var mask: RunLengthMask
  /// Names of the layers under it, in the recipe's order.
  public var layers: [String]
  /// The audit record of what its class was explained by; nil while nothing names it.
  public var explanation: FindingExplanation?

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

  /// The class of findings that are no defects: kept, marked, and not counted.
  public static let nuisance = "nuisance"
  /// The class of findings that no class fits.
  public static let unknown = "unknown"
  /// Whether it counts as a defect.
  public var isCounted: Bool { defectClass != Self.nuisance }

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
