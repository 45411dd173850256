import Foundation
import ImageFiles
import Layout
import Raster
import TestSupport

/// A folder with a layout of 60 × 45 µm, a recipe for it, and scans of 0.1 µm a pixel that a test can spoil.
struct Scene {
  static let layer = LayerID(layer: 1, datatype: 0)
  let folder: URL

  /// Makes layout and recipe.
  init(in folder: URL) throws {
    self.folder = folder
    var numbers = Numbers()
    var elements: [GDSIILibrary.Element] = [Self.polygon(2, [(0, 0), (60, 0), (60, 45), (0, 45)])]
    // One in each field of 15 µm, so that they don't grow together.
    for place in 0..<12 {
      let (x, y) = (Double(place % 4) * 15 + 1, Double(place / 4) * 15 + 1)
      let (width, height) = (4 + 9 * numbers.next(), 4 + 9 * numbers.next())
      let cut = place % 3 == 0 ? 0 : 2 * numbers.next()
      elements.append(
        Self.polygon(
          1, [(x, y), (x + width, y), (x + width - cut, y + height), (x + cut, y + height)]))
    }
    try GDSIILibrary(cells: [.init(name: "TOP", elements: elements)])
      .write(to: file("layout.gds").path)
    try write("recipe.yaml", Self.recipe)
  }

  static let recipe = """
    device: scene
    layout:
      file: layout.gds
      layers: {metal: 1/0}
    scan:
      pixel_size_um: 0.1
    """

  func file(_ name: String) -> URL { folder.appending(path: name) }

  func write(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: file(name)) }

  /// What the layout looks like through a microscope, with a bright defect where one is asked for, and a noise that is each
  /// number's own.
  func scan(defect: PixelRect? = nil, number: UInt32 = 7) throws -> Picture {
    let layout = try Layout(contentsOf: file("layout.gds").path)
    let coverage = try layout.coverage(
      of: Self.layer, in: layout.topCells[0],
      layoutToScan: Affine.translation(x: 0, y: -45).then(.scale(x: 10, y: -10)),
      rect: PixelRect(x: 0, y: 0, width: 600, height: 450))
    var numbers = Numbers(state: number)
    var scan = coverage.smoothed(sigma: 1).map {
      0.3 + 0.4 * $0 + 0.05 * Float(numbers.next() - 0.5)
    }
    if let defect {
      for y in defect.y..<defect.maxY {
        for x in defect.x..<defect.maxX { scan[x, y] = 0.95 }
      }
    }
    return Picture(planes: [scan])
  }

  /// Everything below a folder of the scene, hidden files too; nothing where it is missing.
  func content(of name: String) -> [String] {
    (FileManager.default.subpaths(atPath: file(name).path) ?? []).sorted()
  }

  private static func polygon(_ layer: Int, _ corners: [(Double, Double)]) -> GDSIILibrary.Element {
    .boundary(LayerID(layer: layer, datatype: 0), corners.map { Point(x: $0.0, y: $0.1) })
  }
}

/// Numbers from 0 to 1 that look like chance and are always the same.
private struct Numbers {
  var state: UInt32 = 7

  mutating func next() -> Double {
    state = state &* 1_664_525 &+ 1_013_904_223
    return Double(state >> 8) / Double(1 << 24)
  }
}

/// Runs a test in a scene of its own.
func withScene<Result>(_ body: (Scene) throws -> Result) throws -> Result {
  try withTemporaryFolder { try body(Scene(in: $0)) }
}
