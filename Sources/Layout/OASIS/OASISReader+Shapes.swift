import Raster

extension OASISReader {
  /// Most bytes of copies that are held themselves; more are one hidden cell and its repetition.
  private static let mostCopiedBytes = 512

  /// Reads layer and datatype by their bits, which are the same in all records of shapes.
  mutating func readLayer(_ info: UInt8) throws {
    if info & 0x01 != 0 { modal.layer = try cursor.count() }
    if info & 0x02 != 0 { modal.datatype = try cursor.count() }
  }

  /// Reads the place by its bits, which are the same in all records of shapes.
  private mutating func readPlace(_ info: UInt8) throws -> SIMD2<Int> {
    let isRelative = modal.isRelative
    if info & 0x10 != 0 { try Self.read(&cursor, isRelative, &modal.geometryX) }
    if info & 0x08 != 0 { try Self.read(&cursor, isRelative, &modal.geometryY) }
    return SIMD2(modal.geometryX, modal.geometryY)
  }

  private mutating func readSize(_ info: UInt8) throws {
    if info & 0x40 != 0 { modal.width = try cursor.length() }
    if info & 0x20 != 0 { modal.height = try cursor.length() }
  }

  private func layerID() throws -> LayerID {
    LayerID(
      layer: try told(modal.layer, "layer"), datatype: try told(modal.datatype, "datatype"))
  }

  mutating func readRectangle(at start: Int) throws {
    let info = try cursor.byte()
    try readLayer(info)
    try readSize(info)
    if info & 0x80 != 0 { modal.height = modal.width }
    let (width, height) = (try told(modal.width, "width"), try told(modal.height, "height"))
    let place = try readPlace(info)
    let repetition = info & 0x04 != 0 ? try readRepetition() : nil
    try add(
      [place, place &+ SIMD2(width, height)], as: .rectangle, repetition, at: start)
  }

  mutating func readPolygon(at start: Int) throws {
    let info = try cursor.byte()
    try readLayer(info)
    if info & 0x20 != 0 { modal.polygon = try readPoints(closes: true) }
    let points = try told(modal.polygon, "list of points")
    let place = try readPlace(info)
    let repetition = info & 0x04 != 0 ? try readRepetition() : nil
    try add(points.map { $0 &+ place }, as: .polygon, repetition, at: start)
  }

  mutating func readTrapezoid(_ kind: UInt64, at start: Int) throws {
    let info = try cursor.byte()
    try readLayer(info)
    try readSize(info)
    let a = kind != 25 ? try cursor.signed() : 0
    let b = kind != 24 ? try cursor.signed() : 0
    let (w, h) = (try told(modal.width, "width"), try told(modal.height, "height"))
    let place = try readPlace(info)
    let repetition = info & 0x04 != 0 ? try readRepetition() : nil
    let corners =
      info & 0x80 != 0
      ? [
        SIMD2(0, max(a, 0)), SIMD2(0, h + min(b, 0)), SIMD2(w, h - max(b, 0)), SIMD2(w, -min(a, 0)),
      ]
      : [
        SIMD2(max(a, 0), h), SIMD2(w + min(b, 0), h), SIMD2(w - max(b, 0), 0), SIMD2(-min(a, 0), 0),
      ]
    try add(corners.map { $0 &+ place }, as: .polygon, repetition, at: start)
  }

  mutating func readCTrapezoid(at start: Int) throws {
    let info = try cursor.byte()
    try readLayer(info)
    if info & 0x80 != 0 { modal.ctrapezoidType = try cursor.count() }
    try readSize(info)
    let kind = try told(modal.ctrapezoidType, "kind of trapezoid")
    // Kinds that are as high as their width says, or the other way round.
    switch kind {
    case 16...19, 25: modal.height = modal.width
    case 20, 21: modal.width = modal.height.map { 2 * $0 }
    case 22, 23: modal.height = modal.width.map { 2 * $0 }
    default: break
    }
    let (w, h) = (try told(modal.width, "width"), try told(modal.height, "height"))
    guard let corners = Self.corners(ofCTrapezoid: kind, w, h) else {
      throw LayoutError(.badRecord, at: start, "there is no trapezoid of kind \(kind)")
    }
    let place = try readPlace(info)
    let repetition = info & 0x04 != 0 ? try readRepetition() : nil
    try add(corners.map { $0 &+ place }, as: .polygon, repetition, at: start)
  }

