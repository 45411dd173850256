import Foundation
import Inspection
import Layout
import TestSupport
import Testing

@Suite struct RecipeTests {
  @Test func `everything that can be said is read`() throws {
    let recipe = try recipe(
      """
      device: MPW-17
      layout:
        file: layout.gds   # by content
        cell: MPW_TOP
        layers: {ridge: 1/0, deep_etch: 2/1, opening: 20/0}
        styles: layers.lyp
      scan:
        pixel_size_um: [0.4, 0.5]
        valid_rows: 0..<1370
        valid_columns: 48...2047
        centers: centers.txt
        fields: 200/0
      golden: {baseline: table}
      matching:
        search: 5um
        rotation_deg: 1e-1
        threshold: 6
        least_contrast: 15
        false_alarms_per_mpx: 0.1
      outputs: [json]
      """)
    #expect(recipe.device == "MPW-17")
    let layout = try #require(recipe.layout)
    #expect(layout.file.lastPathComponent == "layout.gds" && layout.file.path.hasPrefix("/"))
    #expect(layout.cell == "MPW_TOP")
    #expect(layout.layers.map(\.name) == ["ridge", "deep_etch", "opening"])
    #expect(layout.layers.map(\.number.description) == ["1/0", "2/1", "20/0"])
    #expect(layout.styles?.lastPathComponent == "layers.lyp")
    #expect(recipe.files.contains { $0.key == "layout.styles" })
    #expect(recipe.scan.pixelSizeUm == 0.4...0.5)
    #expect(recipe.scan.validRows == 0..<1370 && recipe.scan.validColumns == 48..<2048)
    #expect(recipe.scan.centers?.lastPathComponent == "centers.txt")
    #expect(recipe.scan.fields == LayerID(layer: 200, datatype: 0))
    #expect(recipe.golden == .table)
    #expect(recipe.matching.search == .micrometres(5))
    #expect(recipe.matching.rotationDeg == 0.1)
    #expect(recipe.matching.threshold == 6)
    #expect(recipe.matching.leastContrast == 15)
    #expect(recipe.matching.falseAlarmsPerMpx == 0.1)
    #expect(recipe.outputs == [.json])
    #expect(recipe.sha256.count == 64)
  }

  @Test func `what is left out has its default`() throws {
    let recipe = try recipe("layout: {file: layout.gds, layers: {ridge: 1/0}}")
    #expect(recipe.device == "recipe" && recipe.golden == .table && recipe.scan == Recipe.Scan())
    #expect(recipe.matching.search == .share(0.25) && recipe.matching.rotationDeg == 2)
    #expect(recipe.outputs == [.html, .json])
  }

  @Test func `a supplied golden needs no layout`() throws {
    let recipe = try recipe(
      "golden: {image: golden.png}\nscan: {pixel_size_um: 2, valid_rows: 3...9}")
    guard case .image(let file) = recipe.golden else {
      Issue.record("\(recipe.golden)")
      return
    }
    #expect(file.lastPathComponent == "golden.png")
    #expect(recipe.layout == nil && recipe.scan.pixelSizeUm == 2...2)
    #expect(recipe.scan.validRows == 3..<10)
  }

  @Test func `neighbours alone are the golden where there is no layout`() throws {
    #expect(try recipe("golden: {neighbours: 4}").golden == .dies)
    #expect(
      try recipe("layout: {file: layout.gds, layers: {ridge: 1/0}}\ngolden: {neighbours: 4}").golden
        == .table)
  }

  @Test(arguments: [
    ("5um", Recipe.Search.micrometres(5)), ("2.5 µm", .micrometres(2.5)), ("25%", .share(0.25)),
    ("100 %", .share(1)), ("40px", .pixels(40)),
  ])
  func `a search distance has one of three units`(text: String, expected: Recipe.Search) {
    #expect(Recipe.Search(text) == expected)
  }

  @Test(arguments: ["5", "0um", "-3px", "101%", "px", "nan%", "infum", "5 nm", ""])
  func `any other search distance is refused`(text: String) {
    #expect(Recipe.Search(text) == nil)
  }

  @Test(arguments: [
    "1", "1/", "/0", "1/0/0", "-1/0", "+1/0", "1 / 0", "a/b", "1/99999999999", "¹/0",
  ])
  func `any other layer than two whole numbers is refused`(text: String) {
    #expect(LayerID(text) == nil)
  }

  @Test func `an absent recipe is told apart from a bad one`() {
    let error = #expect(throws: RecipeError.self) {
      try Recipe(contentsOf: URL(filePath: "/nowhere/recipe.yaml"))
    }
    #expect(error?.code == .noSuchFile)
    #expect(error?.description == "/nowhere/recipe.yaml: no such file")
    let folder = #expect(throws: RecipeError.self) { try Recipe(contentsOf: URL(filePath: "/")) }
    #expect(folder?.code == .unreadable)
  }

  @Test func `bytes that are no text are refused`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "recipe.yaml")
      try Data([0x64, 0xff, 0xfe]).write(to: file)
      let error = #expect(throws: RecipeError.self) { try Recipe(contentsOf: file) }
      #expect(error?.code == .unreadable)
      try Data(repeating: UInt8(ascii: "["), count: 200_000).write(to: file)
      #expect(throws: RecipeError.self) { try Recipe(contentsOf: file) }
      try Data(repeating: 0x20, count: 2 << 20).write(to: file)
      #expect(throws: RecipeError.self) { try Recipe(contentsOf: file) }
    }
  }

  @Test(.timeLimit(.minutes(1))) func `a recipe cut anywhere is read or refused`() throws {
    let whole =
      "device: a\nlayout: {file: layout.gds, layers: {ridge: 1/0}}\noutputs: [html, 'json']\n"
    for length in 0..<whole.count {
      do {
        _ = try recipe(String(whole.prefix(length)))
      } catch is RecipeError {}
    }
  }
}

/// Reads a recipe beside a layout, a golden picture and a centre table that are there.
func recipe(_ yaml: String) throws -> Recipe {
  try withTemporaryFolder { folder in
    for name in ["layout.gds", "golden.png", "centers.txt", "layers.lyp"] {
      try Data().write(to: folder.appending(path: name))
    }
    let file = folder.appending(path: "recipe.yaml")
    try Data(yaml.utf8).write(to: file)
    return try Recipe(contentsOf: file)
  }
}
