public import Layout

/// The drawn layers of the simulated indium-phosphide process, in the order of the recipe.
public enum ProcessLayer: String, CaseIterable, Sendable {
  /// Ridges that guide light, left standing by the shallow etch.
  case ridge
  /// Trenches etched deep beside bends and around devices.
  case deepEtch = "deep_etch"
  /// Gold on the p side: tracks and bond pads.
  case pMetal = "p_metal"
  /// Gold on the n side.
  case nMetal = "n_metal"
  /// Windows in the dielectric film.
  case opening
  /// Names of devices, etched shallowly.
  case label

  /// Where the layer is drawn in the layout.
  public var id: LayerID {
    switch self {
    case .ridge: LayerID(layer: 1, datatype: 0)
    case .deepEtch: LayerID(layer: 2, datatype: 0)
    case .pMetal: LayerID(layer: 10, datatype: 0)
    case .nMetal: LayerID(layer: 11, datatype: 0)
    case .opening: LayerID(layer: 20, datatype: 0)
    case .label: LayerID(layer: 63, datatype: 0)
    }
  }

  var isMetal: Bool { self == .pMetal || self == .nMetal }

  /// The layer's place among all.
  var index: Int {
    switch self {
    case .ridge: 0
    case .deepEtch: 1
    case .pMetal: 2
    case .nMetal: 3
    case .opening: 4
    case .label: 5
    }
  }
}
