import ArgumentParser
import Foundation
import Golden
import Inspection
import Networks
import Records
import Reports

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures how good something is.",
    subcommands: [
      Matching.self, Pairs.self, GoldenKinds.self, Naming.self, Explanations.self,
    ], defaultSubcommand: Matching.self)

  struct GoldenKinds: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "golden",
      abstract:
        "Teaches goldens of several kinds the same scans, and judges them by the same scans held out.",
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

    @Option(
      help: ArgumentHelp(
        "The folder of a page with the scores and samples of all goldens (default: none).",
        valueName: "folder"))
    var output: String?

    @OptionGroup var options: TrainingOptions

    @Flag(help: "Print the scores as JSON.")
    var json = false

    func run() throws {
      let settings = try options.settings
      let contestants = try kinds.map { try contestant($0, settings.training.objective) }
      try writing { if let output { try ContestReport.check(URL(filePath: output)) } }
      let device = try Device(recipe: URL(filePath: recipe))
      let folder = try options.folder(scans, device: device)
      var contest = try GoldenContest(
        folder, device: device, settings: settings, repeats: repeats.map { URL(filePath: $0) })
      Console.tell("held out: " + contest.heldOut.joined(separator: ", "))
      let line = ProgressLine()
      defer { line.clear() }
      var entries: [GoldenContest.Entry] = []
      for contestant in contestants {
        entries.append(
          try contest.entry(contestant) { progress in
            line.show("\(contestant.name): " + progress.line { ($0 * 255).significant(3) })
            return options.learning.isOver(progress) ? .stop : .goOn
          })
        line.clear()
      }
      let report = contest.report(entries)
      if json {
        print(String(decoding: try report.record.json(), as: UTF8.self), terminator: "")
      } else {
        print(GoldenKinds.table(report.record))
      }
      try writing { if let output { try report.write(to: URL(filePath: output)) } }
    }

    private func writing(_ body: () throws -> Void) throws {
      do { try body() } catch let error as ReportError { throw Failure(writing: error) }
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

    private static func table(_ record: ContestRecord) -> String {
      let numbers = [
        "L1", "edges", "flats", "PSNR", "edges", "SSIM", "gradient L1", "of the floor", "edges",
        "learnt s", "Mpx/s",
      ]
      var table = TextTable(
        [.init(title: "golden")] + numbers.map { .init(title: $0, isNumber: true) })
      for entry in record.entries {
        let scores = entry.scores
        table.add([
          entry.name, scores.all.l1.digits(2), scores.edges.l1.digits(2),
          scores.flats.l1.digits(2), scores.all.psnr?.digits(2) ?? "∞",
          scores.edges.psnr?.digits(2) ?? "∞", scores.all.ssim.digits(4),
          scores.all.gradientL1.digits(2), entry.overFloor?.digits(2) ?? "–",
          entry.edgesOverFloor?.digits(2) ?? "–", entry.seconds.digits(0),
          entry.mpxPerSecond.digits(1),
        ])
      }
      return table.lines.joined(separator: "\n")
    }
  }
}
