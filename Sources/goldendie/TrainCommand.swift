import ArgumentParser
import Foundation
import Golden
import Inspection
import Networks
import Reports

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Teaches a network.",
    subcommands: [Generator.self, Classifier.self, Concepts.self])

  struct Generator: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "generator",
      abstract: "Teaches a generator what the photographs of a process look like.",
      discussion: """
        The scans are registered by the program, every fifth die is held out to judge by, and defects are left out. \
        Ctrl-C stops and leaves what was learnt so far; --resume goes on from there. The same scans, options and seed \
        give the same model.
        """)

    @Option(help: ArgumentHelp("The recipe: layout and layers.", valueName: "file"))
    var recipe: String

    @Option(help: ArgumentHelp("The folder of photographs to learn from.", valueName: "folder"))
    var scans: String

    @Option(help: ArgumentHelp("The model to write.", valueName: "file.safetensors"))
    var output: String

    @Option(
      help: ArgumentHelp(
        "The folder of a report: curves, scores, and samples of the scans held out (default: none).",
        valueName: "folder"))
    var report: String?

    @Option(
      help: ArgumentHelp(
        "A card of the model in Markdown: what it was taught, scores, limits (default: none).",
        valueName: "file.md"))
    var card: String?

    @OptionGroup var options: TrainingOptions

    @Flag(help: "Go on from the checkpoint beside the output.")
    var resume = false

    func run() throws {
      let settings = try options.settings
      try checkOutputs()
      let device = try Device(recipe: URL(filePath: recipe), toMake: .generator)
      let folder = try options.folder(scans, device: device)
      let lesson = try GeneratorLesson(folder, device: device, settings: settings)
      let names = lesson.names
      Console.tell(
        "\(names.taught.count) scans to learn from, \(names.heldOut.count) held out: "
          + names.heldOut.joined(separator: ", "))
      Console.tell(settings.training.symmetries.sentence(lesson.symmetries))
      var learning = LearningRun(options: options.learning, output: output) {
        ($0 * 255).significant(3)
      }
      let checkpoint = learning.checkpoint
      let outcome = try learning.run { progress in
        try lesson.run(checkpoint: checkpoint, resuming: resume, progress: progress)
      }
      guard !learning.keepsFormer(outcome.ending) else { return }
      try outcome.generator.write(to: URL(filePath: output))
      let model = outcome.generator.card
      print(
        "\(output): \(model.architecture.rawValue), \(model.steps) steps in "
          + "\(Int(model.seconds.rounded())) s, \(outcome.ending.words)"
          + (model.heldOutResidual.map {
            "; residual on dies held out \(($0 * 255).significant(3)) "
              + "grey levels"
          } ?? ""))
      learning.end(outcome.ending)
      try tell(of: outcome, lesson, folder, device)
    }

    /// Writes report and card, where they are asked for.
    private func tell(
      of outcome: GeneratorTraining.Outcome, _ lesson: GeneratorLesson, _ folder: TrainingFolder,
      _ device: Device
    ) throws {
      guard report != nil || card != nil else { return }
      let told = try lesson.report(
        outcome, folder: folder, device: device, file: URL(filePath: output))
      do {
        if let report { try told.write(to: URL(filePath: report)) }
        if let card { try ModelCard(told.record).write(to: URL(filePath: card)) }
      } catch let error as ReportError {
        throw Failure(writing: error)
      }
    }

    /// Refuses places that could not be written to, before time is spent.
    private func checkOutputs() throws {
      do {
        if let report { try TrainingReport.check(URL(filePath: report)) }
      } catch let error as ReportError {
        throw Failure(writing: error)
      }
      try LearningRun.checkFile(card)
    }
  }
}

/// What the training of a generator can be told on the command line.
struct TrainingOptions: ParsableArguments {
  @Option(help: "The network: fast or reference.", transform: choice)
  var architecture = GeneratorArchitecture.fast

  @Option(
    help: ArgumentHelp(
      "What is made small: l1, l2, charbonnier, ssim, ms-ssim, gradient, features, adversarial, "
        + "adversarial-hinge, or a sum such as 'l1 + 0.2*ms-ssim'.", valueName: "sum"))
  var objective = "charbonnier + 0.2*ssim + 0.5*gradient"

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Tell the network each layer's density too, in windows of these standard deviations; 0 for none. The default is "
        + "none, or 16 and 64 where the photographs have several magnifications.", valueName: "px"))
  var densities: [Double] = []

  @Option(
    help: ArgumentHelp(
      "Share of a photograph's pixels that may be left out as defects.", valueName: "share"))
  var leftOut: Double?

  @Flag(help: "Leave photographs where they were registered, and in their own light.")
  var unrefined = false

  @Option(
    help: "Turn and mirror patches: auto (as the light allows), none or all.", transform: choice)
  var symmetries = SymmetryChoice.auto

  @OptionGroup var learning: LearningOptions

  var settings: GeneratorLesson.Settings {
    get throws {
      var training = TrainingSettings(objective: try Objective(text: objective))
      training.architecture = architecture
      training.steps = learning.steps ?? training.steps
      training.batch = learning.batch ?? training.batch
      training.patch = learning.patch ?? training.patch
      training.rate = learning.rate ?? training.rate
      if !densities.isEmpty { training.densityScales = densities.filter { $0 > 0 } }
      training.leftOut = leftOut ?? training.leftOut
      training.symmetries = symmetries
      if unrefined { training.refinements = [] }
      (training.seed, training.precision) = (learning.seed, learning.precision)
      var settings = GeneratorLesson.Settings(training: training)
      settings.heldOut = learning.holdOut
      return settings
    }
  }

  func validate() throws {
    if densities.contains(where: { !($0 == 0 || 1...256 ~= $0) }) || densities.count > 4 {
      throw ValidationError("--densities are four at most, each 1 to 256, or 0.")
    }
    if let leftOut, !(leftOut >= 0 && leftOut < 0.5) {
      throw ValidationError("--left-out is 0 to 0.5.")
    }
  }

  /// The scans of a folder, placed; those that could not be are told of.
  func folder(_ path: String, device: Device) throws -> TrainingFolder {
    let line = ProgressLine()
    defer { line.clear() }
    let folder = try TrainingFolder(URL(filePath: path), device: device) { name, number, count in
      line.show("placing \(name) (\(number) of \(count))")
    }
    line.clear()
    for (name, reason) in folder.refused { Console.tell("\(name) is left out: \(reason)") }
    return folder
  }
}
