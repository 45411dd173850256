import Foundation
import ImageFiles
import Inspection
import Layout
import Raster
import Records
import TestSupport
import Testing

/// A scan of 90 × 70 µm, 0.1 µm a pixel, with defects that lie across the borders of tiles.
@Suite struct FootprintTests {
  private static let size = PixelRect(x: 0, y: 0, width: 900, height: 700)
  private static let defects = [
    PixelRect(x: 250, y: 100, width: 14, height: 9),
    PixelRect(x: 600, y: 252, width: 9, height: 12),
    PixelRect(x: 508, y: 508, width: 10, height: 10), PixelRect(x: 60, y: 640, width: 7, height: 7),
  ]

  private func make(in folder: URL) throws {
    let layer = LayerID(layer: 1, datatype: 0)
    var random = Seeded(state: 5)
    func box(_ layer: LayerID, _ x: Double, _ y: Double, _ w: Double, _ h: Double)
      -> GDSIILibrary.Element
    {
      .boundary(
        layer,
        [
          Point(x: x, y: y), Point(x: x + w, y: y), Point(x: x + w, y: y + h),
          Point(x: x, y: y + h),
        ])
    }
    var elements = [box(LayerID(layer: 2, datatype: 0), 0, 0, 90, 70)]
    for row in 0..<7 {
      for column in 0..<9 {
        elements.append(
          box(
            layer, Double(column) * 10 + Double.random(in: 0.5...3, using: &random),
            Double(row) * 10 + Double.random(in: 0.5...3, using: &random),
            Double.random(in: 2...6, using: &random), Double.random(in: 2...6, using: &random)))
      }
    }
    try GDSIILibrary(cells: [.init(name: "TOP", elements: elements)])
      .write(to: folder.appending(path: "layout.gds").path)
    let layout = try Layout(contentsOf: folder.appending(path: "layout.gds").path)
    let coverage = try layout.coverage(
      of: layer, in: layout.topCells[0],
      layoutToScan: Affine.translation(x: 0, y: -70).then(.scale(x: 10, y: -10)), rect: Self.size)
    var scan = coverage.smoothed(sigma: 1).map { 0.3 + 0.4 * $0 }
    for y in 0..<scan.height {
      for x in 0..<scan.width {
        scan[x, y] += Float.random(in: -0.02...0.02, using: &random) + 0.05 * Float(x) / 900
      }
    }
    for defect in Self.defects {
      for y in defect.y..<defect.maxY { for x in defect.x..<defect.maxX { scan[x, y] = 0.97 } }
    }
    try Data(PNGEncoder.encode(Picture(planes: [scan])))
      .write(to: folder.appending(path: "scan.png"))
    try Data(
      """
      layout: {file: layout.gds, layers: {metal: 1/0}}
      scan: {pixel_size_um: 0.1}
      matching: {search: 20px}
      """.utf8
    ).write(to: folder.appending(path: "recipe.yaml"))
  }

  private func findings(
    _ device: Device, _ scan: URL, wholePx: Int, tileSide: Int?
  ) throws -> [FindingRecord] {
    var footprint = Device.Footprint()
    (footprint.wholePx, footprint.tileSide) = (wholePx, tileSide)
    let result = try device.inspect(scan, footprint: footprint)
    #expect(result.record.verdict == .inspected, "\(result.record.reason ?? "")")
    return result.record.findings
  }

  @Test(arguments: [1_000_000, 0])
  func `what is found does not hang on the tiles`(wholePx: Int) throws {
    try withTemporaryFolder { folder in
      try make(in: folder)
      let device = try Device(recipe: folder.appending(path: "recipe.yaml"))
      let scan = folder.appending(path: "scan.png")
      let whole = try findings(device, scan, wholePx: wholePx, tileSide: 4096)
      for defect in Self.defects {
        #expect(whole.contains { !$0.box.intersection(defect).isEmpty }, "\(defect)")
      }
      #expect(try findings(device, scan, wholePx: wholePx, tileSide: 256) == whole)
      #expect(try findings(device, scan, wholePx: wholePx, tileSide: 96) == whole)
    }
  }

  @Test func `a window of a scan in tiles is judged again as it was`() throws {
    try withTemporaryFolder { folder in
      try make(in: folder)
      let device = try Device(recipe: folder.appending(path: "recipe.yaml"))
      let scan = folder.appending(path: "scan.png")
      var footprint = Device.Footprint()
      footprint.wholePx = 0
      let tiled = try device.inspect(scan, footprint: footprint)
      let rect = PixelRect(x: 480, y: 470, width: 90, height: 70)
      let window = try #require(try tiled.window(rect))
      #expect(window.scan.width == 90 && window.golden.height == 70)
      let score = try #require(
        tiled.record.findings.first { !$0.box.intersection(Self.defects[2]).isEmpty }
      ).score
      #expect(window.difference.samples.map { abs($0) }.max() == Float(score))
    }
  }

  @Test func `zones and layers that are left out hold no finding`() throws {
    try withTemporaryFolder { folder in
      try make(in: folder)
      let recipe = folder.appending(path: "recipe.yaml")
      let text = try String(contentsOf: recipe, encoding: .utf8)
      let scan = folder.appending(path: "scan.png")
      func found(_ more: String) throws -> [PixelRect] {
        try Data(text.replacing("search: 20px", with: "search: 20px, " + more).utf8).write(
          to: recipe)
        return try Device(recipe: recipe).inspect(scan).record.findings.map(\.box)
      }
      // The first defect lies at 25 to 26.4 µm, 59.1 to 60 µm.
      let boxes = try found("exclude: [[20, 55, 30, 65]]")
      #expect(!boxes.isEmpty && boxes.allSatisfy { $0.intersection(Self.defects[0]).isEmpty })
      #expect(boxes.contains { !$0.intersection(Self.defects[1]).isEmpty })
      let all = try found("merge: 250px")
      #expect(all.count < Self.defects.count)
      let none = try found("sensitivity: {metal: 0}")
      #expect(none.count <= (try found("sensitivity: {metal: 1}")).count)
    }
  }
}
