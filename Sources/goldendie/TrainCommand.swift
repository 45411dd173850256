import ArgumentParser
import Foundation
import Golden
import Inspection
import Networks
import Reports

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Teaches a network.", subcommands: [Generator.self])

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
      let device = try Device(recipe: URL(filePath: recipe))
      let folder = try options.folder(scans, device: device)
      let lesson = try GeneratorLesson(folder, device: device, settings: settings)
      let names = lesson.names
      Console.tell(
        "\(names.taught.count) scans to learn from, \(names.heldOut.count) held out: "
          + names.heldOut.joined(separator: ", "))
      Console.tell(settings.training.symmetries.sentence(lesson.symmetries))
      let signals = StopSignals {}
      let line = ProgressLine()
      defer { line.clear() }
      let checkpoint = output + ".checkpoint"
      let outcome = try lesson.run(checkpoint: checkpoint, resuming: resume) { progress in
        line.show(progress.line)
        return signals.isStopped || options.isOver(progress) ? .stop : .goOn
      }
      line.clear()
      try outcome.generator.write(to: URL(filePath: output))
      let model = outcome.generator.card
      print(
        "\(output): \(model.architecture.rawValue), \(model.steps) steps in "
          + "\(Int(model.seconds.rounded())) s, \(outcome.ending.words)"
          + (model.heldOutResidual.map {
            "; residual on dies held out \(($0 * 255).significant(3)) "
              + "grey levels"
          } ?? ""))
      if outcome.ending == .stopped {
        Console.tell("\(checkpoint) holds what it takes to go on: --resume")
      } else {
        try? FileManager.default.removeItem(atPath: checkpoint)
      }
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
      guard let card else { return }
      let folder = URL(filePath: card).absoluteURL.deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw Failure(.tryAgain, "\(card): its folder can't be written to")
      }
    }
  }
}

/// What a training can be told on the command line.
struct TrainingOptions: ParsableArguments {
  @Option(help: "The network: fast or reference.", transform: choice)
  var architecture = GeneratorArchitecture.fast

  @Option(
    help: ArgumentHelp(
      "What is made small: l1, l2, charbonnier, ssim, ms-ssim, gradient, features, adversarial, "
        + "adversarial-hinge, or a sum such as 'l1 + 0.2*ms-ssim'.", valueName: "sum"))
  var objective = "charbonnier"

  @Option(help: ArgumentHelp("Steps in all.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Patches a step.", valueName: "n"))
  var batch: Int?

  @Option(help: ArgumentHelp("Pixels along a patch's side.", valueName: "px"))
  var patch: Int?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Tell the network each layer's density too, in windows of these standard deviations; 0 for none. The default is "
        + "none, or 16 and 64 where the photographs have several magnifications.", valueName: "px"))
  var densities: [Double] = []

  @Option(help: ArgumentHelp("The greatest learning rate.", valueName: "rate"))
  var rate: Double?

  @Option(
    help: ArgumentHelp(
      "Share of a photograph's pixels that may be left out as defects.", valueName: "share"))
  var leftOut: Double?

  @Flag(help: "Leave photographs where they were registered, and in their own light.")
  var unrefined = false

  @Option(
    help: ArgumentHelp("Stop after so many minutes, however many steps were done.", valueName: "m"))
  var minutes: Double?

  @Option(help: "The number that all randomness follows from.")
  var seed: UInt64 = 1

  @Option(
    help: "Turn and mirror patches: auto (as the light allows), none or all.", transform: choice)
  var symmetries = SymmetryChoice.auto

  @Option(
    help: "Compute in float32 or bfloat16 while learning; the default is what is faster here.",
    transform: choice)
  var precision = Precision.bfloat16.isFast ? Precision.bfloat16 : .float32

  @Option(
    help: ArgumentHelp(
      "Hold out the scans whose file name contains this; may be given several times.",
      valueName: "name"))
  var holdOut: [String] = []

  var settings: GeneratorLesson.Settings {
    get throws {
      var training = TrainingSettings(objective: try Objective(text: objective))
      training.architecture = architecture
      training.steps = steps ?? training.steps
      training.batch = batch ?? training.batch
      training.patch = patch ?? training.patch
      training.rate = rate ?? training.rate
      if !densities.isEmpty { training.densityScales = densities.filter { $0 > 0 } }
      training.leftOut = leftOut ?? training.leftOut
      training.symmetries = symmetries
      if unrefined { training.refinements = [] }
      (training.seed, training.precision) = (seed, precision)
      var settings = GeneratorLesson.Settings(training: training)
      settings.heldOut = holdOut
      return settings
    }
  }

  func validate() throws {
    if let steps, !(1...10_000_000).contains(steps) {
      throw ValidationError("--steps is 1 to 10000000.")
    }
    if let batch, !(1...1024).contains(batch) { throw ValidationError("--batch is 1 to 1024.") }
    if let patch, !(64...1024).contains(patch) { throw ValidationError("--patch is 64 to 1024.") }
    if densities.contains(where: { !($0 == 0 || 1...256 ~= $0) }) || densities.count > 4 {
      throw ValidationError("--densities are four at most, each 1 to 256, or 0.")
    }
    if let rate, !(rate > 0 && rate < 1) { throw ValidationError("--rate is above 0 and below 1.") }
    if let leftOut, !(leftOut >= 0 && leftOut < 0.5) {
      throw ValidationError("--left-out is 0 to 0.5.")
    }
    if let minutes, !(minutes > 0 && minutes < 1e6) {
      throw ValidationError("--minutes is above 0.")
    }
  }

  /// Whether the time that was given is over.
  func isOver(_ progress: TrainingProgress) -> Bool {
    minutes.map { progress.seconds >= 60 * $0 } ?? false
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

/// One of a few words.
@Sendable
private func choice<Value: RawRepresentable<String> & CaseIterable>(_ word: String) throws -> Value
{
  guard let value = Value(rawValue: word) else {
    let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("'\(word)' is none of \(known).")
  }
  return value
}

extension TrainingProgress {
  /// The progress as one line.
  var line: String {
    let width = 20
    let filled = min(width, step * width / max(1, steps))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let minutes = Int(secondsLeft) / 60
    let left = String(format: "%d:%02d", minutes, Int(secondsLeft) % 60)
    return "\(bar) \(step)/\(steps) · loss \(loss.significant(3))"
      + (heldOut.map { " · held out \(($0 * 255).significant(3))" } ?? "") + " · \(left) left"
  }
}

extension GeneratorTraining.Ending {
  fileprivate var words: String {
    switch self {
    case .finished: "to the end"
    case .noBetter: "until it got no better"
    case .stopped: "stopped"
    }
  }
}
