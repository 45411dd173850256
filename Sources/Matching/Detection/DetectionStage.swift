/// Stages of the comparison that an evaluation can leave out, to tell what each is worth.
public enum DetectionStage: String, CaseIterable, Codable, Sendable {
  /// How a scan departs from its affine map, block by block.
  case mesh
  /// The finer place that a painted golden tells.
  case placement
  /// The light of a photograph over another as a whole, where goldens are made of other photographs.
  case surface
  /// The fit of each material's light.
  case light
  /// The light of pixels near edges apart from that of wide fields, in colour.
  case rims
  /// The fit of what motion is left.
  case motion
  /// What other dies show at the same place of the layout.
  case place
  /// Standard deviations by material and distance to edges; without it one for all.
  case strata
  /// Colour; without it scans are judged by their brightness, as grey ones are.
  case colour
  /// The matched filters for spots of two to five pixels.
  case spots
  /// The channels that look for stains: wide matched filters.
  case stains
  /// The channels that look for scratches.
  case lines
  /// The channels that look beyond a tolerance band, in scans of one plane.
  case band
  /// The channel that looks for drawn edges that are not there, in scans of one plane.
  case edges
  /// How often each channel exceeds what on clean scans; without it all are thought alike.
  case tails
  /// Findings that grow over what stands out less than their seed.
  case growth

  /// Those that change what is left of a scan beside its golden; the others judge it.
  public static let ofResiduals: [DetectionStage] = [
    .mesh, .placement, .surface, .light, .rims, .motion, .place, .colour,
  ]

  /// What is left out with it, in words.
  public var leftOut: String {
    switch self {
    case .mesh: "the scan's departure from its affine map, block by block"
    case .placement: "the finer place that the painted golden tells"
    case .surface: "the light of one photograph over another as a whole"
    case .light: "the fit of each material's light"
    case .rims: "light near edges apart from that of wide fields"
    case .motion: "the fit of what motion is left"
    case .place: "what other dies show at the same place"
    case .strata: "noise by material and distance to edges"
    case .colour: "colour: brightness alone, as in grey scans"
    case .spots: "the filters for spots of two to five pixels"
    case .stains: "the wide filters, for stains"
    case .lines: "the filters along lines, for scratches"
    case .band: "what exceeds a tolerance band"
    case .edges: "drawn edges that are not there"
    case .tails: "each channel's own tail on clean scans"
    case .growth: "growth over what stands out less than the seed"
    }
  }

  /// Whether it does anything with scans of so many planes that clean scans were calibrated for.
  public func isAtWork(planes: Int) -> Bool {
    switch self {
    case .rims, .colour: planes == 3
    case .band, .edges: planes == 1
    default: true
    }
  }
}