  /// The corners from the lower left on; the 26 kinds of the standard's figures.
  private static func corners(ofCTrapezoid kind: Int, _ w: Int, _ h: Int) -> [SIMD2<Int>]? {
    let flat: [(Int, Int)]
    switch kind {
    case 0: flat = [(0, 0), (0, h), (w - h, h), (w, 0)]
    case 1: flat = [(0, 0), (0, h), (w, h), (w - h, 0)]
    case 2: flat = [(0, 0), (h, h), (w, h), (w, 0)]
    case 3: flat = [(h, 0), (0, h), (w, h), (w, 0)]
    case 4: flat = [(0, 0), (h, h), (w - h, h), (w, 0)]
    case 5: flat = [(h, 0), (0, h), (w, h), (w - h, 0)]
    case 6: flat = [(0, 0), (h, h), (w, h), (w - h, 0)]
    case 7: flat = [(h, 0), (0, h), (w - h, h), (w, 0)]
    case 8: flat = [(0, 0), (0, h), (w, h - w), (w, 0)]
    case 9: flat = [(0, 0), (0, h - w), (w, h), (w, 0)]
    case 10: flat = [(0, 0), (0, h), (w, h), (w, w)]
    case 11: flat = [(0, w), (0, h), (w, h), (w, 0)]
    case 12: flat = [(0, 0), (0, h), (w, h - w), (w, w)]
    case 13: flat = [(0, w), (0, h - w), (w, h), (w, 0)]
    case 14: flat = [(0, 0), (0, h - w), (w, h), (w, w)]
    case 15: flat = [(0, w), (0, h), (w, h - w), (w, 0)]
    case 16: flat = [(0, 0), (0, w), (w, 0)]
    case 17: flat = [(0, 0), (0, w), (w, w)]
    case 18: flat = [(0, 0), (w, w), (w, 0)]
    case 19: flat = [(0, w), (w, w), (w, 0)]
    case 20: flat = [(0, 0), (h, h), (2 * h, 0)]
    case 21: flat = [(0, h), (2 * h, h), (h, 0)]
    case 22: flat = [(0, 0), (0, 2 * w), (w, w)]
    case 23: flat = [(0, w), (w, 2 * w), (w, 0)]
    case 24, 25: flat = [(0, 0), (0, h), (w, h), (w, 0)]
    default: return nil
    }
    return flat.map { SIMD2($0, $1) }
  }

  mutating func readPath(at start: Int) throws {
    let info = try cursor.byte()
    try readLayer(info)
    if info & 0x40 != 0 { modal.halfWidth = try cursor.length() }
    if info & 0x80 != 0 {
      let scheme = try cursor.unsigned()
      modal.startExtension = try readExtension(scheme >> 2 & 3) ?? modal.startExtension
      modal.endExtension = try readExtension(scheme & 3) ?? modal.endExtension
    }
    if info & 0x20 != 0 { modal.path = try readPoints(closes: false) }
    let outline = PathOutline(
      width: Double(2 * (try told(modal.halfWidth, "width of a path"))),
      begin: Double(try told(modal.startExtension, "extension of a path")),
      end: Double(try told(modal.endExtension, "extension of a path")), isRound: false)
    let points = try told(modal.path, "list of points")
    let place = try readPlace(info)
    let repetition = info & 0x04 != 0 ? try readRepetition() : nil
    try add(points.map { $0 &+ place }, as: .path(outline), repetition, at: start)
  }

  /// How far a path goes on; nil: as far as the one before.
  private mutating func readExtension(_ scheme: UInt64) throws -> Int? {
    switch scheme {
    case 1: 0
    case 2: modal.halfWidth
    case 3: try cursor.signed()
    default: nil
    }
  }

  /// A circle is drawn as a path of one point with round ends, as klayout does.
  mutating func readCircle(at start: Int) throws {
    let info = try cursor.byte()
    try readLayer(info)
    if info & 0x20 != 0 { modal.radius = try cursor.length() }
    let radius = Double(try told(modal.radius, "radius"))
    let place = try readPlace(info)
    let repetition = info & 0x04 != 0 ? try readRepetition() : nil
    let outline = PathOutline(width: 2 * radius, begin: radius, end: radius, isRound: true)
    try add([place], as: .path(outline), repetition, at: start)
  }

