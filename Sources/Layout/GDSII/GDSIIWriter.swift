public import Foundation
public import Raster

/// A small library to be written as GDSII: cells of polygons, texts, references and arrays.
///
/// Coordinates are µm, y up, and go to the nearest database unit.
public struct GDSIILibrary: Sendable {
  /// One thing in a cell.
  public enum Element: Sendable {
    /// A filled polygon of three vertices or more, without the first again at the end.
    case boundary(LayerID, [Point])
    /// A cell with its origin at a place, reflected about its x axis first, then turned counter-clockwise.
    case reference(
      cell: String, at: Point, mirrored: Bool = false, angleDegrees: Double = 0,
      magnification: Double = 1)
    /// Columns × rows of a cell, unturned, the given steps apart; up to 32767 of each.
    case array(
      cell: String, at: Point, columns: Int, rows: Int, columnStep: Point, rowStep: Point)
    /// A text, which draws nothing.
    case text(LayerID, at: Point, String)
  }

  /// A named list of elements.
  public struct Cell: Sendable {
    /// The name that references use.
    public var name: String
    /// What the cell holds.
    public var elements: [Element]

    /// The cell with that name and content.
    public init(name: String, elements: [Element] = []) {
      (self.name, self.elements) = (name, elements)
    }
  }

  /// Micrometres per database unit.
  ///
  /// The default is 0.001.
  public var dbuMicrometres = 0.001
  /// The cells, in any order.
  public var cells: [Cell]

  /// A library of these cells.
  public init(cells: [Cell], dbuMicrometres: Double = 0.001) {
    (self.cells, self.dbuMicrometres) = (cells, dbuMicrometres)
  }

  /// Writes the file at once: it appears whole, or not at all.
  ///
  /// - Throws: `LayoutError`: `outOfRange` for what GDSII can't hold, `unwritable` where the file can't be written.
  public func write(to path: String) throws {
    do {
      try data().write(to: URL(filePath: path), options: .atomic)
    } catch let error as LayoutError {
      throw error.inFile(path)
    } catch {
      throw LayoutError(
        .unwritable, "the file can't be written: \(error.localizedDescription)", path: path)
    }
  }

  /// The bytes of the file; always the same for the same library.
  ///
  /// - Throws: `LayoutError.Code.outOfRange` for what GDSII can't hold.
  public func data() throws -> Data {
    var stream = GDSIIStream(dbuMicrometres: dbuMicrometres)
    stream.begin(library: "GOLDENDIE")
    for cell in cells {
      stream.begin(cell: cell.name)
      for element in cell.elements { try stream.add(element) }
      stream.add(.endstr)
    }
    stream.add(.endlib)
    return stream.bytes
  }
}

/// The records of a library being written.
private struct GDSIIStream {
  /// Points that fit one XY record.
  private static let pointsPerRecord = 8190

  let dbuMicrometres: Double
  var bytes = Data()

  init(dbuMicrometres: Double) { self.dbuMicrometres = dbuMicrometres }

  mutating func begin(library name: String) {
    add(.header, int16: [600])
    add(.bgnlib, int16: [Int16](repeating: 0, count: 12))
    add(.libname, text: name)
    add(.units, reals: [dbuMicrometres, dbuMicrometres * 1e-6])
  }

  mutating func begin(cell name: String) {
    add(.bgnstr, int16: [Int16](repeating: 0, count: 12))
    add(.strname, text: name)
  }

