internal import Golden
internal import Layout
public import Reports

extension Device {
  /// The layers that are compared with: the recipe's names, and what CAD calls them and paints them with.
  public var layerLooks: [LayerLook] {
    (stack?.layers ?? []).map { layer in
      let style = styles?[layer.id]
      return LayerLook(
        layer: layer.name, number: "\(layer.id)", name: style?.name,
        colour: (style?.fill ?? style?.frame)?.hex)
    }
  }
}

extension LayerStyles? {
  /// A layer's number, and its name where there is one.
  func told(_ layer: LayerID) -> String {
    let name = self?[layer]?.name
    return name.map { "\(layer) (\($0))" } ?? "\(layer)"
  }
}
