internal import Foundation
internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster

extension Device {
  /// What a scan may have at most where other dies are asked, or learnt from.
  static let greatestBeside = 64_000_000

  /// Reads a scan's header and its sidecar.
  func open(_ scan: URL) throws -> OpenedScan {
    let sidecar = try Sidecar.read(for: scan)
    let image = try ImageFile(path: scan.path)
    func valid(_ lines: Range<Int>?, of count: Int, _ kind: String) throws -> Range<Int> {
      guard let lines else { return 0..<count }
      guard lines.lowerBound < count else {
        throw InspectionError(
          .unusableScan, path: scan.relativePath,
          "the scan has \(count) \(kind)s, and scan.valid_\(kind)s begins at \(lines.lowerBound)")
      }
      return lines.clamped(to: 0..<count)
    }
    let rows = try valid(recipe.scan.validRows, of: image.height, "row")
    let columns = try valid(recipe.scan.validColumns, of: image.width, "column")
    let field = PixelRect(
      x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    return OpenedScan(
      file: scan, image: image, sidecar: sidecar, field: field,
      place: try ScanPlace(of: scan, image: image, field: field, sidecar: sidecar, device: self))
  }

  /// Reads a scan as a whole.
  func read(_ scan: URL) throws -> ReadScan { try read(try open(scan)) }

  /// Reads the whole of a scan.
  func read(_ opened: OpenedScan) throws -> ReadScan {
    let (image, field) = (opened.image, opened.field)
    guard field.area <= Self.greatestBeside else {
      throw InspectionError(
        .unusableScan, path: opened.file.relativePath,
        "the scan has \(field.area / 1_000_000) Mpx; beside other scans, and to learn from, up to "
          + "\(Self.greatestBeside / 1_000_000) Mpx are held")
    }
    let picture = try image.read(field).withoutIdleColour
    try readRest(opened)
    return ReadScan(opened: opened, picture: picture)
  }

  /// Reads what lies below the field: damage there is damage of the file.
  func readRest(_ opened: OpenedScan) throws {
    let (image, field) = (opened.image, opened.field)
    for y in stride(from: field.maxY, to: image.height, by: 512) {
      _ = try image.read(
        PixelRect(x: 0, y: y, width: image.width, height: min(512, image.height - y)))
    }
  }

  func reference() throws -> any RegistrationReference {
    if let supplied { return PictureReference(supplied.golden.picture.luminance) }
    guard let stack else { preconditionFailure("a recipe without a layout has a golden picture") }
    return LayoutReference(
      stack: stack,
      marks: recipe.matching.marks.flatMap { name in
        stack.layers.firstIndex { $0.name == name }
      })
  }
}
