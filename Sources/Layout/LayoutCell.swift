/// One cell of a checked layout.
struct LayoutCell: Sendable {
  var name: String
  /// What the cell itself draws, in rising order of the layer index.
  var shapes: [LayerShapes]
  var references: [Reference] = []
  /// Over the boxes of `references` on all layers.
  var referenceTree = PackedTree()
  /// With everything below, in rising order of the layer index.
  var summaries: [LayerSummary] = []
  /// Box of everything that scales with the cell, and how far absolute sizes can reach beyond.
  var extent = Extent()
  var margin = 0.0
  /// Levels of cells below.
  var depth = 0

  func shapes(of layer: Int) -> LayerShapes? {
    Self.find(layer, in: shapes, \.layer)
  }

  func summary(of layer: Int) -> LayerSummary? {
    Self.find(layer, in: summaries, \.layer)
  }

  private static func find<Item>(_ layer: Int, in items: [Item], _ key: KeyPath<Item, Int>) -> Item?
  {
    var (low, high) = (0, items.count)
    while low < high {
      let middle = (low + high) / 2
      if items[middle][keyPath: key] < layer { low = middle + 1 } else { high = middle }
    }
    return low < items.count && items[low][keyPath: key] == layer ? items[low] : nil
  }
}
