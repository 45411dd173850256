import ArgumentParser
import Foundation
import Inspection
import Records
import Reports

extension EvaluateCommand {
  struct Naming: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "naming",
      abstract: "Inspects scans whose defects are known, and tells how their findings are named.",
      discussion: """
        Each data set is a folder as 'goldendie simulate' writes it. Visible defects have 10 grey levels and 12 pixels or \
        more; the strongest finding on a defect gives its name. Recall and false alarms are told before and after nuisances are \
        left out.
        """)

    @OptionGroup var data: NamingOptions

    @Option(
      help: ArgumentHelp("The classifier (default: the recipe's).", valueName: "file.safetensors"))
    var classifier: String?

    @Flag(help: "Print the record as JSON.")
    var json = false

    func run() throws {
      var contest: NamingContest?
      let line = ProgressLine()
      defer { line.clear() }
      for dataset in data.dataset {
        let folder = URL(filePath: dataset, directoryHint: .isDirectory)
        let truth = try KnownDefects(contentsOf: folder.appending(path: "truth.json"))
        let device = try Device(
          recipe: data.recipe.map { URL(filePath: $0) } ?? folder.appending(path: "recipe.yaml"))
        if contest == nil {
          contest = try NamingContest(
            device: device, classifier: classifier.map { URL(filePath: $0) })
        } else {
          contest?.go(on: device)
        }
        try contest?.add(truth, scans: try Device.scans(in: folder.appending(path: "scans"))) {
          line.show("\(dataset)/\($0)")
        }
      }
      line.clear()
      guard let record = contest?.result else { return }
      if json { return print(String(decoding: try record.json(), as: UTF8.self), terminator: "") }
      tell(record)
    }

    private func tell(_ record: NamingContestRecord) {
      func share(_ part: Int, _ all: Int) -> String {
        all == 0 ? "–" : "\((100 * Double(part) / Double(all)).digits(1)) %"
      }
      print(
        "\(record.scans) scans, \(record.mpx.digits(1)) Mpx"
          + (record.refused > 0 ? ", \(record.refused) not inspectable" : ""))
      print(
        "visible defects found: \(record.found) of \(record.defects), \(share(record.found, record.defects)); "
          + "without nuisances \(record.foundLeft), \(share(record.foundLeft, record.defects))")
      print(
        "false alarms: \(record.falseAlarms), \((Double(record.falseAlarms) / record.mpx).digits(2)) a Mpx; "
          + "without nuisances \(record.falseAlarmsLeft), \((Double(record.falseAlarmsLeft) / record.mpx).digits(2)) a Mpx"
      )
      guard let names = record.names, let accuracy = names.accuracy else { return }
      print(
        "named right: \((100 * accuracy).digits(1)) % of \(names.confusion.reduce(0) { $0 + $1.reduce(0, +) })"
          + (record.shared > 0 ? " (\(record.shared) more share a finding with another)" : ""))
      print("")
      let used = names.classes.indices.filter { label in
        names.confusion[label].contains { $0 > 0 } || names.confusion.contains { $0[label] > 0 }
      }
      var table = TextTable(
        [.init(title: "is, named")]
          + used.map { .init(title: String(names.classes[$0].prefix(9)), isNumber: true) }
          + [.init(title: "unknown", isNumber: true)])
      for truth in used where names.confusion[truth].contains(where: { $0 > 0 }) {
        table.add(
          [names.classes[truth]]
            + used.map { names.confusion[truth][$0] == 0 ? "" : "\(names.confusion[truth][$0])" }
            + ["\(names.unknown[truth])"])
      }
      for line in table.lines { print(line) }
      print("\nconfidence is off by \((100 * names.calibrationError).digits(1)) points in the mean")
      var bins = TextTable([
        .init(title: "confidence"), .init(title: "findings", isNumber: true),
        .init(title: "mean %", isNumber: true), .init(title: "right %", isNumber: true),
      ])
      for (number, bin) in names.reliability.enumerated() where bin.count > 0 {
        bins.add([
          "\(10 * number) to \(10 * number + 10) %", "\(bin.count)",
          (100 * bin.confidence).digits(1), (100 * bin.accuracy).digits(1),
        ])
      }
      for line in bins.lines { print(line) }
    }
  }

  struct Explanations: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "explanations",
      abstract:
        "Measures how faithful every way to explain a classifier is, on labelled places that it names right.",
      discussion: """
        Deletion and insertion: how much the score changes when the most relevant concepts are taken away, or are all that is \
        left, in 15 steps; odds: the same of the logarithm of the odds against all other classes; pointing and mass: how often, and how much of, a heat map lies in the object; context: how much of \
        the top concepts' relevance lies outside; concepts: how many make 80 % of all relevance; random weights and labels: \
        the correlation with maps of networks that learnt nothing.
        """)

    @OptionGroup var data: NamingOptions

    @Option(help: ArgumentHelp("The classifier.", valueName: "file.safetensors"))
    var classifier: String

    @Option(
      help: ArgumentHelp(
        "Judge by the scans whose name contains this; may be given several times (default: every fifth).",
        valueName: "name"))
    var holdOut: [String] = []

    @Option(help: ArgumentHelp("The layer whose channels are the concepts.", valueName: "name"))
    var layer: String?

    @Option(help: ArgumentHelp("Places of each class at most.", valueName: "n"))
    var places = 12

    @Option(
      help: ArgumentHelp(
        "A classifier that was taught labels by chance, whose maps are to be others.",
        valueName: "file.safetensors"))
    var labelsByChance: String?

    @Option(
      help: ArgumentHelp(
        "The folder of a page with the curves (default: none).", valueName: "folder"))
    var output: String?

    @Option(
      help: ArgumentHelp(
        "The model's card in Markdown, written again with the table (default: none).",
        valueName: "file.md"))
    var card: String?

    @Flag(help: "Print the record as JSON.")
    var json = false

    func validate() throws {
      guard (1...10_000).contains(places) else { throw ValidationError("--places is 1 or more.") }
    }

    func run() throws {
      let file = URL(filePath: classifier)
      let model = try ClassifierRecord(contentsOf: file)
      if let output {
        do { try FaithfulnessPage.check(URL(filePath: output)) } catch let error as ReportError {
          throw Failure(writing: error)
        }
      }
      let contest = try ExplanationContest(
        file, data: try data.read(classes: Array(model.classes.dropFirst())), holdingOut: holdOut,
        each: places)
      let line = ProgressLine()
      defer { line.clear() }
      let record = try contest.record(
        layer: layer, labelsByChance: labelsByChance.map { URL(filePath: $0) }
      ) { line.show("judging \($0)") }
      line.clear()
      do {
        if let output { try FaithfulnessPage(record).write(to: URL(filePath: output)) }
        if let card {
          try ClassifierCard(model, faithfulness: record).write(to: URL(filePath: card))
        }
      } catch let error as ReportError {
        throw Failure(writing: error)
      }
      if json { return print(String(decoding: try record.json(), as: UTF8.self), terminator: "") }
      print(
        "\(record.samples.values.reduce(0, +)) places of \(record.samples.count) classes, concepts of \(record.layer)"
      )
      let (head, rows) = FaithfulnessTable.cells(record)
      var table = TextTable(
        head.enumerated().map { .init(title: $0.element, isNumber: $0.offset > 0) })
      for row in rows { table.add(row) }
      for line in table.lines { print(line) }
    }
  }
}
