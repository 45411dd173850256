public import Raster

/// How far the edges of a layer lie further out or in than the golden's: what the process made differently, and no finding.
public struct ProcessVariationRecord: Sendable, Equatable, Codable {
  /// The layer's name in the recipe.
  public var layer: String
  /// Where, scan pixels, and in layout µm, y up, its lower left corner, width and height.
  public var box: PixelRect, layoutUm: [Double]
  /// Whether that is all of the scan that was looked at, not a part that differs.
  public var isWhole: Bool
  /// How far outwards, pixels and µm, inwards below 0, and the standard deviation of that by chance.
  public var outwardsPx: Double, outwardsUm: Double, uncertaintyPx: Double
  /// How far the layer is shifted against the other layers, µm, y up; nil for a part.
  public var shiftUm: Point?
  /// Edge pixels that tell.
  public var edgePx: Int
  /// Whether it is more than every process does.
  public var standsOut: Bool

  enum CodingKeys: String, CodingKey {
    case layer, box
    case layoutUm = "layout_um"
    case isWhole = "is_whole"
    case outwardsPx = "outwards_px"
    case outwardsUm = "outwards_um"
    case uncertaintyPx = "uncertainty_px"
    case shiftUm = "shift_um"
    case edgePx = "edge_px"
    case standsOut = "stands_out"
  }

  /// A displacement of a layer's edges.
  public init(
    layer: String, box: PixelRect, layoutUm: [Double], isWhole: Bool, outwardsPx: Double,
    outwardsUm: Double, uncertaintyPx: Double, shiftUm: Point?, edgePx: Int, standsOut: Bool
  ) {
    (self.layer, self.box, self.layoutUm, self.isWhole) = (layer, box, layoutUm, isWhole)
    (self.outwardsPx, self.outwardsUm) = (outwardsPx, outwardsUm)
    (self.uncertaintyPx, self.shiftUm) = (uncertaintyPx, shiftUm)
    (self.edgePx, self.standsOut) = (edgePx, standsOut)
  }

  /// Writes absent parts as `null`, so that every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(layer, forKey: .layer)
    try container.encode(box, forKey: .box)
    try container.encode(layoutUm, forKey: .layoutUm)
    try container.encode(isWhole, forKey: .isWhole)
    try container.encode(outwardsPx, forKey: .outwardsPx)
    try container.encode(outwardsUm, forKey: .outwardsUm)
    try container.encode(uncertaintyPx, forKey: .uncertaintyPx)
    try container.encode(shiftUm, forKey: .shiftUm)
    try container.encode(edgePx, forKey: .edgePx)
    try container.encode(standsOut, forKey: .standsOut)
  }
}
