import ArgumentParser
import Foundation
import Golden
import Inspection

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures how good something is.",
    subcommands: [GoldenKinds.self])

  struct GoldenKinds: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "golden",
      abstract: "Teaches goldens of several kinds the same scans, and judges them by the same scans held out.",
      discussion: "Residuals are grey levels of 255, after the photometric fit.")

    @Option(help: ArgumentHelp("The recipe: layout and layers.", valueName: "file"))
    var recipe: String

    @Option(help: ArgumentHelp("The folder of photographs.", valueName: "folder"))
    var scans: String

    @Option(
      help: ArgumentHelp(
        "A folder with second photographs of the dies held out, NAME_again.png: what two photographs of one flawless "
          + "die differ by is the noise floor.", valueName: "folder"))
    var repeats: String?

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "What to compare: table, tree, fast, reference, or fast or reference with an objective, as 'fast:l1+0.2*ssim'.",
        valueName: "kind"))
    var kinds = ["table", "tree", "fast"]

    @OptionGroup var options: TrainingOptions

    @Flag(help: "Print the scores as JSON.")
    var json = false

    func run() throws {
      let settings = try options.settings
      let contestants = try kinds.map { try contestant($0, settings.training.objective) }
      let device = try Device(recipe: URL(filePath: recipe))
      let folder = try options.folder(scans, device: device)
      let contest = try GoldenContest(
        folder, device: device, settings: settings, repeats: repeats.map { URL(filePath: $0) })
      Console.tell("held out: " + contest.heldOut.joined(separator: ", "))
      let line = ProgressLine()
      defer { line.clear() }
      var entries: [GoldenContest.Entry] = []
      for contestant in contestants {
        entries.append(
          try contest.entry(contestant) { progress in
            line.show("\(contestant.name): \(progress.line)")
            return options.isOver(progress) ? .stop : .goOn
          })
        line.clear()
      }
      if json { return try Console.printJSON(entries) }
      print(GoldenKinds.table(entries))
    }

    private func contestant(
      _ kind: String, _ objective: Objective
    ) throws -> GoldenContest.Contestant {
      let parts = kind.split(separator: ":", maxSplits: 1).map(String.init)
      switch parts.first {
      case "table" where parts.count == 1: return .table
      case "tree" where parts.count == 1: return .tree
      default:
        guard let architecture = GeneratorArchitecture(rawValue: parts.first ?? "") else {
          throw ValidationError("'\(kind)' is none of table, tree, fast, reference.")
        }
        return .generator(
          architecture, parts.count > 1 ? try Objective(text: parts[1]) : objective)
      }
    }

    private static func table(_ entries: [GoldenContest.Entry]) -> String {
      let numbers = [
        "L1", "edges", "flats", "PSNR", "edges", "SSIM", "gradient L1", "of the floor", "edges",
        "learnt s", "Mpx/s",
      ]
      var table = TextTable(
        [.init(title: "golden")] + numbers.map { .init(title: $0, isNumber: true) })
      for entry in entries {
        let scores = entry.scores
        func level(_ value: Double) -> String { String(format: "%.2f", 255 * value) }
        func share(_ index: Int) -> String {
          entry.ratio.flatMap { $0[index] }.map { String(format: "%.2f", $0) } ?? "–"
        }
        table.add([
          entry.name, level(scores.all.l1), level(scores.edges.l1), level(scores.flats.l1),
          String(format: "%.2f", scores.all.psnr), String(format: "%.2f", scores.edges.psnr),
          String(format: "%.4f", scores.all.ssim), level(scores.all.gradientL1), share(0), share(1),
          String(format: "%.0f", entry.seconds), String(format: "%.1f", entry.mpxPerSecond),
        ])
      }
      return table.lines.joined(separator: "\n")
    }
  }
}
