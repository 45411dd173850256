import ArgumentParser
import Classification
import Foundation
import Inspection
import Networks
import Records
import Reports

extension TrainCommand {
  struct Classifier: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "classifier",
      abstract: "Teaches a classifier to name findings.",
      discussion: """
        A data set is a folder as 'goldendie simulate' writes it, a folder of pairs in DeepPCB's format, a JSON file in COCO's \
        format, or a CSV file of decisions (results,finding,class: a scan's results folder, a finding's number and what it \
        is). Scans without a golden of their own are placed and compared by the recipe; what that flags without need is \
        learnt as 'nuisance'. Scans held out judge the model and calibrate its confidence. Ctrl-C stops and leaves what \
        was learnt so far; --resume goes on from there. The same data, options and seed give the same model.

        EXAMPLES
          goldendie train classifier --dataset wafer --output defects.safetensors
          goldendie train classifier --dataset wafer corrections.csv --recipe recipe.yaml --output defects.safetensors
        """)

    @OptionGroup var data: NamingOptions

    @Option(help: ArgumentHelp("The model to write.", valueName: "file.safetensors"))
    var output: String

    @Option(
      help: ArgumentHelp(
        "A card of the model in Markdown: what it was taught, scores, limits (default: none).",
        valueName: "file.md"))
    var card: String?

    @Option(
      help: ArgumentHelp(
        "A classifier of the same classes to begin with, instead of chance.", valueName: "file"))
    var start: String?

    @Option(help: "The network: light or reference.", transform: choice)
    var architecture = ClassifierArchitecture.light

    @Option(
      help: ArgumentHelp(
        "The share of patches whose most relevant block is hidden, so that a class does not hang on one mark.",
        valueName: "share"))
    var relevanceDrop = 0.0

    @Flag(
      help: ArgumentHelp(
        "Teach classes drawn by chance: a check that explanations hang on what was learnt.",
        visibility: .hidden))
    var labelsByChance = false

    @OptionGroup var options: LearningOptions

    @Flag(help: "Go on from the checkpoint beside the output.")
    var resume = false

    func validate() throws {
      guard (0...1).contains(relevanceDrop) else {
        throw ValidationError("--relevance-drop is 0 to 1.")
      }
      if let patch = options.patch, patch % architecture.multiple != 0 {
        throw ValidationError("--patch is a multiple of \(architecture.multiple).")
      }
    }

    func run() throws {
      try LearningRun.checkFile(output)
      try LearningRun.checkFile(card)
      // A start that is of no use is told before data are read, which takes minutes.
      if let start { _ = try Classification.Classifier(contentsOf: URL(filePath: start)) }
      let data = try data.read()
      var settings = ClassifierTrainingSettings()
      settings.steps = options.steps ?? settings.steps
      settings.batch = options.batch ?? settings.batch
      settings.side = options.patch ?? settings.side
      settings.rate = options.rate ?? settings.rate
      settings.relevanceDrop = relevanceDrop
      (settings.seed, settings.precision) = (options.seed, options.precision)
      let lesson = try NamingLesson(
        data, architecture: architecture, settings: settings, holdingOut: options.holdOut,
        from: start.map { URL(filePath: $0) }, labelsByChance: labelsByChance)
      Console.tell(lesson.sentence)
      var learning = LearningRun(options: options, output: output) {
        "\(($0 * 100).digits(1)) % named right"
      }
      let checkpoint = learning.checkpoint
      let outcome = try learning.run { progress in
        try lesson.run(checkpoint: checkpoint, resuming: resume, progress: progress)
      }
      guard !learning.keepsFormer(outcome.ending) else { return }
      let file = URL(filePath: output)
      try outcome.classifier.write(to: file)
      let references = try lesson.references(of: outcome.classifier, file: file)
      try references.write(beside: file)
      let told = outcome.classifier.card.lesson
      let right = told.scores?.accuracy(of: 1..<outcome.classifier.card.classes.count)
      print(
        "\(output): \(architecture.rawValue), \(told.steps) steps in \(Int(told.seconds.rounded())) s, "
          + outcome.ending.words
          + (right.map { "; \(($0 * 100).digits(1)) % of the places held out are named right" }
            ?? ""))
      learning.end(outcome.ending)
      guard let card else { return }
      do {
        try ClassifierCard(try ClassifierRecord(contentsOf: file)).write(to: URL(filePath: card))
      } catch let error as ReportError {
        throw Failure(writing: error)
      }
    }
  }
}

/// Labelled data as commands are told of them.
struct NamingOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Data sets to learn from, or to judge by.", valueName: "path"))
  var dataset: [String]

  @Option(
    help: ArgumentHelp(
      "The recipe that places and compares scans without a golden (default: recipe.yaml beside them).",
      valueName: "file"))
  var recipe: String?

  func validate() throws {
    if dataset.isEmpty { throw ValidationError("--dataset names a file or folder at least.") }
  }

  /// Reads all; scans of no use are told of.
  func read(classes: [String]? = nil) throws -> NamingData {
    let line = ProgressLine()
    defer { line.clear() }
    let data = try NamingData(
      dataset.map { URL(filePath: $0) }, recipe: recipe.map { URL(filePath: $0) }, classes: classes
    ) { line.show("reading \($0)") }
    line.clear()
    for (name, reason) in data.refused { Console.tell("\(name) is left out: \(reason)") }
    return data
  }
}
