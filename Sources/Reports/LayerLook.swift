/// How a layer of the layout is told in a report.
public struct LayerLook: Codable, Sendable, Equatable {
  /// The name that findings have it by.
  public var layer: String
  /// Its number in the layout, such as `1/0`.
  public var number: String
  /// What CAD calls it; nil where nothing does.
  public var name: String?
  /// What CAD paints it with, `#rrggbb`; nil where nothing says.
  public var colour: String?

  /// A layer with what is known of it.
  public init(layer: String, number: String, name: String? = nil, colour: String? = nil) {
    (self.layer, self.number, self.name, self.colour) = (layer, number, name, colour)
  }

  /// What a page shows of it: `name`, `told`, and where there is one `colour`.
  var values: [String: Any] {
    var values: [String: Any] = ["name": layer, "told": told]
    if let colour, colour.wholeMatch(of: /#[0-9a-f]{6}/) != nil { values["colour"] = colour }
    return values
  }

  /// Number and CAD's name, such as `1/0 · Si - full etch`.
  public var told: String { ([number] + [name].compactMap(\.self)).joined(separator: " · ") }
}
