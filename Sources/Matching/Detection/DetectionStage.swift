/// Stages of the comparison that an evaluation can leave out, to tell what each is worth.
public enum DetectionStage: String, CaseIterable, Codable, Sendable {
  /// The fit of each material's light.
  case light
  /// The fit of what motion is left.
  case motion
  /// What other dies show at the same place of the layout.
  case place
  /// Standard deviations by material and distance to edges; without it one for all.
  case strata
  /// The channels that look for stains: wide matched filters.
  case stains
  /// The channel that looks for scratches.
  case lines
  /// The channels that look beyond a tolerance band.
  case band
  /// The channel that looks for drawn edges that are not there, in scans of one plane.
  case edges
}
