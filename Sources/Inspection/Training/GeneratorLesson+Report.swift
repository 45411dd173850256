public import Foundation
public import Golden
internal import Networks
internal import Records
public import Reports

extension GeneratorLesson {
  /// Judges what a training came to by the scans held out, and tells everything about it.
  ///
  /// - Parameters:
  ///   - outcome: what `run` gave.
  ///   - folder: the scans that the lesson was prepared with.
  ///   - file: the generator's file as written.
  /// - Throws: what painting throws, or `RecipeError` when the file can't be read.
  public func report(
    _ outcome: GeneratorTraining.Outcome, folder: TrainingFolder, device: Device, file: URL
  ) throws -> TrainingReport {
    let generator = outcome.generator
    let golden = try GeneratorGolden(stack: taught.stack, generator: generator)
    let trial = try GoldenTrial(golden, on: outcome.heldOut, showing: .chosen)
    let record = TrainingRecord(
      lesson: LessonRecord(folder, device: device, lesson: self, training: settings.training),
      model: ModelRecord(
        generator, path: file.relativePath, sha256: try FileHash.sha256(file)),
      ending: outcome.ending.recorded,
      curve: outcome.points.map {
        TrainingRecord.Point(
          step: $0.step, loss: $0.loss, heldOut: $0.heldOut.map { 255 * $0 }, rate: $0.rate)
      },
      scores: ScoresRecord(trial.scores),
      byLayer: ResidualRecord.byLayer(trial.scores, layers: generator.card.inputs.layers),
      byDistance: ResidualRecord.byDistance(trial.scores))
    return TrainingReport(record: record, windows: WindowPictures.windows(of: [trial]))
  }
}

extension WindowPictures {
  /// The windows of trials of the same scans, each with all the goldens.
  static func windows(of trials: [GoldenTrial]) -> [WindowPictures] {
    guard let first = trials.first else { return [] }
    return first.samples.enumerated().map { index, sample in
      WindowPictures(
        scan: sample.window.scan, rect: sample.window.rect, reason: sample.window.kind.rawValue,
        seen: sample.seen, goldens: trials.map { $0.samples[index].golden })
    }
  }
}

extension GeneratorTraining.Ending {
  fileprivate var recorded: TrainingRecord.Ending {
    switch self {
    case .finished: .finished
    case .noBetter: .noBetter
    case .stopped: .stopped
    }
  }
}
