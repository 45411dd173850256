import Raster

/// Makes a draft into cells that can be asked: names resolved, cycles refused, boxes, counts and areas remembered.
struct LayoutAssembly {
  /// Deeper hierarchies are refused, so that going down one needs a bounded stack.
  static let maximumDepth = 256
  /// The most (cell, layer) pairs that are remembered.
  static let maximumSummaries = 1 << 23
  /// The most (reference, layer) pairs that are gone through.
  static let maximumWork = 1 << 30

  private(set) var cells: [LayoutCell] = []
  private(set) var topCells: [Int] = []
  private var draft: LayoutDraft
  /// Where each layer stands in the summaries being made; −1 where it does not.
  private var places: [Int]
  private var work = 0

  init(_ draft: consuming LayoutDraft) throws {
    places = [Int](repeating: -1, count: draft.layers.layers.count)
    self.draft = draft
    try resolveNames()
    try drawAbsoluteSizes()
    try summarise(inOrder: childrenFirst())
  }

  private mutating func resolveNames() throws {
    var indices: [String: Int] = [:]
    for (index, cell) in draft.cells.enumerated() {
      guard indices.updateValue(index, forKey: cell.name) == nil else {
        throw LayoutError(
          .duplicateCell, at: cell.offset, "there are two cells named “\(cell.name)”")
      }
    }
    var isPlaced = [Bool](repeating: false, count: draft.cells.count)
    for cell in draft.cells {
      var made = LayoutCell(name: cell.name, shapes: cell.shapes.sorted { $0.layer < $1.layer })
      made.references.reserveCapacity(cell.references.count)
      for reference in cell.references {
        guard let child = indices[reference.name] else {
          throw LayoutError(
            .unknownCell, at: reference.offset,
            "cell “\(cell.name)” refers to “\(reference.name)”, which the file does not define")
        }
        isPlaced[child] = true
        var placement = reference.placement
        placement.cell = child
        made.references.append(placement)
      }
      cells.append(made)
    }
    topCells = cells.indices.filter { !isPlaced[$0] }
  }

  /// Where nothing is magnified, absolute sizes are plain ones.
  private mutating func drawAbsoluteSizes() throws {
    let magnifies = cells.contains { $0.references.contains { $0.magnification != 1 } }
    if magnifies { return }
    for cell in cells.indices {
      for index in cells[cell].shapes.indices where !cells[cell].shapes[index].paths.isEmpty {
        do {
          try cells[cell].shapes[index].drawAbsolutePaths()
        } catch let error as LayoutError {
          throw LayoutError(error.code, at: draft.cells[cell].offset, error.detail)
        }
      }
      for index in cells[cell].references.indices {
        cells[cell].references[index].hasAbsoluteMagnification = false
      }
    }
  }

  /// Every cell behind all those it contains; without recursion, since a file may nest as deeply as it likes.
  private func childrenFirst() throws -> [Int] {
    enum Visit { case never, open, done }
    var visits = [Visit](repeating: .never, count: cells.count)
    var order: [Int] = []
    var way: [(cell: Int, next: Int)] = []
    for start in cells.indices where visits[start] == .never {
      visits[start] = .open
      way.append((start, 0))
      while let (cell, next) = way.last {
        guard next < cells[cell].references.count else {
          visits[cell] = .done
          order.append(cell)
          way.removeLast()
          continue
        }
        way[way.count - 1].next += 1
        let child = cells[cell].references[next].cell
        switch visits[child] {
        case .done: break
        case .never:
          visits[child] = .open
          way.append((child, 0))
        case .open:
          throw LayoutError(
            .cyclicReference, at: draft.cells[cell].references[next].offset,
            "cell “\(cells[cell].name)” contains “\(cells[child].name)”, which contains it")
        }
      }
    }
    return order
  }

  private mutating func summarise(inOrder order: [Int]) throws {
    var total = 0
    for cell in order {
      try summarise(cell)
      total += cells[cell].summaries.count
      guard total <= Self.maximumSummaries else {
        throw LayoutError(
          .tooComplex, at: draft.cells[cell].offset,
          "the cells hold more than \(Self.maximumSummaries) layers in all")
      }
    }
  }

  private mutating func summarise(_ index: Int) throws {
    var cell = cells[index]
    cells[index].shapes = []
    let offset = draft.cells[index].offset
    for shape in cell.shapes.indices { cell.shapes[shape].makeSearchable() }
    cell.summaries = cell.shapes.map(LayerSummary.init(of:))
    for (place, summary) in cell.summaries.enumerated() { places[summary.layer] = place }
    var boxes: [Extent] = []
    boxes.reserveCapacity(cell.references.count)
    for reference in cell.references {
      try add(reference, to: &cell, offset)
      boxes.append(reference.extent(of: cells[reference.cell].extent))
    }
    for summary in cell.summaries { places[summary.layer] = -1 }
    cell.referenceTree = PackedTree(boxes)
    cell.summaries.sort { $0.layer < $1.layer }
    for summary in cell.summaries {
      cell.extent.include(summary.extent)
      cell.margin = max(cell.margin, summary.margin)
    }
    guard cell.extent.isRepresentable, cell.margin < 1e15 else {
      throw LayoutError(
        .outOfRange, at: offset, "cell “\(cell.name)” grows beyond all bounds by magnification")
    }
    cells[index] = cell
  }

  private mutating func add(
    _ reference: Reference, to cell: inout LayoutCell, _ offset: Int
  ) throws {
    let child = reference.cell
    cell.depth = max(cell.depth, cells[child].depth + 1)
    work += cells[child].summaries.count
    guard cell.depth <= Self.maximumDepth, work <= Self.maximumWork else {
      throw LayoutError(
        .tooComplex, at: offset,
        "cells are nested more than \(Self.maximumDepth) deep, or hold too many layers")
    }
    for summary in cells[child].summaries {
      if places[summary.layer] < 0 {
        places[summary.layer] = cell.summaries.count
        cell.summaries.append(LayerSummary(layer: summary.layer))
      }
      cell.summaries[places[summary.layer]].add(reference, of: summary)
    }
  }
}
