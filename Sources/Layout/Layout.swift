public import Foundation
public import Raster

/// A cell of one layout, by its place in `Layout.cells`.
public struct CellID: Hashable, Sendable {
  let index: Int
}

/// A layout: cells that hold polygons and other cells, kept hierarchical and indexed for windows.
///
/// All coordinates it speaks in are µm, y up. What it is asked for a window costs what the window shows.
public struct Layout: Sendable {
  /// How much a file may ask for.
  public struct Limits: Codable, Sendable {
    /// Most bytes of geometry that are held, and that compressed parts of the file may unfold to.
    ///
    /// The default is 16 GiB.
    public var heldBytes = 1 << 34

    /// The default limits.
    public init() {}
  }

  /// The kind of file it came from: `GDSII` or `OASIS`.
  public let format: String
  /// Micrometres per database unit.
  public let dbuMicrometres: Double
  /// The layers that occur, texts included, in rising order.
  public let layers: [LayerID]
  /// The cells that no other contains, in the order of the file.
  public let topCells: [CellID]

  /// The named cells, then those that only repeat a shape.
  let storage: [LayoutCell]
  let references: ReferenceTable
  /// The layers as the cells number them.
  let foundLayers: [LayerID]
  let layerIndices: [LayerID: Int]
  /// What texts say.
  let strings: NameTable
  private let namedCount: Int
  private let names: NameTable
  /// The cell that each name is of; −1 where none is.
  private let cellsByName: [Int32]

  /// Reads the file at `path`; its content, not its name, says what it is.
  ///
  /// A file of more than 64 MB is mapped while it is read, and must not be cut in that time.
  ///
  /// - Throws: `LayoutError`, with the byte where the content is at fault.
  public init(contentsOf path: String, limits: Limits = Limits()) throws {
    do {
      let file = try LayoutFile(path: path)
      let draft = try withExtendedLifetime(file) {
        try Self.draft(of: file.bytes, limits: limits, release: file.release(upTo:))
      }
      try self.init(draft)
    } catch let error as LayoutError {
      throw error.inFile(path)
    }
  }

  /// Reads a layout that is in memory.
  ///
  /// - Throws: `LayoutError`, with the byte where the content is at fault.
  public init(_ data: Data, limits: Limits = Limits()) throws {
    let draft = try data.withUnsafeBytes { try Self.draft(of: $0, limits: limits) { _ in } }
    try self.init(draft)
  }

  private init(_ draft: consuming LayoutDraft) throws {
    format = draft.format
    dbuMicrometres = draft.dbuMicrometres
    foundLayers = draft.layers.layers
    layers = foundLayers.sorted()
    layerIndices = Dictionary(uniqueKeysWithValues: foundLayers.enumerated().map { ($1, $0) })
    (strings, names) = (draft.strings, draft.names)
    let assembly = try LayoutAssembly(draft)
    storage = assembly.cells
    references = assembly.references
    namedCount = assembly.namedCount
    topCells = assembly.topCells.map(CellID.init)
    cellsByName = assembly.cellsByName
  }

  /// All cells in the order of the file.
  public var cells: [CellID] { (0..<namedCount).map(CellID.init) }

  /// The cell of that name, or nil.
  public func cell(named name: String) -> CellID? {
    let number = Array(name.utf8).withUnsafeBytes { names.find($0) }
    if let number, number < cellsByName.count, cellsByName[number] >= 0 {
      return CellID(index: Int(cellsByName[number]))
    }
    // A name that is no UTF-8 has other bytes in the file.
    return storage[..<namedCount].firstIndex { $0.name == name }.map(CellID.init)
  }

  /// The name of a cell.
  public func name(of cell: CellID) -> String { storage[cell.index].name }

  /// The box around the shapes of a cell and everything in it, in µm; nil where there are none.
  ///
  /// Texts don't count. As usual for hierarchies, the box of an instance that is turned by other than quarter turns is the box around the
  /// turned box. Below absolute widths or magnifications it may be a little larger than need be.
  public func bounds(of cell: CellID) -> Box? {
    let found = storage[cell.index]
    return found.extent.expanded(by: found.margin).box(dividedBy: 1 / dbuMicrometres)
  }

  /// The same for the shapes of one layer.
  public func bounds(of layer: LayerID, in cell: CellID) -> Box? {
    guard let index = layerIndices[layer], let summary = storage[cell.index].summary(of: index)
    else { return nil }
    return summary.extent.expanded(by: summary.margin).box(dividedBy: 1 / dbuMicrometres)
  }

  /// How many shapes a cell shows on a layer when flattened, and the sum of their areas in µm², overlaps counted twice.
  public func shapes(of layer: LayerID, in cell: CellID) -> (count: Int, areaUm2: Double) {
    guard let index = layerIndices[layer], let summary = storage[cell.index].summary(of: index)
    else { return (0, 0) }
    return (summary.count, summary.area(magnification: 1) * dbuMicrometres * dbuMicrometres)
  }
}
