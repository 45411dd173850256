public import Raster

/// Where the dies of a wafer lie, for maps and for formats that count by dies.
///
/// Dies are of one pitch; die (0, 0) has its lower left corner at `origin` of the wafer, whose centre is (0, 0); columns
/// count to the right, rows upwards. A finding's place in its die is its layout place less `corner`.
public struct WaferFrame: Sendable, Equatable, Codable {
  /// The side on which the notch or flat lies.
  public enum Notch: String, Sendable, Codable, CaseIterable {
    case down, left, up, right
  }

  /// One product's place inside the reticle.
  public struct Site: Sendable, Equatable, Codable {
    /// The product.
    public var name: String
    /// Its place in layout µm.
    public var box: Box

    /// A product at a place.
    public init(name: String, box: Box) { (self.name, self.box) = (name, box) }
  }

  /// The layout's cell that places are told in; nil without a layout.
  public var cell: String?
  /// Diameter of the wafer, µm; nil when it isn't known.
  public var diameterUm: Double?
  /// Width and height of a die with its street, µm.
  public var pitchUm: Point
  /// Lower left corner of die (0, 0), µm from the wafer's centre.
  public var originUm: Point
  /// The layout's point that lies on the die's lower left corner, µm.
  public var cornerUm: Point
  /// The side of the notch.
  public var notch: Notch
  /// The products of the reticle; empty when it is one product.
  public var sites: [Site]

  /// A frame with all its parts.
  public init(
    cell: String?, diameterUm: Double?, pitchUm: Point, originUm: Point, cornerUm: Point,
    notch: Notch = .down,
    sites: [Site] = []
  ) {
    self.cell = cell
    (self.diameterUm, self.pitchUm, self.originUm) = (diameterUm, pitchUm, originUm)
    (self.cornerUm, self.notch, self.sites) = (cornerUm, notch, sites)
  }

  /// The product that a place in the layout belongs to; nil outside all sites.
  public func site(at place: Point) -> String? {
    sites.first {
      $0.box.intersects(Box(low: place, high: place))
    }?.name
  }
}
