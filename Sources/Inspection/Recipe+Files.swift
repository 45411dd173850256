public import Foundation
internal import ImageFiles

extension Recipe {
  /// The files that a result depends on beside recipe and scan, by the keys that name them.
  public var files: [(key: String, file: URL)] {
    var files: [(key: String, file: URL)] = []
    if let layout { files.append(("layout.file", layout.file)) }
    if let styles = layout?.styles { files.append(("layout.styles", styles)) }
    switch golden {
    case .image(let file): files.append(("golden.image", file))
    case .images(let pictures):
      files += pictures.enumerated().map { ("golden.images.\($0 + 1)", $1) }
    case .generator(let file): files.append(("golden.generator", file))
    case .table, .tree, .dies: break
    }
    if let file = matching.calibration { files.append(("matching.calibration", file)) }
    if let file = scan.centers { files.append(("scan.centers", file)) }
    if let classifier { files.append(("classifier", classifier)) }
    return files
  }
}

/// What the head of a scan tells before it is read.
public struct ScanHeader: Sendable, Equatable {
  /// Columns and rows.
  public var width, height: Int

  /// Reads the head of an image file.
  ///
  /// - Throws: `ImageFileError`.
  public init(_ scan: URL) throws {
    let image = try ImageFile(path: scan.path)
    (width, height) = (image.width, image.height)
  }
}
