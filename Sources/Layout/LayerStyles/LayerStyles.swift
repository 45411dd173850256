public import Foundation

/// A colour of the screen.
public struct LayerColour: Hashable, Sendable, Codable {
  /// The parts, 0…255.
  public var red, green, blue: UInt8

  /// The colour with these parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// The colour that `#rrggbb` names; nil for anything else.
  public init?(_ text: String) {
    guard text.hasPrefix("#"), text.utf8.count == 7, let value = UInt32(text.dropFirst(), radix: 16)
    else { return nil }
    self.init(
      red: UInt8(value >> 16), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
  }

  /// `#rrggbb`, as HTML and CSS take it.
  public var hex: String {
    "#"
      + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// Names and colours of layers, as KLayout keeps them in a layer properties file (`.lyp`).
///
/// Tabs and groups are flattened. An entry that stands for several layers (`*/*`), or for a named layer without numbers,
/// is left out.
public struct LayerStyles: Sendable, Equatable {
  /// How one layer is called and drawn.
  public struct Style: Sendable, Equatable {
    /// Which layer.
    public var layer: LayerID
    /// What the file calls it; nil where it gives no name.
    public var name: String?
    /// What it is filled with; nil where KLayout chooses.
    public var fill: LayerColour?
    /// What it is outlined with; nil where KLayout chooses.
    public var frame: LayerColour?
    /// Whether it is shown.
    public var isVisible: Bool
  }

  /// The entries in the order of the file; the first of a layer counts.
  public let all: [Style]
  private let places: [LayerID: Int]

  /// Reads the file at `path`.
  ///
  /// - Throws: `LayoutError`: `noSuchFile`, `unreadable`, or `notLayerStyles` with the byte at fault.
  public init(contentsOf path: String) throws {
    do {
      let file = try LayoutFile(path: path)
      self = try withExtendedLifetime(file) { try LayerStyles(bytes: file.bytes) }
    } catch let error as LayoutError {
      throw error.inFile(path)
    }
  }

  /// Reads the content of such a file.
  ///
  /// - Throws: `LayoutError.Code.notLayerStyles`, with the byte at fault.
  public init(_ data: Data) throws {
    self = try data.withUnsafeBytes { try LayerStyles(bytes: $0) }
  }

  private init(bytes: UnsafeRawBufferPointer) throws {
    var reader = LayerStylesReader()
    var tags = XMLTags(bytes)
    while let tag = try tags.next() { try reader.take(tag) }
    guard reader.hasRoot else {
      throw LayoutError(.notLayerStyles, at: 0, "there is no <layer-properties> in it")
    }
    all = reader.found
    places = Dictionary(
      all.enumerated().map { ($1.layer, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// How a layer is called and drawn; nil where the file does not say.
  public subscript(layer: LayerID) -> Style? { places[layer].map { all[$0] } }
}

/// Puts styles together from tags.
private struct LayerStylesReader {
  private struct Entry {
    var values: [String: String] = [:]
    /// Where it began in `found`, whose entries its children come behind.
    var place: Int
  }

  private(set) var found: [LayerStyles.Style] = []
  private(set) var hasRoot = false
  private var names: [String] = []
  private var entries: [Entry] = []

  mutating func take(_ tag: XMLTags.Tag) throws {
    switch tag {
    case .start(let name):
      if names.isEmpty {
        hasRoot = name == "layer-properties" || name == "layer-properties-tabs"
      }
      names.append(name)
      if name == "properties" || name == "group-members" {
        entries.append(Entry(place: found.count))
      }
    case .text(let text):
      guard names.count >= 2, !entries.isEmpty else { return }
      let parent = names[names.count - 2]
      if parent == "properties" || parent == "group-members" {
        entries[entries.count - 1].values[names[names.count - 1], default: ""] += text
      }
    case .end(let name, let offset):
      guard names.popLast() == name else {
        throw LayoutError(.notLayerStyles, at: offset, "</\(name)> closes another tag")
      }
      if name == "properties" || name == "group-members", let entry = entries.popLast(),
        let style = Self.style(entry.values)
      {
        found.insert(style, at: entry.place)
      }
    }
  }

  private static func style(_ values: [String: String]) -> LayerStyles.Style? {
    guard let source = values["source"], let layer = layer(inSource: source) else { return nil }
    let name = values["name"]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    return LayerStyles.Style(
      layer: layer, name: name.isEmpty ? nil : name,
      fill: values["fill-color"].flatMap { LayerColour($0) },
      frame: values["frame-color"].flatMap { LayerColour($0) },
      isVisible: values["visible"] != "false")
  }

  /// The numbers of `1/0@1`, `metal (1/0)@1` or `metal 1/0`.
  private static func layer(inSource source: String) -> LayerID? {
    let text = source.split(separator: "@", omittingEmptySubsequences: false)[0]
    let part = text.split(whereSeparator: { " ()".contains($0) }).last
    return part.flatMap { LayerID(String($0)) }
  }
}
