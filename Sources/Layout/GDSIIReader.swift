import Raster

/// Reads a GDSII stream into a draft.
struct GDSIIReader {
  /// What KLayout writes its own bookkeeping into; no cell of the design.
  private static let bookkeepingCell = "$$$CONTEXT_INFO$$$"

  private var cursor: GDSIICursor
  private var draft = LayoutDraft(format: "GDSII", dbuMicrometres: 0)
  private var element = GDSIIElement(kind: .boundary, offset: 0)

  /// The library in `bytes`; whatever follows its ENDLIB is ignored.
  static func read(_ bytes: UnsafeRawBufferPointer) throws -> LayoutDraft {
    var reader = GDSIIReader(cursor: GDSIICursor(bytes))
    try reader.readLibrary()
    return reader.draft
  }

  private init(cursor: GDSIICursor) { self.cursor = cursor }

  private mutating func readLibrary() throws {
    var hasUnits = false
    while true {
      let record = try cursor.next()
      switch record.kind {
      case .units:
        try readUnits(record)
        hasUnits = true
      case .bgnstr:
        guard hasUnits else {
          throw LayoutError(.missingRecord, at: record.offset, "a cell comes before UNITS")
        }
        try readCell(record)
      case .endlib:
        guard hasUnits else {
          throw LayoutError(.missingRecord, at: record.offset, "the library has no UNITS")
        }
        return
      case .header, .bgnlib, .libname, nil: break
      default:
        throw LayoutError(.badRecord, at: record.offset, "\(record.name) outside of any cell")
      }
    }
  }

  /// Metres per database unit count; user units are a matter of display.
  private mutating func readUnits(_ record: GDSIIRecord) throws {
    let micrometres = try record.real(1, of: 2) * 1e6
    guard micrometres.isFinite, micrometres > 1e-12, micrometres < 1e12 else {
      throw LayoutError(
        .badRecord, at: record.offset, "a database unit of \(micrometres) µm is impossible")
    }
    // The format's reals do not hold 1e-9 exactly; nobody means the last digit.
    let nearest = (micrometres * 1e9).rounded() / 1e9
    let isMeant = abs(nearest - micrometres) < 1e-13 * micrometres
    draft.dbuMicrometres = isMeant ? nearest : micrometres
  }

  private mutating func readCell(_ start: GDSIIRecord) throws {
    let naming = try cursor.next()
    guard naming.kind == .strname else {
      throw LayoutError(
        .missingRecord, at: naming.offset, "STRNAME is expected after BGNSTR, not \(naming.name)")
    }
    var cell = DraftCell(name: try naming.text(), offset: start.offset)
    while true {
      let record = try cursor.next()
      switch record.kind {
      case .boundary?, .path?, .box?, .sref?, .aref?, .text?, .node?:
        try readElement(record, into: &cell)
      case .endstr:
        if cell.name != Self.bookkeepingCell { draft.cells.append(cell) }
        return
      case nil: break
      default:
        throw LayoutError(
          .badRecord, at: record.offset, "\(record.name) in cell \(cell.name), outside an element")
      }
    }
  }

  private mutating func readElement(_ start: GDSIIRecord, into cell: inout DraftCell) throws {
    guard let kind = start.kind else { return }
    element.begin(start, kind)
    while try element.take(try cursor.next()) {}
    switch kind {
    case .boundary: try addBoundary(to: &cell)
    case .box: try addBox(to: &cell)
    case .path: try addPath(to: &cell)
    case .sref, .aref: cell.references.append(try element.reference())
    case .text: _ = draft.layers.index(of: try element.layerID())
    default: break
    }
  }

  private mutating func layerIndex() throws -> Int {
    draft.layers.index(of: try element.layerID())
  }

  /// A polygon of fewer than three points is none.
  private mutating func addBoundary(to cell: inout DraftCell) throws {
    let layer = try layerIndex()
    var count = element.points.count
    if count >= 4, element.points[0] == element.points[count - 2],
      element.points[1] == element.points[count - 1]
    {
      count -= 2
    }
    guard count >= 6 else { return }
    cell.withShapes(of: layer) { $0.append(polygon: element.points[..<count]) }
  }

  /// A box is the rectangle around its points.
  private mutating func addBox(to cell: inout DraftCell) throws {
    let layer = try layerIndex()
    guard let first = element.points.first else { return }
    var (left, bottom, right, top) = (first, element.points[1], first, element.points[1])
    for index in stride(from: 0, to: element.points.count, by: 2) {
      (left, right) = (min(left, element.points[index]), max(right, element.points[index]))
      (bottom, top) = (min(bottom, element.points[index + 1]), max(top, element.points[index + 1]))
    }
    cell.withShapes(of: layer) {
      $0.append(polygon: [left, bottom, left, top, right, top, right, bottom])
    }
  }

  private mutating func addPath(to cell: inout DraftCell) throws {
    let layer = try layerIndex()
    let spine = (0..<element.pointCount).map { element.point($0) }
    guard !spine.isEmpty else { return }
    let width = abs(element.width)
    guard width > 0 else {
      return cell.withShapes(of: layer) { $0.appendUndrawn(spine) }
    }
    var outline = PathOutline(width: Double(width), begin: 0, end: 0, isRound: false)
    switch element.pathType {
    case 1, 2:
      (outline.begin, outline.end) = (Double(width / 2), Double(width / 2))
      outline.isRound = element.pathType == 1
    case 4:
      (outline.begin, outline.end) = (
        Double(element.beginExtension), Double(element.endExtension)
      )
    default: break
    }
    if element.width < 0 {
      return cell.withShapes(of: layer) {
        $0.paths.append(AbsolutePath(spine: spine, outline: outline))
      }
    }
    do {
      let polygon = try outline.polygonOnGrid(around: spine)
      cell.withShapes(of: layer) { $0.append(polygon: polygon) }
    } catch let error as LayoutError {
      throw LayoutError(error.code, at: element.offset, error.detail)
    }
  }
}
