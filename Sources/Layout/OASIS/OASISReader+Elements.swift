import Raster

extension OASISReader {
  /// The value of a record, or else the one before, which must have been told.
  @inline(__always)
  func told<Value>(_ value: Value?, _ name: String) throws -> Value {
    guard let value else {
      throw cursor.failure(.missingRecord, "no \(name) was told in this cell yet")
    }
    return value
  }

  mutating func readPlacement(hasReals: Bool, at start: Int) throws {
    let info = try cursor.byte()
    if info & 0x80 != 0 {
      modal.placementCell = try cellName(isNamed: info & 0x40 == 0, usedAt: start)
    }
    let name = try told(modal.placementCell, "placed cell")
    var transform = Transform(isMirrored: info & 0x01 != 0)
    if hasReals {
      if info & 0x04 != 0 { transform.magnification = try cursor.real() }
      if info & 0x02 != 0 { transform.angle = try cursor.real() }
    } else {
      transform.angle = 90 * Double(info >> 1 & 3)
    }
    guard transform.magnification.isFinite, transform.magnification > 0,
      transform.magnification < 1e12, transform.angle.isFinite, abs(transform.angle) < 1e9
    else {
      throw LayoutError(
        .badRecord, at: start,
        "magnification \(transform.magnification) and angle \(transform.angle)° are not those of a "
          + "reference")
    }
    let isRelative = modal.isRelative
    if info & 0x20 != 0 { try Self.read(&cursor, isRelative, &modal.placementX) }
    if info & 0x10 != 0 { try Self.read(&cursor, isRelative, &modal.placementY) }
    let lattice = info & 0x08 != 0 ? try readRepetition().number : 0
    let placement = Placement(
      cell: Int32(name), x: try coordinate(modal.placementX), y: try coordinate(modal.placementY),
      transform: draft.references.add(transform), lattice: lattice)
    try hold(bytes: 40)
    try change(at: start) { $0.placements.append(placement) }
  }

  mutating func readText(at start: Int) throws {
    let info = try cursor.byte()
    if info & 0x40 != 0 {
      modal.textString =
        info & 0x20 != 0
        ? names.text(number: try cursor.unsigned())
        : Int32(draft.strings.number(of: try cursor.string()))
    }
    if info & 0x01 != 0 { modal.textLayer = try cursor.count() }
    if info & 0x02 != 0 { modal.textType = try cursor.count() }
    let isRelative = modal.isRelative
    if info & 0x10 != 0 { try Self.read(&cursor, isRelative, &modal.textX) }
    if info & 0x08 != 0 { try Self.read(&cursor, isRelative, &modal.textY) }
    let copies = info & 0x04 != 0 ? try readRepetition().lattice.count : 1
    let layer = draft.layers.index(
      of: LayerID(
        layer: try told(modal.textLayer, "text layer"),
        datatype: try told(modal.textType, "text type")))
    let text = CellNotes.Text(
      layer: Int32(layer), string: try told(modal.textString, "text"),
      x: try coordinate(modal.textX), y: try coordinate(modal.textY), copies: copies)
    try hold(bytes: 32)
    try change(at: start) { $0.notes.texts.append(text) }
  }

  /// Reads a coordinate, or what it differs by from the one before.
  static func read(_ cursor: inout OASISCursor, _ isRelative: Bool, _ value: inout Int) throws {
    let told = try cursor.signed()
    value = isRelative ? value + told : told
    guard Int32(exactly: value) != nil else {
      throw cursor.failure(.outOfRange, "a coordinate leaves the 32-bit range")
    }
  }

  /// Changes the cell being read.
  @inline(__always)
  mutating func change(at start: Int, _ body: (inout DraftCell) throws -> Void) throws {
    guard var current = cell else {
      throw LayoutError(.badRecord, at: start, "an element comes before the first cell")
    }
    // Held once, so that what it lists is not copied when it grows.
    cell = nil
    defer { cell = current }
    try body(&current)
  }
}
