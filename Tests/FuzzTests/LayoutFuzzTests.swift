import Foundation
import Layout
import Raster
import TestSupport
import Testing

extension FuzzTests {
  /// Damaged layouts give an error, or a layout that can be asked.
  @Suite struct LayoutFuzzTests {
    private static func ask(_ bytes: [UInt8], _ path: String) throws {
      var limits = Layout.Limits()
      limits.heldBytes = 1 << 24
      do {
        let layout = try Layout(Data(bytes), limits: limits)
        #expect(!layout.info.format.isEmpty)
        let rect = PixelRect(x: 0, y: 0, width: 24, height: 24)
        for cell in layout.topCells.prefix(3) {
          for layer in layout.layers.prefix(3) {
            guard let box = layout.bounds(of: layer, in: cell) else { continue }
            let scale = 20 / max(box.width, box.height, 1e-6)
            let map = Affine(
              a: scale, b: 0, tx: 2 - box.low.x * scale, c: 0, d: -scale, ty: 22 + box.low.y * scale
            )
            let plane = try? layout.coverage(
              of: layer, in: cell, layoutToScan: map, rect: rect, limit: 20_000)
            #expect(plane?.samples.allSatisfy { $0 >= 0 && $0 <= 1 } ?? true)
          }
        }
        for cell in layout.cells.prefix(3) {
          _ = layout.texts(in: cell)
          _ = layout.nodes(in: cell)
        }
      } catch let error as LayoutError {
        #expect(!error.description.contains("\n") && error.code != .noSuchFile)
      }
    }

    @Test func `GDSII`() throws {
      try Fuzzing("gdsii", seeds: layouts(in: "odd_layouts.json")).run(Self.ask)
    }

    @Test func `OASIS`() throws {
      try Fuzzing("oasis", seeds: layouts(in: "odd_oasis.json")).run(Self.ask)
    }

    @Test func `layer properties`() throws {
      let path = testsFolder.appending(path: "LayoutTests/Fixtures/styles.lyp")
      try Fuzzing("lyp", seeds: [[UInt8](try Data(contentsOf: path))]).run { bytes, _ in
        do { _ = try LayerStyles(Data(bytes)) } catch let error as LayoutError {
          #expect(error.code == .notLayerStyles)
        }
      }
    }
  }
}
