import Raster

/// What a reader of any format hands over: names instead of indices, nothing checked across cells yet.
struct LayoutDraft {
  /// As `layout info` names the format.
  var format: String
  var dbuMicrometres: Double
  var layers = LayerList()
  var cells: [DraftCell] = []
}

/// One cell as it stands in the file.
struct DraftCell {
  var name: String
  /// Where the cell begins in the file.
  var offset: Int
  var shapes: [LayerShapes] = []
  var references: [DraftReference] = []

  /// Places of the layers in `shapes`.
  private var places: [Int: Int] = [:]

  init(name: String, offset: Int) { (self.name, self.offset) = (name, offset) }

  /// Changes what the cell draws on a layer of the given index.
  mutating func withShapes<Result>(
    of layer: Int, _ body: (inout LayerShapes) throws -> Result
  ) rethrows -> Result {
    if let place = places[layer] { return try body(&shapes[place]) }
    places[layer] = shapes.count
    shapes.append(LayerShapes(layer: layer))
    return try body(&shapes[shapes.count - 1])
  }
}

/// A reference whose cell is known by name alone; `placement.cell` is not set.
struct DraftReference {
  var name: String
  var offset: Int
  var placement: Reference
}

/// Layers in the order of their first appearance.
struct LayerList {
  private(set) var layers: [LayerID] = []
  private var indices: [LayerID: Int] = [:]

  mutating func index(of layer: LayerID) -> Int {
    if let index = indices[layer] { return index }
    indices[layer] = layers.count
    layers.append(layer)
    return layers.count - 1
  }
}
