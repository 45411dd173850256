import Raster

/// What a reader of any format hands over: names instead of cells, nothing checked across cells yet.
struct LayoutDraft {
  /// As `layout info` names the format.
  var format: String
  var dbuMicrometres: Double
  var layers = LayerList()
  /// The cells that have names.
  var cells: [DraftCell] = []
  /// Cells that a reader made to repeat a shape; placements name them by complements: −1 is the first.
  var hiddenCells: [DraftCell] = []
  var references = ReferenceTable()
  /// Names of cells; placements name cells by their numbers here.
  var names = NameTable()
  /// Where in the file each name was referred to first; −1 where it was not.
  var firstUses: [Int] = []
  /// What texts say.
  var strings = NameTable()

  /// The number of a cell's name, which a reference may use at some byte.
  mutating func cellName(_ name: UnsafeRawBufferPointer, usedAt offset: Int? = nil) -> Int {
    let number = names.number(of: name)
    if number == firstUses.count { firstUses.append(-1) }
    noteUse(of: number, at: offset)
    return number
  }

  mutating func noteUse(of name: Int, at offset: Int?) {
    if let offset, firstUses[name] < 0 { firstUses[name] = offset }
  }
}

/// One cell as it stands in the file.
struct DraftCell {
  /// Number of its name.
  var name: Int
  /// Where the cell begins in the file.
  var offset: Int
  var shapes: [LayerShapes] = []
  /// `cell` is the number of a name, or the complement of a hidden cell's.
  var placements: [Placement] = []
  var notes = CellNotes()

  /// So many are looked through faster than looked up.
  private static let fewLayers = 12
  /// Places of the layers in `shapes`, where they are not few, and the one asked for last.
  private var places: [Int: Int] = [:]
  private var lastPlace = 0

  init(name: Int, offset: Int) { (self.name, self.offset) = (name, offset) }

  /// Changes what the cell draws on a layer of the given index.
  @inline(__always)
  mutating func withShapes<Result>(
    of layer: Int, _ body: (LayerShapes) throws -> Result
  ) rethrows -> Result {
    if lastPlace >= shapes.count || shapes[lastPlace].layer != layer { find(layer) }
    return try body(shapes[lastPlace])
  }

  private mutating func find(_ layer: Int) {
    if shapes.count <= Self.fewLayers {
      lastPlace = shapes.firstIndex { $0.layer == layer } ?? shapes.count
    } else {
      if places.isEmpty { for place in shapes.indices { places[shapes[place].layer] = place } }
      lastPlace = places[layer] ?? shapes.count
    }
    if lastPlace < shapes.count { return }
    if !places.isEmpty { places[layer] = lastPlace }
    shapes.append(LayerShapes(layer: layer))
  }
}

/// Layers in the order of their first appearance.
struct LayerList {
  private(set) var layers: [LayerID] = []
  private var indices: [LayerID: Int] = [:]
  private var lastIndex = 0

  @inline(__always)
  mutating func index(of layer: LayerID) -> Int {
    if lastIndex < layers.count, layers[lastIndex] == layer { return lastIndex }
    return find(layer)
  }

  private mutating func find(_ layer: LayerID) -> Int {
    // A few are looked through faster than looked up.
    if let index = layers.prefix(16).firstIndex(of: layer) {
      lastIndex = index
      return index
    }
    lastIndex = indices[layer] ?? layers.count
    if lastIndex == layers.count {
      indices[layer] = lastIndex
      layers.append(layer)
    }
    return lastIndex
  }
}
