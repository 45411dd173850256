import Raster

/// Reads an OASIS stream into a draft.
///
/// Source: SEMI P39, "OASIS: open artwork system interchange standard".
struct OASISReader {
  /// What every OASIS file begins with.
  static let magic = Array("%SEMI-OASIS\r\n".utf8)

  var cursor: OASISCursor
  var draft = LayoutDraft(format: "OASIS", dbuMicrometres: 0)
  var modal = OASISModal()
  /// The cell being read.
  var cell: DraftCell?
  var names = OASISNames()
  /// Bytes of geometry that are held already, and may be.
  var held = 0
  let limits: Layout.Limits
  private let release: (Int) -> Void
  private var checksum: OASISChecksum
  private var hasOffsetsAtEnd = false
  private var isDone = false

  /// The layout in `bytes`; whatever follows its END is ignored.
  static func read(
    _ bytes: UnsafeRawBufferPointer, limits: Layout.Limits, release: @escaping (Int) -> Void
  ) throws -> LayoutDraft {
    var reader = OASISReader(bytes, limits: limits, release: release)
    try reader.readFile()
    return reader.draft
  }

  private init(
    _ bytes: UnsafeRawBufferPointer, limits: Layout.Limits, release: @escaping (Int) -> Void
  ) {
    (self.limits, self.release) = (limits, release)
    cursor = OASISCursor(bytes)
    checksum = OASISChecksum(bytes)
  }

  private mutating func readFile() throws {
    _ = try cursor.take(Self.magic.count)
    let start = cursor.offset
    guard try cursor.unsigned() == 1 else {
      throw LayoutError(.missingRecord, at: start, "the file does not begin with START")
    }
    try readStart()
    while !isDone {
      if cursor.isAtEnd {
        throw LayoutError(.missingEnd, at: cursor.offset, "the file ends without END")
      }
      try readRecord()
      if checksum.advance(to: cursor.position) { release(cursor.position) }
    }
    closeCell()
    try names.resolve(in: &draft)
  }

  private mutating func readStart() throws {
    let start = cursor.offset
    let version = try cursor.string()
    guard version.elementsEqual("1.0".utf8) else {
      throw LayoutError(
        .unsupportedFormat, at: start,
        "OASIS \(String(decoding: version, as: UTF8.self)) is not read; 1.0 is")
    }
    let stepsPerMicrometre = try cursor.real()
    guard stepsPerMicrometre.isFinite, stepsPerMicrometre > 1e-12, stepsPerMicrometre < 1e12 else {
      throw LayoutError(
        .badRecord, at: start, "\(stepsPerMicrometre) database units a µm are impossible")
    }
    draft.dbuMicrometres = 1 / stepsPerMicrometre
    hasOffsetsAtEnd = try cursor.unsigned() != 0
    if !hasOffsetsAtEnd { try skipOffsets() }
  }

  /// Where the tables of names lie; all of them are met on the way through the file anyway.
  private mutating func skipOffsets() throws {
    for _ in 0..<12 { _ = try cursor.unsigned() }
  }

  private mutating func readEnd() throws {
    if hasOffsetsAtEnd { try skipOffsets() }
    _ = try cursor.string()
    try checksum.verify(&cursor)
    isDone = true
  }

  /// Reads one record, or the records of one compressed block.
  private mutating func readRecord() throws {
    let start = cursor.offset
    let kind = try cursor.unsigned()
    switch kind {
    case 0: break
    case 2 where cursor.block == nil: try readEnd()
    case 3...12, 30, 31:
      // A name's record ends the cell before it.
      closeCell()
      modal = OASISModal()
      try readName(kind, at: start)
    case 13, 14: try beginCell(isNamed: kind == 14, at: start)
    case 15: modal.isRelative = false
    case 16: modal.isRelative = true
    case 17, 18: try readPlacement(hasReals: kind == 18, at: start)
    case 19: try readText(at: start)
    case 20: try readRectangle(at: start)
    case 21: try readPolygon(at: start)
    case 22: try readPath(at: start)
    case 23...25: try readTrapezoid(kind, at: start)
    case 26: try readCTrapezoid(at: start)
    case 27: try readCircle(at: start)
    case 28: try skipProperty()
    case 29: break
    case 32:
      _ = try cursor.unsigned()
      _ = try cursor.string()
    case 33: try skipExtendedGeometry(at: start)
    case 34 where cursor.block == nil: try readBlock(at: start)
    default: throw LayoutError(.badRecord, at: start, "there is no record \(kind) here")
    }
  }

  private mutating func readBlock(at start: Int) throws {
    guard try cursor.unsigned() == 0 else {
      throw LayoutError(.unsupportedFormat, at: start, "a block is compressed in an unknown way")
    }
    let (whole, packed) = (try cursor.unsigned(), try cursor.unsigned())
    guard packed <= UInt64(cursor.rest) else { throw cursor.truncated() }
    // Deflate shortens to no less than 1/1032.
    guard whole <= 1032 * packed + 64, whole < UInt64(limits.heldBytes) else {
      throw LayoutError(
        .tooComplex, at: start, "a block of \(packed) bytes says that it unfolds to \(whole)")
    }
    let block = try OASISBlock(try cursor.take(Int(packed)), count: Int(whole), at: start)
    let outer = cursor
    cursor = OASISCursor(block.bytes, block: start)
    while !cursor.isAtEnd { try readRecord() }
    cursor = outer
    withExtendedLifetime(block) {}
  }

  private mutating func beginCell(isNamed: Bool, at start: Int) throws {
    closeCell()
    modal = OASISModal()
    cell = DraftCell(name: try cellName(isNamed: isNamed), offset: start)
  }

  mutating func cellName(isNamed: Bool, usedAt offset: Int? = nil) throws -> Int {
    if isNamed { return draft.cellName(try cursor.string(), usedAt: offset) }
    let name = names.cell(number: try cursor.unsigned(), in: &draft)
    draft.noteUse(of: name, at: offset)
    return name
  }

  private mutating func closeCell() {
    if let cell { draft.cells.append(cell) }
    cell = nil
  }

  /// Counts what will be held.
  mutating func hold(bytes: Int) throws {
    held += bytes
    guard held <= limits.heldBytes else {
      throw cursor.failure(
        .tooComplex, "the layout unfolds to more than \(limits.heldBytes) bytes of geometry")
    }
  }
}
