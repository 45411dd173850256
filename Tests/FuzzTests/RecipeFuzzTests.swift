import Foundation
import Inspection
import TestSupport
import Testing

extension FuzzTests {
  /// Damaged recipes give an error that names them, or a recipe.
  @Suite struct RecipeFuzzTests {
    private static let more = """
      device: "MPW-17"
      layout: {file: layout.gds, cell: TOP, layers: {ridge: 1/0, &a label: 63/0}}
      scan:
        pixel_size_um: 0.5
        valid_rows: 0..<1370
        centers: centers.txt
        fields: 200/0
      golden:
        baseline: tree
      matching: {search: 5um, rotation_deg: 2, threshold: 7, false_alarms_per_mpx: 0.1}
      outputs: [html, json, klarf]
      """

    @Test func `recipes`() throws {
      let demo = testsFolder.deletingLastPathComponent().appending(
        path: "Datasets/demo/recipe.yaml")
      let seeds = [[UInt8](try Data(contentsOf: demo)), Array(Self.more.utf8)]
      try Fuzzing("recipe", seeds: seeds).run { _, path in
        do {
          _ = try Recipe(contentsOf: URL(filePath: path))
        } catch let error as RecipeError {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }
}
