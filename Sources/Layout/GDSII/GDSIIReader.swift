import CKernels
import Raster

/// Reads a GDSII stream into a draft.
struct GDSIIReader {
  /// What KLayout writes its own bookkeeping into; no cell of the design.
  private static let bookkeepingCell = "$$$CONTEXT_INFO$$$".utf8

  private var cursor: GDSIICursor
  private var draft = LayoutDraft(format: "GDSII", dbuMicrometres: 0)
  private var element = GDSIIElement(kind: .boundary, offset: 0)
  private var pen = PathPen()

  private let release: (Int) -> Void

  /// The library in `bytes`; whatever follows its ENDLIB is ignored.
  static func read(
    _ bytes: UnsafeRawBufferPointer, limits: Layout.Limits, release: @escaping (Int) -> Void
  ) throws -> LayoutDraft {
    var reader = GDSIIReader(cursor: GDSIICursor(bytes), release: release)
    try reader.readLibrary()
    return reader.draft
  }

  private init(cursor: GDSIICursor, release: @escaping (Int) -> Void) {
    (self.cursor, self.release) = (cursor, release)
  }

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
    let name = try naming.text()
    let isBookkeeping = name.elementsEqual(Self.bookkeepingCell)
    var cell = DraftCell(name: draft.cellName(name), offset: start.offset)
    while true {
      let record = try cursor.next()
      switch record.kind {
      case .boundary?:
        if try !addPlainBoundary(to: &cell) { try readElement(record, into: &cell) }
      case .path?, .box?, .sref?, .aref?, .text?, .node?:
        try readElement(record, into: &cell)
      case .endstr:
        release(cursor.offset)
        if !isBookkeeping { draft.cells.append(consume cell) }
        return
      case nil: break
      default:
        let name = draft.names.string(cell.name)
        throw LayoutError(
          .badRecord, at: record.offset, "\(record.name) in cell \(name), outside an element")
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
    case .sref, .aref: cell.placements.append(try element.placement(in: &draft))
    case .text: try addText(to: &cell)
    case .node: addNode(to: &cell)
    default: break
    }
  }

  private mutating func addText(to cell: inout DraftCell) throws {
    let layer = try layerIndex()
    guard element.pointCount >= 1 else { return }
    let string = element.string ?? UnsafeRawBufferPointer(start: nil, count: 0)
    cell.notes.texts.append(
      CellNotes.Text(
        layer: Int32(layer), string: Int32(draft.strings.number(of: string)),
        x: element.points[0], y: element.points[1], copies: 1))
  }

  private func addNode(to cell: inout DraftCell) {
    guard let layer = element.layer else { return }
    cell.notes.nodes.append(
      CellNotes.Node(
        layer: LayerID(layer: layer, datatype: element.datatype ?? 0), points: element.points))
  }

  /// Reads a boundary in its usual form: LAYER, DATATYPE, one XY, ENDEL; false where it has another.
  @inline(__always)
  private mutating func addPlainBoundary(to cell: inout DraftCell) throws -> Bool {
    let start = cursor.offset
    let corners = start + 16
    guard cursor.bytes.count - corners >= 4, cursor.word(at: start) == 0x0006_0D02,
      cursor.word(at: start + 6) == 0x0006_0E02,
      cursor.word(at: start + 12) & 0xFFFF == 0x1003
    else { return false }
    let count = Int(cursor.word(at: start + 12) >> 16) - 4
    guard count >= 24, count % 8 == 0, cursor.bytes.count - corners >= count + 4,
      cursor.word(at: corners + count) == 0x0004_1100
    else { return false }
    if start >> 24 != (corners + count) >> 24 { release(start) }
    let layer = draft.layers.index(
      of: LayerID(
        layer: Int(cursor.word(at: start + 2) & 0xFFFF),
        datatype: Int(cursor.word(at: start + 8) & 0xFFFF)))
    guard let points = cursor.bytes.baseAddress.map({ $0 + corners }) else { return false }
    let first = points.loadUnaligned(as: UInt64.self)
    let isClosed = points.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) == first
    let vertices = count / 8 - (isClosed ? 1 : 0)
    cursor.skip(to: corners + count + 4)
    guard vertices >= 3 else { return true }
    try cell.withShapes(of: layer) { shapes in
      guard shapes.hasRoom(for: vertices) else { throw Self.tooMany(at: start - 4) }
      shapes.append(vertices: vertices) { target in
        gd_big_endian_numbers(points, target, 2 * vertices)
      }
    }
    return true
  }

  private static func tooMany(at offset: Int) -> LayoutError {
    LayoutError(.tooComplex, at: offset, "a cell has more vertices on one layer than can be held")
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
    try element.points.withUnsafeBufferPointer { points in
      try append(UnsafeBufferPointer(rebasing: points[..<count]), to: &cell, layer)
    }
  }

  private func append(
    _ polygon: UnsafeBufferPointer<Int32>, to cell: inout DraftCell, _ layer: Int
  ) throws {
    try cell.withShapes(of: layer) {
      guard $0.hasRoom(for: polygon.count / 2) else { throw Self.tooMany(at: element.offset) }
      $0.append(polygon: polygon)
    }
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
      $0.append(rectangle: GridBox(left: left, bottom: bottom, right: right, top: top))
    }
  }

  private mutating func addPath(to cell: inout DraftCell) throws {
    let layer = try layerIndex()
    guard element.pointCount > 0 else { return }
    let spine = (0..<element.pointCount).lazy.map { [element] in element.point($0) }
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
        $0.paths.append(AbsolutePath(spine: Array(spine), outline: outline))
      }
    }
    do {
      let count = try pen.drawOnGrid(outline, around: spine)
      try cell.withShapes(of: layer) { shapes in
        guard shapes.hasRoom(for: count) else { throw Self.tooMany(at: element.offset) }
        shapes.append(vertices: count) { pen.write(to: $0) }
      }
    } catch let error as LayoutError {
      throw LayoutError(error.code, at: element.offset, error.detail)
    }
  }
}
