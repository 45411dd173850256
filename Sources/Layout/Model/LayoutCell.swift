import Raster

/// One cell of a checked layout.
struct LayoutCell: Sendable {
  var name: String
  /// What the cell itself draws, in rising order of the layer index.
  var shapes: [LayerShapes]
  var placements: [Placement] = []
  /// The box of each placement on all layers, and the tree over them.
  private var placementBoxes: [GridBox] = []
  private var placementTree = PackedTree()
  /// With everything below, in rising order of the layer index.
  var summaries: [LayerSummary] = []
  /// Box of everything that scales with the cell, and how far absolute sizes can reach beyond.
  var extent = Extent()
  var margin = 0.0
  /// Levels of cells below.
  var depth = 0
  /// What is written in the cell and drawn nowhere.
  var notes: CellNotes

  init(name: String, shapes: [LayerShapes], notes: CellNotes) {
    (self.name, self.shapes, self.notes) = (name, shapes, notes)
  }

  func shapes(of layer: Int) -> LayerShapes? {
    Self.place(of: layer, in: shapes, \.layer).map { shapes[$0] }
  }

  func summary(of layer: Int) -> LayerSummary? {
    Self.place(of: layer, in: summaries, \.layer).map { summaries[$0] }
  }

  @inline(__always)
  private static func place<Item>(of layer: Int, in items: [Item], _ key: (Item) -> Int) -> Int? {
    var (low, high) = (0, items.count)
    while low < high {
      let middle = (low + high) / 2
      if key(items[middle]) < layer { low = middle + 1 } else { high = middle }
    }
    return low < items.count && key(items[low]) == layer ? low : nil
  }

  /// Sorts the placements for asking; none is added after it.
  mutating func index(placementBoxes boxes: [GridBox]) {
    placementBoxes = boxes
    if let order = PackedTree.order(of: boxes) {
      placementBoxes = order.map { boxes[Int($0)] }
      let unsorted = placements
      placements = order.map { unsorted[Int($0)] }
    }
    placementTree = PackedTree(over: placementBoxes)
  }

  /// The placements that show in a window of this cell.
  func forEachPlacement(in window: GridBox, _ body: (Placement) throws -> Void) rethrows {
    try placementBoxes.withUnsafeBufferPointer { boxes in
      guard let base = boxes.baseAddress else { return }
      try placements.withUnsafeBufferPointer { placements in
        try placementTree.forEach(in: window, of: base) { try body(placements[$0]) }
      }
    }
  }
}
