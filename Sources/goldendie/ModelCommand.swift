import ArgumentParser
import Foundation
import Inspection
import Networks
import Records

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Tells what a model is.", subcommands: [Info.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info",
      abstract: "Tells what a generator or a classifier is, wants and was taught.",
      discussion: """
        EXAMPLES
          goldendie model info generator.safetensors
          goldendie model info defects.safetensors --json
        """)

    @Argument(
      help: ArgumentHelp("A model's file.", valueName: "file.safetensors"), completion: .file())
    var file: String

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
      let place = URL(filePath: file)
      let rows: [(String, String)]
      let content: Data
      if try Safetensors(path: file).metadata["format"]?.hasPrefix("goldendie.classifier") == true {
        let model = try ClassifierRecord(contentsOf: place)
        (rows, content) = (self.rows(model), try model.json())
      } else {
        let model = try ModelRecord(contentsOf: place)
        (rows, content) = (self.rows(model), try model.json())
      }
      if json { return print(String(decoding: content, as: UTF8.self), terminator: "") }
      let width = (rows.map(\.0.count).max() ?? 0) + 1
      for (name, text) in rows {
        print(name + String(repeating: " ", count: width - name.count) + text.onOneLine)
      }
    }

    private func rows(_ model: ClassifierRecord) -> [(String, String)] {
      [
        ("architecture", model.architecture), ("classes", model.classes.joined(separator: ", ")),
        ("scans", model.channels == 1 ? "grey" : "colour"),
        ("parameters", "\(model.parameters)"),
        (
          "work",
          model.multiplicationsPerPixel.map { "\($0.digits(0)) multiplications a pixel" }
            ?? "not known: the network is not built as '\(model.architecture)' is"
        ),
        ("temperature", model.temperature.digits(3)),
        ("measures", model.measuresWeight.map { "count to a share of \($0.digits(2))" } ?? "-"),
        ("explained", "\(model.conceptLayer) by \(model.method)"),
        ("taught", "\(model.steps) steps in \(model.seconds.digits(0)) s, seed \(model.seed)"),
        ("begun with", model.startSha256.map { "sha256 \($0)" } ?? "chance"),
        (
          "places",
          model.places.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
        ),
        ("held out", "\(model.heldOut.count) of \(model.heldOut.count + model.taught.count) scans"),
        (
          "named right",
          model.scores?.accuracy.map { "\((100 * $0).digits(1)) % of the places held out" }
            ?? "not known"
        ),
        ("data", model.dataSha256.isEmpty ? "not known" : "sha256 \(model.dataSha256)"),
        ("file", "sha256 \(model.file.sha256)"),
      ]
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
