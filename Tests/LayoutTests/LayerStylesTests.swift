import Foundation
import Layout
import TestSupport
import Testing

@Suite struct LayerStylesTests {
  private static func styles(_ text: String) throws -> LayerStyles {
    try LayerStyles(Data(text.utf8))
  }

  @Test func `what KLayout writes is read: groups, names, colours, hidden layers`() throws {
    let styles = try LayerStyles(contentsOf: fixtures.appending(path: "styles.lyp").path)
    #expect(styles.all.map(\.layer.description) == ["1/0", "10/0", "11/5", "20/3"])
    let ridge = try #require(styles[LayerID(layer: 1, datatype: 0)])
    #expect(ridge.name == "Ridge <Si> & more" && ridge.isVisible)
    #expect(ridge.fill?.hex == "#ff80a8" && ridge.frame == LayerColour("#c00000"))
    let hidden = try #require(styles[LayerID(layer: 11, datatype: 5)])
    #expect(hidden.name == nil && !hidden.isVisible && hidden.fill?.hex == "#0a0b0c")
    #expect(styles[LayerID(layer: 20, datatype: 3)]?.name == "opening")
    #expect(styles[LayerID(layer: 20, datatype: 3)]?.fill == nil)
    #expect(styles[LayerID(layer: 2, datatype: 0)] == nil)
  }

  @Test func `tabs are flattened, and the first of a layer counts`() throws {
    let one = "<properties><name>a</name><source>1/0@1</source></properties>"
    let two = "<properties><name>b</name><source>m (1/0)@2</source></properties>"
    let styles = try Self.styles(
      "<?xml version=\"1.0\"?><layer-properties-tabs><layer-properties>\(one)</layer-properties>"
        + "<!-- x --><layer-properties>\(two)<name/></layer-properties></layer-properties-tabs>")
    #expect(styles.all.count == 2 && styles[LayerID(layer: 1, datatype: 0)]?.name == "a")
  }

  @Test func `what is none says so, at its byte`() throws {
    for (text, offset) in [
      ("", 0), ("hello", 0), ("<a></a>", 0), ("<layer-properties>", 18),
      ("<layer-properties></b>", 18), ("<layer-properties>&what;", 18), ("<layer-properties><", 19),
      ("</a>", 4),
    ] {
      let error = #expect(throws: LayoutError.self) { try Self.styles(text) }
      #expect(error?.code == .notLayerStyles && error?.offset == offset, "\(text)")
    }
    let deep = String(repeating: "<a>", count: 100_000)
    #expect(throws: LayoutError.self) { try Self.styles("<layer-properties>" + deep) }
    let missing = #expect(throws: LayoutError.self) { try LayerStyles(contentsOf: "/missing.lyp") }
    #expect(missing?.code == .noSuchFile)
  }

  @Test func `a cut anywhere is an error or a shorter list`() throws {
    let whole = try Data(contentsOf: fixtures.appending(path: "styles.lyp"))
    for length in 0..<whole.count {
      if let styles = try? LayerStyles(whole.prefix(length)) { #expect(styles.all.count <= 4) }
    }
  }
}
