/// What is wrong at a place.
public enum DefectClass: String, CaseIterable, Codable, Sendable {
  /// Dust that lies on the wafer, from two pixels on.
  case particle
  /// A thin line drawn over it by something hard.
  case scratch
  /// Dried resist or solvent.
  case residue
  /// Something drawn that is not there.
  case missingPattern = "missing_pattern"
  /// Something there that is not drawn.
  case extraPattern = "extra_pattern"
  /// Film of another thickness.
  case discolouration
  /// A break in the crystal.
  case crack
  /// Metal that came off and lies beside its place.
  case liftedMetal = "lifted_metal"
  /// A waveguide or track that is interrupted.
  case brokenLine = "broken_line"
  /// Two neighbours that are joined.
  case bridgedLine = "bridged_line"
  /// A small hole in metal.
  case pinhole

  /// What a reticle prints again and again: what lies on it, and what it was made with.
  static let ofReticles: [DefectClass] = [.particle, .residue, .scratch]

  /// Whether it can only be where something is drawn.
  var needsPattern: Bool {
    switch self {
    case .missingPattern, .extraPattern, .liftedMetal, .brokenLine, .bridgedLine, .pinhole: true
    case .particle, .scratch, .residue, .discolouration, .crack: false
    }
  }

  /// The contrasts to which it is faded, in 8-bit grey levels; nil for what is there or not.
  var contrasts: ClosedRange<Double>? {
    switch self {
    case .particle: 8...120
    case .scratch: 4...30
    case .residue: 3.5...25
    case .discolouration: 3.5...16
    case .crack: 8...60
    default: nil
    }
  }
}
