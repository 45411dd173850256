public import Raster

/// What can be put into a photograph.
public enum Flaw: String, CaseIterable, Sendable {
  /// A thin strip across a gap.
  case bridgedLine = "bridged_line"
  /// A stretch of a gap that did not open.
  case closedGap = "closed_gap"
  /// A line cut through.
  case brokenLine = "broken_line"
  /// A piece bitten out of the pattern.
  case missingPattern = "missing_pattern"
  /// A lump beside it.
  case extraPattern = "extra_pattern"
  /// A small hole in it.
  case pinhole
  /// Dust, bright and with a brighter rim, charged so that its surroundings are darker.
  case particle
  /// A flake of the pattern that lies about.
  case debris
  /// A thin film, a few grey levels darker or brighter.
  case residue

  /// Whether it can only be where something is drawn.
  var needsPattern: Bool {
    switch self {
    case .bridgedLine, .closedGap, .brokenLine, .missingPattern, .extraPattern, .pinhole: true
    case .particle, .debris, .residue: false
    }
  }
}

/// A flaw that was put into a photograph.
public struct PlantedFlaw: Sendable, Equatable {
  /// What it is.
  public var kind: Flaw
  /// The smallest rectangle around the mask, pixels of the photograph.
  public var box: PixelRect
  /// 1 where it is, of the box's size; see `Defect.mask`.
  public var mask: Plane
  /// Mean change over the mask, 8-bit grey levels before noise.
  public var contrast: Double
}