  mutating func add(_ element: GDSIILibrary.Element) throws {
    switch element {
    case .boundary(let layer, let points):
      add(.boundary)
      try add(layer, .datatype)
      try add(points: points + points.prefix(1))
    case .text(let layer, let place, let string):
      add(.text)
      try add(layer, .texttype)
      try add(points: [place])
      add(.string, text: string)
    case .reference(let cell, let place, let mirrored, let angle, let magnification):
      add(.sref)
      add(.sname, text: cell)
      if mirrored || angle != 0 || magnification != 1 {
        add(.strans, int16: [mirrored ? Int16.min : 0])
        add(.mag, reals: [magnification])
        add(.angle, reals: [angle])
      }
      try add(points: [place])
    case .array(let cell, let place, let columns, let rows, let columnStep, let rowStep):
      add(.aref)
      add(.sname, text: cell)
      guard let lattice = Int16(exactly: columns), let height = Int16(exactly: rows) else {
        throw LayoutError(.outOfRange, "an array of \(columns) × \(rows) is too large for GDSII")
      }
      add(.colrow, int16: [lattice, height])
      try add(points: [
        place, Self.far(place, columnStep, columns), Self.far(place, rowStep, rows),
      ])
    }
    add(.endel)
  }

  private static func far(_ place: Point, _ step: Point, _ count: Int) -> Point {
    Point(x: place.x + step.x * Double(count), y: place.y + step.y * Double(count))
  }

  private mutating func add(_ layer: LayerID, _ type: GDSIIRecordKind) throws {
    guard let number = UInt16(exactly: layer.layer), let kind = UInt16(exactly: layer.datatype)
    else { throw LayoutError(.outOfRange, "GDSII has no layer \(layer)") }
    add(.layer, int16: [Int16(bitPattern: number)])
    add(type, int16: [Int16(bitPattern: kind)])
  }

  private mutating func add(points: [Point]) throws {
    for start in stride(from: 0, to: points.count, by: Self.pointsPerRecord) {
      var payload = Data()
      for point in points[start..<min(start + Self.pointsPerRecord, points.count)] {
        for value in [point.x, point.y] {
          guard let whole = Int32(exactly: (value / dbuMicrometres).rounded()) else {
            throw LayoutError(.outOfRange, "\(value) µm leaves the 32-bit range of GDSII")
          }
          withUnsafeBytes(of: whole.bigEndian) { payload.append(contentsOf: $0) }
        }
      }
      add(.xy, dataType: 3, payload)
    }
  }

  mutating func add(_ kind: GDSIIRecordKind) { add(kind, dataType: 0, Data()) }

  private mutating func add(_ kind: GDSIIRecordKind, int16 values: [Int16]) {
    var payload = Data()
    for value in values {
      withUnsafeBytes(of: value.bigEndian) { payload.append(contentsOf: $0) }
    }
    add(kind, dataType: kind == .strans ? 1 : 2, payload)
  }

  private mutating func add(_ kind: GDSIIRecordKind, reals values: [Double]) {
    var payload = Data()
    for value in values {
      withUnsafeBytes(of: Self.real(value).bigEndian) { payload.append(contentsOf: $0) }
    }
    add(kind, dataType: 5, payload)
  }

  private mutating func add(_ kind: GDSIIRecordKind, text: String) {
    var payload = Data(text.utf8)
    if payload.count % 2 == 1 { payload.append(0) }
    add(kind, dataType: 6, payload)
  }

  private mutating func add(_ kind: GDSIIRecordKind, dataType: UInt8, _ payload: Data) {
    let length = UInt16(payload.count + 4)
    bytes.append(contentsOf: [UInt8(length >> 8), UInt8(length & 0xFF), kind.rawValue, dataType])
    bytes.append(payload)
  }

  /// A number as an excess-64 power of sixteen and 56 bits of mantissa.
  private static func real(_ value: Double) -> UInt64 {
    if value == 0 { return 0 }
    var exponent = 64
    var mantissa = abs(value)
    while mantissa >= 1 {
      mantissa /= 16
      exponent += 1
    }
    while mantissa < 1.0 / 16 {
      mantissa *= 16
      exponent -= 1
    }
    let sign: UInt64 = value < 0 ? 1 << 63 : 0
    return sign | UInt64(exponent) << 56 | UInt64(mantissa * 0x1p56)
  }
}
