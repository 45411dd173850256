/// The number and the datatype of a layer, written `1/0`.
public struct LayerID: Hashable, Sendable {
  /// The layer number, 0…65535 in GDSII.
  public var layer: Int
  /// The datatype (the box type of a box), 0…65535 in GDSII.
  public var datatype: Int

  /// The layer with these numbers.
  public init(layer: Int, datatype: Int) { (self.layer, self.datatype) = (layer, datatype) }
}

extension LayerID: LosslessStringConvertible {
  /// The layer that `text` names as `number/datatype`, whole numbers below 2³¹; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
      let layer = Int32(parts[0]), let datatype = Int32(parts[1])
    else { return nil }
    self.init(layer: Int(layer), datatype: Int(datatype))
  }

  /// `number/datatype`.
  public var description: String { "\(layer)/\(datatype)" }
}

extension LayerID: Comparable {
  /// Orders by number, then by datatype.
  public static func < (left: LayerID, right: LayerID) -> Bool {
    (left.layer, left.datatype) < (right.layer, right.datatype)
  }
}

extension LayerID: Codable {
  /// Reads the text `number/datatype`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let layer = LayerID(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "“\(text)” is no layer; write number/datatype, as in 1/0")
    }
    self = layer
  }

  /// Writes the text `number/datatype`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
