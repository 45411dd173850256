import Foundation
import ImageFiles
import Inspection
import Layout
import Raster
import Records
import Reports

/// A wafer small enough to be made and inspected in a moment, with one defect to be found.
enum SmallScene {
  private static let pixelSizeUm = 0.1
  /// Scan pixels.
  private static let defect = PixelRect(x: 296, y: 84, width: 12, height: 12)

  /// Makes the wafer in a folder, inspects it, and says what was found.
  ///
  /// - Throws: a `Failure` when it was not the defect.
  static func inspect(in folder: URL) throws -> String {
    let start = ContinuousClock.now
    try make(in: folder)
    let device = try Device(recipe: folder.appending(path: "recipe.yaml"))
    let result = try device.inspect(folder.appending(path: "scan.png"))
    let results = folder.appending(path: "results", directoryHint: .isDirectory)
    let place = try result.write(into: results, outputs: device.recipe.outputs)
    if let reason = result.record.reason {
      throw Failure(.internal, "the test wafer is not inspectable: \(reason)")
    }
    let middle = (x: defect.x + defect.width / 2, y: defect.y + defect.height / 2)
    guard result.record.findings.contains(where: { $0.box.contains(x: middle.x, y: middle.y) }),
      FileManager.default.fileExists(atPath: place.appending(path: Report.fileName).path)
    else { throw Failure(.internal, "the defect of the test wafer is not found") }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return "a test wafer's defect is found, in \(seconds.digits(1)) s"
  }

  private static func make(in folder: URL) throws {
    let layer = LayerID(layer: 1, datatype: 0)
    let corners: [(x: Double, y: Double, width: Double, height: Double)] = [
      (3, 3, 9, 4), (15, 2, 3, 14), (21, 5, 12, 3), (36, 3, 4, 9), (4, 11, 5, 12), (22, 12, 7, 7),
      (12, 20, 6, 3), (33, 16, 9, 3), (32, 22, 3, 6), (13, 26, 14, 2),
    ]
    let shapes = corners.map { shape -> GDSIILibrary.Element in
      let (right, top) = (shape.x + shape.width, shape.y + shape.height)
      return .boundary(
        layer,
        [
          Point(x: shape.x, y: shape.y), Point(x: right, y: shape.y), Point(x: right, y: top),
          Point(x: shape.x, y: top),
        ])
    }
    // The frame makes the cell, whose middle the scan is expected at, as large as the scan.
    let frame = LayerID(layer: 2, datatype: 0)
    let library = GDSIILibrary(cells: [
      .init(
        name: "TOP",
        elements: shapes + [
          .boundary(
            frame,
            [Point(x: 0, y: 0), Point(x: 45, y: 0), Point(x: 45, y: 30), Point(x: 0, y: 30)])
        ])
    ])
    let file = folder.appending(path: "layout.gds")
    try library.write(to: file.path)
    let layout = try Layout(contentsOf: file.path)
    let toScan = Affine.translation(x: 0, y: -30)
      .then(.scale(x: 1 / pixelSizeUm, y: -1 / pixelSizeUm))
    let coverage = try layout.coverage(
      of: layer, in: layout.topCells[0], layoutToScan: toScan,
      rect: PixelRect(x: 0, y: 0, width: 450, height: 300))
    // Any noise will do that is always the same.
    var state: UInt32 = 1
    var scan = coverage.smoothed(sigma: 1).map { share -> Float in
      state = state &* 1_664_525 &+ 1_013_904_223
      return 0.3 + 0.4 * share + 0.04 * (Float(state >> 8) / Float(1 << 24) - 0.5)
    }
    for y in defect.y..<defect.maxY {
      for x in defect.x..<defect.maxX { scan[x, y] = 0.95 }
    }
    try PNGWriter.write(
      Picture(planes: [scan]), path: folder.appending(path: "scan.png").path,
      pixelSizeUm: pixelSizeUm)
    let recipe = """
      device: test wafer
      layout: {file: layout.gds, layers: {metal: 1/0}}
      scan: {pixel_size_um: \(pixelSizeUm)}

      """
    try Data(recipe.utf8).write(to: folder.appending(path: "recipe.yaml"))
  }
}
