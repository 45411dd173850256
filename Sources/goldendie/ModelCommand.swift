import ArgumentParser
import Foundation
import Inspection
import Records

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Tells what a model is.", subcommands: [Info.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info",
      abstract: "Tells what a generator is, wants and was taught.",
      discussion: """
        EXAMPLES
          goldendie model info generator.safetensors
          goldendie model info generator.safetensors --json
        """)

    @Argument(
      help: ArgumentHelp("A generator's file.", valueName: "file.safetensors"), completion: .file())
    var file: String

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
      let model = try ModelRecord(contentsOf: URL(filePath: file))
      if json {
        print(String(decoding: try model.json(), as: UTF8.self), terminator: "")
        return
      }
      let rows = rows(model)
      let width = (rows.map(\.0.count).max() ?? 0) + 1
      for (name, text) in rows {
        print(name + String(repeating: " ", count: width - name.count) + text.onOneLine)
      }
    }

    private func rows(_ model: ModelRecord) -> [(String, String)] {
      func count(_ names: [String]) -> String {
        names.isEmpty ? "none" : "\(names.count): " + names.joined(separator: ", ")
      }
      let sizes = Set(model.pixelSizesUm.map { $0.significant(4) }).sorted()
      return [
        ("architecture", model.architecture),
        ("layers", model.layers.joined(separator: ", ")),
        ("pictures", model.channels == 1 ? "grey" : "colour"),
        ("pixel size", sizes.joined(separator: " to ") + " µm"),
        ("parameters", "\(model.parameters)"),
        (
          "work",
          model.multiplicationsPerPixel.map { "\($0.digits(0)) multiplications a pixel" }
            ?? "not known: the network is not built as '\(model.architecture)' is"
        ),
        ("objective", model.objective),
        ("taught", "\(model.steps) steps in \(model.seconds.digits(0)) s, seed \(model.seed)"),
        ("scans", count(model.taught)), ("held out", count(model.heldOut)),
        (
          "residual",
          model.heldOutResidual.map { "\($0.significant(3)) grey levels, held out" } ?? "not known"
        ),
        ("data", model.dataSha256.isEmpty ? "not known" : "sha256 \(model.dataSha256)"),
        ("file", "sha256 \(model.file.sha256)"),
      ]
    }
  }
}
