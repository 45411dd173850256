import ArgumentParser
import Foundation
import Inspection
import Matching
import Records
import Reports

extension EvaluateCommand {
  struct Matching: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "matching",
      abstract: "Inspects scans whose defects are known, and tells what is found at which rate.",
      discussion:
        "Each way of inspecting is calibrated on the clean scans and judged by the others; the recipe's own calibration "
        + "serves 'recipe' where it names one.")

    @Option(help: ArgumentHelp("The recipe that says how to inspect (YAML).", valueName: "file"))
    var recipe: String

    @Option(help: ArgumentHelp("The folder of scans.", valueName: "folder"))
    var scans: String

    @Option(
      help: ArgumentHelp("The truth, as 'goldendie simulate' writes it (JSON).", valueName: "file"))
    var truth: String

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "Names of clean scans to calibrate on, or parts of names (default: those without defects in the truth).",
        valueName: "name"))
    var clean: [String] = []

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "What to compare: recipe, golden, table, tree, each of the three also with +neighbours, dies (the neighbours' median), "
          + "ideal (the clean twin), "
          + "neighbour (one other die), plain (the difference alone), without-STAGE, the recipe with a stage left out ("
          + DetectionStage.allCases.map(\.rawValue).joined(separator: ", ") + ").",
        valueName: "kind"))
    var kinds = ["recipe"]

    @Flag(help: "Add 'without-STAGE' for every stage that does something with these scans.")
    var ablation = false

    @Option(
      help: ArgumentHelp(
        "The folder of a page with curves and what was missed (default: none).",
        valueName: "folder"))
    var output: String?

    @Flag(help: "Print the record as JSON.")
    var json = false

    func run() throws {
      var contestants = try kinds.map { name in
        guard let contestant = MatchingContest.Contestant(name: name) else {
          throw ValidationError("there is no kind '\(name)'")
        }
        return (name, contestant)
      }
      try writing {
        if let output {
          try DetectionReport.check(URL(filePath: output, directoryHint: .isDirectory))
        }
      }
      let known = try KnownDefects(contentsOf: URL(filePath: truth))
      let device = try Device(recipe: URL(filePath: recipe))
      let files = try ScanFiles.files(in: scans, named: []).filter {
        known.names.contains($0.lastPathComponent)
      }
      let lessons =
        clean.isEmpty
        ? files.filter { known.isClean($0.lastPathComponent) }
        : try ScanFiles.files(in: scans, named: clean)
      let judged = files.filter { file in
        !lessons.contains { $0.lastPathComponent == file.lastPathComponent }
      }
      guard !judged.isEmpty else {
        throw ValidationError("no scan of the folder is in the truth and not calibrated on")
      }
      var contest = MatchingContest(device: device, truth: known, scans: judged, clean: lessons)
      if ablation {
        contestants += try contest.stagesAtWork().map { ("without-" + $0.rawValue, .without($0)) }
      }
      let line = ProgressLine()
      defer { line.clear() }
      var entries: [DetectionRecord.Entry] = []
      for (name, contestant) in contestants {
        entries.append(try contest.entry(contestant, name: name) { line.show($0) })
      }
      line.clear()
      let report = contest.report(entries)
      let record = report.record
      try writing {
        if let output { try report.write(to: URL(filePath: output, directoryHint: .isDirectory)) }
      }
      if json {
        print(String(decoding: try record.json(), as: UTF8.self), terminator: "")
      } else {
        print(Self.table(record))
      }
    }

    private func writing(_ body: () throws -> Void) throws {
      do { try body() } catch let error as ReportError { throw Failure(writing: error) }
    }

    private static func table(_ record: DetectionRecord) -> String {
      let rates = ["set", "0.1", "1", "10"]
      let numbers =
        ["Mpx", "AP"] + ["plain", "faint"].flatMap { kind in rates.map { kind + " " + $0 } }
        + ["alarms", "on clean", "Mpx/s"]
      var table = TextTable(
        [.init(title: "compared with")] + numbers.map { .init(title: $0, isNumber: true) })
      func told(_ count: DetectionRecord.AlarmCount?) -> String {
        count.map {
          "\($0.count) of \(($0.rate * $0.mpx).digits(1)) (\($0.low)–\($0.high))"
        } ?? "–"
      }
      for entry in record.entries {
        let recalls = entry.groups.filter { $0.name == "plain" || $0.name == "faint" }
          .flatMap { ([$0.atThreshold] + $0.recalls).map { $0?.recall?.digits(3) ?? "–" } }
        table.add(
          [entry.name, entry.mpx.digits(1), entry.averagePrecision.digits(3)] + recalls
            + [told(entry.alarms), told(entry.cleanAlarms), entry.mpxPerSecond.digits(1)])
      }
      var lines =
        table.lines + [
          "plain: 10 grey levels and 12 px or more; faint: 4 grey levels and 5 px or more; recall at the threshold that "
            + "calibration set, and at 0.1, 1 and 10 false alarms a Mpx",
          "alarms: false ones at the threshold that calibration set, those that its rate promises, and what chance makes of "
            + "those in 95 of 100 cases; on clean: those of scans without defects",
        ]
      if let proven = record.entries.first?.leastProvenRate {
        lines.append(
          "the calibration's clean scans prove no rate below \(proven.digits(2)) a Mpx (3/N, 95 %)")
      }
      return lines.joined(separator: "\n")
    }
  }
}
