import Raster

/// The records between an element's first and its ENDEL, whatever their order.
struct GDSIIElement {
  var kind: GDSIIRecordKind
  var offset: Int
  var layer: Int?
  var datatype: Int?
  var width = 0
  var pathType = 0
  var beginExtension = 0
  var endExtension = 0
  /// The bytes of a reference's cell name, and of what a text says.
  var cellName: UnsafeRawBufferPointer?
  var string: UnsafeRawBufferPointer?
  var flags = 0
  var magnification = 1.0
  var angle = 0.0
  var columns = 1
  var rows = 1
  /// x, y, x, y, … of all XY records.
  var points: [Int32] = []

  /// Begins another element in the same storage.
  mutating func begin(_ record: GDSIIRecord, _ kind: GDSIIRecordKind) {
    (self.kind, offset) = (kind, record.offset)
    (layer, datatype, width, pathType) = (nil, nil, 0, 0)
    (beginExtension, endExtension, cellName, string) = (0, 0, nil, nil)
    (flags, magnification, angle, columns, rows) = (0, 1, 0, 1, 1)
    points.removeAll(keepingCapacity: true)
  }

  /// Takes up one record; false when it was ENDEL.
  mutating func take(_ record: GDSIIRecord) throws -> Bool {
    switch record.kind {
    case .endel: return false
    case .xy: try record.appendPoints(to: &points)
    case .layer: layer = try record.int16(0, of: 1) & 0xFFFF
    case .datatype, .boxtype, .texttype: datatype = try record.int16(0, of: 1) & 0xFFFF
    case .width: width = try record.int32()
    case .pathtype: pathType = try record.int16(0, of: 1)
    case .bgnextn: beginExtension = try record.int32()
    case .endextn: endExtension = try record.int32()
    case .sname: cellName = try record.text()
    case .string: string = try record.text()
    case .strans: flags = try record.int16(0, of: 1)
    case .mag: magnification = try record.real(0, of: 1)
    case .angle: angle = try record.real(0, of: 1)
    case .colrow: try takeLattice(record)
    case nil: break
    default:
      throw LayoutError(
        .badRecord, at: record.offset,
        "\(record.name) inside an element, which began at byte \(offset) and has no ENDEL")
    }
    return true
  }

  private mutating func takeLattice(_ record: GDSIIRecord) throws {
    columns = max(try record.int16(0, of: 2) & 0xFFFF, 1)
    rows = max(try record.int16(1, of: 2) & 0xFFFF, 1)
  }

  func layerID() throws -> LayerID {
    guard let layer else { throw missing("LAYER") }
    guard let datatype else { throw missing(kind == .box ? "BOXTYPE" : "DATATYPE") }
    return LayerID(layer: layer, datatype: datatype)
  }

  func point(_ index: Int) -> Point {
    Point(x: Double(points[2 * index]), y: Double(points[2 * index + 1]))
  }

  var pointCount: Int { points.count / 2 }

  func missing(_ record: String) -> LayoutError {
    LayoutError(
      .missingRecord, at: offset, "the \("\(kind)".uppercased()) element has no \(record) record")
  }

  /// The placement that an SREF or AREF describes; what it names goes into the draft.
  func placement(in draft: inout LayoutDraft) throws -> Placement {
    guard let cellName else { throw missing("SNAME") }
    guard pointCount >= (kind == .aref ? 3 : 1) else { throw missing("complete XY") }
    guard magnification.isFinite, magnification > 0, magnification < 1e12, angle.isFinite,
      abs(angle) < 1e9
    else {
      throw LayoutError(
        .badRecord, at: offset,
        "magnification \(magnification) and angle \(angle)° are not those of a reference")
    }
    let transform = Transform(
      isMirrored: flags & 0x8000 != 0, magnification: magnification, angle: angle,
      hasAbsoluteMagnification: flags & 0x0004 != 0, hasAbsoluteAngle: flags & 0x0002 != 0)
    return Placement(
      cell: Int32(draft.cellName(cellName, usedAt: offset)), x: points[0], y: points[1],
      transform: draft.references.add(transform),
      lattice: kind == .aref ? draft.references.add(lattice) : 0)
  }

  /// Elements that a zero step would put on one place are one element.
  private var lattice: Lattice {
    let (start, right, up) = (point(0), point(1), point(2))
    let (columns, rows) = (right == start ? 1 : columns, up == start ? 1 : rows)
    return .regular(
      columns: columns, rows: rows,
      columnStep: Point(
        x: (right.x - start.x) / Double(columns), y: (right.y - start.y) / Double(columns)),
      rowStep: Point(x: (up.x - start.x) / Double(rows), y: (up.y - start.y) / Double(rows)))
  }
}
