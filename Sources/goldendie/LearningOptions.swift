import ArgumentParser
import Foundation
import Networks

/// What every training can be told on the command line.
struct LearningOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Steps in all.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Patches a step.", valueName: "n"))
  var batch: Int?

  @Option(help: ArgumentHelp("Pixels along a patch's side.", valueName: "px"))
  var patch: Int?

  @Option(help: ArgumentHelp("The greatest learning rate.", valueName: "rate"))
  var rate: Double?

  @Option(
    help: ArgumentHelp("Stop after so many minutes, however many steps were done.", valueName: "m"))
  var minutes: Double?

  @Option(help: "The number that all randomness follows from.")
  var seed: UInt64 = 1

  @Option(
    help: "Compute in float32 or bfloat16 while learning; the default is what is faster here.",
    transform: choice)
  var precision = Precision.bfloat16.isFast ? Precision.bfloat16 : .float32

  @Option(
    help: ArgumentHelp(
      "Hold out the scans whose file name contains this; may be given several times.",
      valueName: "name"))
  var holdOut: [String] = []

  func validate() throws {
    if let steps, !(1...10_000_000).contains(steps) {
      throw ValidationError("--steps is 1 to 10000000.")
    }
    if let batch, !(1...1024).contains(batch) { throw ValidationError("--batch is 1 to 1024.") }
    if let patch, !(64...1024).contains(patch) { throw ValidationError("--patch is 64 to 1024.") }
    if let rate, !(rate > 0 && rate < 1) { throw ValidationError("--rate is above 0 and below 1.") }
    if let minutes, !(minutes > 0 && minutes < 1e6) {
      throw ValidationError("--minutes is above 0.")
    }
  }

  /// Whether the time that was given is over.
  func isOver(_ progress: TrainingProgress) -> Bool {
    minutes.map { progress.seconds >= 60 * $0 } ?? false
  }
}

/// A training as the command line runs it: a line of progress, Ctrl-C, a checkpoint beside the output.
struct LearningRun {
  private let options: LearningOptions
  /// The model's file.
  private let output: String
  /// What is held out, as the line of progress says it.
  private let heldOut: (Double) -> String
  /// Whether a model was there before.
  private let hasFormer: Bool
  /// Whether a signal ended it.
  private var isBrokenOff = false

  /// The file that holds what it takes to go on.
  var checkpoint: String { output + ".checkpoint" }

  init(options: LearningOptions, output: String, heldOut: @escaping (Double) -> String) {
    (self.options, self.output, self.heldOut) = (options, output, heldOut)
    hasFormer = FileManager.default.fileExists(atPath: output)
  }

  /// Runs a training.
  ///
  /// - Parameter train: is given what is to be told after each step.
  mutating func run<Outcome>(
    _ train: ((TrainingProgress) -> TrainingCommand) throws -> Outcome
  ) throws -> Outcome {
    let signals = StopSignals()
    let line = ProgressLine()
    defer {
      line.clear()
      isBrokenOff = signals.isStopped
    }
    return try train { progress in
      line.show(progress.line(heldOut: heldOut))
      return signals.isStopped || options.isOver(progress) ? .stop : .goOn
    }
  }

  /// Whether the model that was there before stays, since this training was broken off; says so.
  func keepsFormer(_ ending: TrainingEnding) -> Bool {
    guard ending == .stopped, isBrokenOff, hasFormer else { return false }
    Console.tell(
      "\(output) stays as it was; \(checkpoint) holds what was learnt, and what it takes to go on: --resume"
    )
    return true
  }

  /// Says how to go on, or takes the checkpoint away, once the model is written.
  func end(_ ending: TrainingEnding) {
    if ending == .stopped {
      Console.tell("\(checkpoint) holds what it takes to go on: --resume")
    } else {
      try? FileManager.default.removeItem(atPath: checkpoint)
    }
  }

  /// Refuses a file that could not be written, before time is spent.
  static func checkFile(_ path: String?) throws {
    guard let path else { return }
    let folder = URL(filePath: path).absoluteURL.deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw Failure(.tryAgain, "\(path): its folder can't be written to")
    }
  }
}

/// One of a few words.
@Sendable
func choice<Value: RawRepresentable<String> & CaseIterable>(_ word: String) throws -> Value {
  guard let value = Value(rawValue: word) else {
    let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("'\(word)' is none of \(known).")
  }
  return value
}

extension TrainingProgress {
  /// The progress as one line.
  func line(heldOut: (Double) -> String) -> String {
    let width = 20
    let filled = min(width, step * width / max(1, steps))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let minutes = Int(secondsLeft) / 60
    let left = String(format: "%d:%02d", minutes, Int(secondsLeft) % 60)
    return "\(bar) \(step)/\(steps) · loss \(loss.significant(3))"
      + (self.heldOut.map { " · held out \(heldOut($0))" } ?? "") + " · \(left) left"
  }
}

extension TrainingEnding {
  /// How it ended, in words.
  var words: String {
    switch self {
    case .finished: "to the end"
    case .noBetter: "until it got no better"
    case .stopped: "stopped"
    }
  }
}
