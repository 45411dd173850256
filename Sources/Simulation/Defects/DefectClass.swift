/// What is wrong at a place.
public enum DefectClass: String, CaseIterable, Codable, Sendable {
  /// Dust that lies on the wafer.
  case particle
  /// A thin line drawn over it by something hard.
  case scratch
  /// Dried resist or solvent.
  case residue
  /// Something drawn that is not there.
  case missingPattern = "missing_pattern"
  /// Something there that is not drawn, such as a bridge between two tracks.
  case extraPattern = "extra_pattern"
  /// Film of another thickness.
  case discolouration
  /// A break in the crystal.
  case crack
  /// Metal that came off and lies beside its place.
  case liftedMetal = "lifted_metal"
}
