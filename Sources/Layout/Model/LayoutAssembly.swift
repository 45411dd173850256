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
  /// How many of the cells have names; those that a reader made up follow.
  private(set) var namedCount = 0
  private(set) var topCells: [Int] = []
  /// The named cell that each name is of; −1 where none is.
  private(set) var cellsByName: [Int32] = []
  private(set) var references: ReferenceTable
  private var offsets: [Int] = []
  /// Where in the file the name of each named cell occurred first.
  private var nameOffsets: [Int]
  /// Where each layer stands in the summaries being made; −1 where it does not.
  private var places: [Int]
  private var work = 0

  init(_ draft: consuming LayoutDraft) throws {
    places = [Int](repeating: -1, count: draft.layers.layers.count)
    references = draft.references
    nameOffsets = draft.cells.map { draft.firstUses[$0.name] }
    namedCount = draft.cells.count
    try resolveNames(&draft)
    try drawAbsoluteSizes()
    makeSearchable()
    try summarise(inOrder: childrenFirst())
  }

  private mutating func resolveNames(_ draft: inout LayoutDraft) throws {
    var indices = [Int32](repeating: -1, count: draft.names.count)
    for (index, cell) in draft.cells.enumerated() {
      guard indices[cell.name] < 0 else {
        throw LayoutError(
          .duplicateCell, at: cell.offset,
          "there are two cells named “\(draft.names.string(cell.name))”")
      }
      indices[cell.name] = Int32(index)
    }
    var isPlaced = [Bool](repeating: false, count: draft.cells.count + draft.hiddenCells.count)
    cells.reserveCapacity(isPlaced.count)
    for index in isPlaced.indices {
      var cell =
        index < namedCount
        ? Self.take(&draft.cells[index]) : Self.take(&draft.hiddenCells[index - namedCount])
      cell.shapes.sort { $0.layer < $1.layer }
      let name = index < namedCount ? draft.names.string(cell.name) : ""
      var made = LayoutCell(name: name, shapes: cell.shapes, notes: cell.notes)
      swap(&made.placements, &cell.placements)
      offsets.append(cell.offset)
      for place in made.placements.indices {
        let number = Int(made.placements[place].cell)
        let child = number < 0 ? namedCount + ~number : Int(indices[number])
        guard child >= 0 else {
          throw LayoutError(
            .unknownCell, at: max(cell.offset, draft.firstUses[number]),
            "cell “\(name)” refers to “\(draft.names.string(number))”, which the file does not define"
          )
        }
        isPlaced[child] = true
        made.placements[place].cell = Int32(child)
      }
      cells.append(consume made)
    }
    topCells = (0..<namedCount).filter { !isPlaced[$0] }
    cellsByName = indices
  }

  /// The content of a draft, which lets go of it, so that nothing is held twice.
  private static func take(_ cell: inout DraftCell) -> DraftCell {
    var taken = DraftCell(name: cell.name, offset: cell.offset)
    swap(&taken, &cell)
    return taken
  }

  /// Where nothing is magnified, absolute sizes are plain ones.
  private mutating func drawAbsoluteSizes() throws {
    if references.transforms.contains(where: { $0.magnification != 1 }) { return }
    references.dropAbsoluteMagnifications()
    for cell in cells.indices {
      for index in cells[cell].shapes.indices where !cells[cell].shapes[index].paths.isEmpty {
        do {
          try cells[cell].shapes[index].drawAbsolutePaths()
        } catch let error as LayoutError {
          throw LayoutError(error.code, at: offsets[cell], error.detail)
        }
      }
    }
  }

  /// Indexes the shapes of all cells, on all cores.
  private mutating func makeSearchable() {
    cells.withUnsafeMutableBufferPointer { cells in
      let shared = SharedCells(cells: cells)
      // Little work is done before a second core has woken up.
      let work = cells.reduce(0) { $0 + $1.shapes.reduce(0) { $0 + $1.count } }
      let block = work < 1 << 14 ? max(cells.count, 1) : 64
      inParallel((cells.count + block - 1) / block) { number in
        for cell in number * block..<min((number + 1) * block, shared.cells.count) {
          for shape in shared.cells[cell].shapes.indices {
            shared.cells[cell].shapes[shape].makeSearchable()
          }
        }
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
        guard next < cells[cell].placements.count else {
          visits[cell] = .done
          order.append(cell)
          way.removeLast()
          continue
        }
        way[way.count - 1].next += 1
        let child = Int(cells[cell].placements[next].cell)
        switch visits[child] {
        case .done: break
        case .never:
          visits[child] = .open
          way.append((child, 0))
        case .open:
          throw LayoutError(
            .cyclicReference, at: place(ofUse: child, in: cell),
            "cell “\(cells[cell].name)” contains “\(cells[child].name)”, which contains it")
        }
      }
    }
    return order
  }

  /// Where a cell refers to another, as near as is known.
  private func place(ofUse child: Int, in cell: Int) -> Int {
    child < namedCount ? max(offsets[cell], nameOffsets[child]) : offsets[cell]
  }

  private mutating func summarise(inOrder order: [Int]) throws {
    var total = 0
    for cell in order {
      try summarise(cell)
      total += cells[cell].summaries.count
      guard total <= Self.maximumSummaries else {
        throw LayoutError(
          .tooComplex, at: offsets[cell],
          "the cells hold more than \(Self.maximumSummaries) layers in all")
      }
    }
  }

  private mutating func summarise(_ index: Int) throws {
    // Taken out, so that nothing is held twice.
    var cell = LayoutCell(name: "", shapes: [], notes: CellNotes())
    swap(&cell, &cells[index])
    cell.summaries = cell.shapes.map(LayerSummary.init(of:))
    for (place, summary) in cell.summaries.enumerated() { places[summary.layer] = place }
    var boxes: [GridBox] = []
    boxes.reserveCapacity(cell.placements.count)
    for placement in cell.placements {
      let reference = references.reference(placement)
      try add(reference, to: &cell, offsets[index])
      boxes.append(GridBox(around: reference.extent(of: cells[reference.cell].extent)))
    }
    for summary in cell.summaries { places[summary.layer] = -1 }
    cell.index(placementBoxes: boxes)
    cell.summaries.sort { $0.layer < $1.layer }
    for summary in cell.summaries {
      cell.extent.include(summary.extent)
      cell.margin = max(cell.margin, summary.margin)
    }
    guard cell.extent.isRepresentable, cell.margin < 1e15 else {
      throw LayoutError(
        .outOfRange, at: offsets[index],
        "cell “\(cell.name)” grows beyond all bounds by magnification")
    }
    swap(&cell, &cells[index])
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

/// The cells being indexed.
///
/// Sendable is right: each block changes its own cells.
private struct SharedCells: @unchecked Sendable {
  let cells: UnsafeMutableBufferPointer<LayoutCell>
}
