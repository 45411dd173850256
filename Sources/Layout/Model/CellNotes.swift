public import Raster

/// A text as it stands in a cell; it draws nothing.
public struct LayoutText: Hashable, Sendable {
  /// The text layer and text type.
  public var layer: LayerID
  /// Where its first copy stands, in µm of its cell.
  public var place: Point
  /// What it says.
  public var string: String
  /// How many of it an OASIS repetition makes; 1 otherwise.
  public var copies: Int
}

/// A node of an electrical net as it stands in a GDSII cell; it draws nothing.
public struct LayoutNode: Hashable, Sendable {
  /// The layer and node type.
  public var layer: LayerID
  /// Its points, in µm of its cell.
  public var points: [Point]
}

/// What is written in a cell and drawn nowhere, as it is kept.
struct CellNotes: Sendable {
  struct Text: Sendable {
    var layer: Int32
    /// Number of the string in the layout's names.
    var string: Int32
    var x: Int32
    var y: Int32
    var copies: Int
  }

  struct Node: Sendable {
    var layer: LayerID
    var points: [Int32]
  }

  var texts: [Text] = []
  var nodes: [Node] = []
}

extension Layout {
  /// The texts that stand in a cell itself, in the order of the file; those of cells it contains are theirs.
  public func texts(in cell: CellID) -> [LayoutText] {
    storage[cell.index].notes.texts.map { text in
      LayoutText(
        layer: foundLayers[Int(text.layer)],
        place: Point(
          x: Double(text.x) * dbuMicrometres, y: Double(text.y) * dbuMicrometres),
        string: strings.string(Int(text.string)), copies: text.copies)
    }
  }

  /// The nodes that stand in a cell itself, in the order of the file.
  public func nodes(in cell: CellID) -> [LayoutNode] {
    storage[cell.index].notes.nodes.map { node in
      let points = stride(from: 0, to: node.points.count - 1, by: 2).map {
        Point(
          x: Double(node.points[$0]) * dbuMicrometres,
          y: Double(node.points[$0 + 1]) * dbuMicrometres)
      }
      return LayoutNode(layer: node.layer, points: points)
    }
  }
}
