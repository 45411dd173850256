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

  /// Places of the layers in `shapes`, and the one asked for last.
  private var places: [Int: Int] = [:]
  private var lastPlace = 0

  init(name: String, offset: Int) { (self.name, self.offset) = (name, offset) }

  /// Changes what the cell draws on a layer of the given index.
  mutating func withShapes<Result>(
    of layer: Int, _ body: (inout LayerShapes) throws -> Result
  ) rethrows -> Result {
    if lastPlace >= shapes.count || shapes[lastPlace].layer != layer {
      lastPlace = places[layer] ?? shapes.count
      if lastPlace == shapes.count {
        places[layer] = lastPlace
        shapes.append(LayerShapes(layer: layer))
      }
    }
    return try body(&shapes[lastPlace])
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
  private var lastIndex = 0

  mutating func index(of layer: LayerID) -> Int {
    if lastIndex < layers.count, layers[lastIndex] == layer { return lastIndex }
    lastIndex = indices[layer] ?? layers.count
    if lastIndex == layers.count {
      indices[layer] = lastIndex
      layers.append(layer)
    }
    return lastIndex
  }
}