  mutating func skipExtendedGeometry(at start: Int) throws {
    let info = try cursor.byte()
    _ = try cursor.unsigned()
    try readLayer(info)
    _ = try cursor.string()
    _ = try readPlace(info)
    if info & 0x04 != 0 { _ = try readRepetition() }
  }

  // MARK: Into the cell

  enum ShapeKind {
    /// Two corners.
    case rectangle
    case polygon
    /// The points of the spine.
    case path(PathOutline)
  }

  private mutating func add(
    _ points: [SIMD2<Int>], as kind: ShapeKind, _ repetition: OASISRepetition?, at start: Int
  ) throws {
    let layer = draft.layers.index(of: try layerID())
    var flat: [Int32] = []
    flat.reserveCapacity(2 * points.count)
    for point in points {
      flat.append(try coordinate(point.x))
      flat.append(try coordinate(point.y))
    }
    var isDrawn = true
    if case .path(let outline) = kind {
      isDrawn = outline.width > 0
      if isDrawn {
        do {
          flat = try outline.polygonOnGrid(
            around: points.map { Point(x: Double($0.x), y: Double($0.y)) })
        } catch let error as LayoutError {
          throw LayoutError(error.code, at: start, error.detail)
        }
      }
    } else if case .polygon = kind {
      if flat.count >= 4, flat[0] == flat[flat.count - 2], flat[1] == flat[flat.count - 1] {
        flat.removeLast(2)
      }
      guard flat.count >= 6 else { return }
    }
    let bytes = 24 + 4 * flat.count
    let copies = repetition?.lattice.count ?? 1
    if let repetition, copies > Self.mostCopiedBytes / bytes {
      try hold(bytes: bytes + 512)
      var hidden = DraftCell(name: -1, offset: start)
      try Self.add(flat, kind, isDrawn, SIMD2(0, 0), layer, to: &hidden, at: start)
      draft.hiddenCells.append(hidden)
      let number = ~Int32(draft.hiddenCells.count - 1)
      return try change(at: start) {
        $0.placements.append(
          Placement(cell: number, x: 0, y: 0, transform: 0, lattice: repetition.number))
      }
    }
    try hold(bytes: bytes * copies)
    try change(at: start) { cell in
      guard let repetition else {
        return try Self.add(flat, kind, isDrawn, SIMD2(0, 0), layer, to: &cell, at: start)
      }
      try repetition.lattice.forEachPlace(in: .everything) { place in
        guard let x = Int32(exactly: place.x), let y = Int32(exactly: place.y) else {
          throw LayoutError(.outOfRange, at: start, "a repetition leaves the 32-bit range")
        }
        try Self.add(flat, kind, isDrawn, SIMD2(x, y), layer, to: &cell, at: start)
      }
    }
  }

  private static func add(
    _ flat: [Int32], _ kind: ShapeKind, _ isDrawn: Bool, _ shift: SIMD2<Int32>, _ layer: Int,
    to cell: inout DraftCell, at start: Int
  ) throws {
    var moved = flat
    if shift != SIMD2(0, 0) {
      for index in moved.indices {
        let (sum, overflow) = moved[index].addingReportingOverflow(
          index % 2 == 0 ? shift.x : shift.y)
        guard !overflow else {
          throw LayoutError(.outOfRange, at: start, "a repetition leaves the 32-bit range")
        }
        moved[index] = sum
      }
    }
    try cell.withShapes(of: layer) { shapes in
      guard shapes.hasRoom(for: moved.count / 2) else {
        throw LayoutError(
          .tooComplex, at: start, "a cell has more vertices on one layer than can be held")
      }
      if case .rectangle = kind {
        shapes.append(
          rectangle: GridBox(left: moved[0], bottom: moved[1], right: moved[2], top: moved[3]))
      } else if isDrawn {
        moved.withUnsafeBufferPointer { shapes.append(polygon: $0) }
      } else {
        shapes.appendUndrawn(
          stride(from: 0, to: moved.count, by: 2).map {
            Point(x: Double(moved[$0]), y: Double(moved[$0 + 1]))
          })
      }
    }
  }
}
