/// What a scan shows at a flagged place, told in layers, whatever the materials: 27 kinds.
public struct PlaceKind: Sendable, Hashable, Codable {
  /// Whether the scan shows more layers than are drawn.
  public enum Layers: Int, Sendable, Codable, CaseIterable {
    /// Neither more nor fewer: they are as many, or the scan's colour is of no material around.
    case same
    /// More.
    case more
    /// Fewer.
    case fewer
  }

  /// What is connected otherwise than it is drawn.
  public enum Connection: Int, Sendable, Codable, CaseIterable {
    /// Nothing.
    case none
    /// The gap alone: parted where the scan shows more layers, joined where it shows fewer; filled with something else, so that
    /// it joins lines, where it shows neither.
    case gap
    /// What has more layers: joined where the scan shows more, parted where it shows fewer or neither.
    case line
  }

  /// How large a piece stands alone.
  public enum Alone: Int, Sendable, Codable, CaseIterable {
    /// None does.
    case none
    /// Up to 50 pixels.
    case small
    /// More.
    case large
  }

  /// The layers.
  public var layers: Layers
  /// The connection.
  public var connection: Connection
  /// The piece that stands alone.
  public var alone: Alone

  /// A kind.
  public init(_ layers: Layers, _ connection: Connection = .none, alone: Alone = .none) {
    (self.layers, self.connection, self.alone) = (layers, connection, alone)
  }

  /// How many kinds there are.
  public static let count = 27
  /// The number of the kind, 0..<27.
  public var number: Int { 9 * layers.rawValue + 3 * connection.rawValue + alone.rawValue }

  /// The kind in words, such as “fewer layers than drawn, a line is parted”.
  public var words: String {
    let layers =
      switch self.layers {
      case .same: "neither more nor fewer layers than drawn"
      case .more: "more layers than drawn"
      case .fewer: "fewer layers than drawn"
      }
    let connection: String? =
      switch (self.connection, self.layers) {
      case (.none, _): nil
      case (.gap, .more): "a gap is parted"
      case (.gap, .fewer): "gaps are joined"
      case (.gap, .same), (.line, .more): "lines are joined"
      case (.line, .fewer), (.line, .same): "a line is parted"
      }
    let alone: String? =
      switch self.alone {
      case .none: nil
      case .small: "a small piece stands alone"
      case .large: "a piece stands alone"
      }
    return [layers, connection, alone].compactMap { $0 }.joined(separator: ", ")
  }
}
