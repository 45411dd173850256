internal import Foundation
public import Networks
internal import Raster

/// Teaches a classifier a set of labelled pairs, from nothing to a calibrated model.
public struct ClassifierLesson: Sendable {
  /// What a lesson comes to.
  public struct Outcome: Sendable {
    /// The classifier.
    public var classifier: Classifier
    /// The curve.
    public var points: [Point]
    /// Why it ended.
    public var ending: TrainingEnding
  }

  /// A point of the curve.
  public struct Point: Sendable, Equatable, Codable {
    /// Steps done.
    public var step: Int
    /// The mean loss since the point before.
    public var loss: Double
    /// The share of the places held out that are named right; nil where there are none.
    public var accuracy: Double?
  }

  /// What is learnt, and what it is judged and calibrated by.
  let taught, heldOut: LabelledSet
  /// How it is taught.
  public let settings: ClassifierTrainingSettings
  private let card: Classifier.Card

  /// Prepares a lesson.
  ///
  /// - Parameters:
  ///   - card: of the classifier to be taught; what its lesson says is filled in.
  ///   - taught, heldOut: of the card's classes; no group is in both.
  public init(
    _ card: Classifier.Card, taught: LabelledSet, heldOut: LabelledSet,
    settings: ClassifierTrainingSettings
  ) {
    precondition(
      taught.classes == Array(card.classes.dropFirst()) && heldOut.classes == taught.classes,
      "sets and card have the same classes")
    precondition(!taught.pairs.isEmpty, "there is something to learn from")
    (self.taught, self.heldOut, self.settings) = (taught, heldOut, settings)
    var card = card
    card.lesson.seed = settings.seed
    card.lesson.relevanceDrop = settings.relevanceDrop
    card.lesson.taught = taught.pairs.map(\.name)
    card.lesson.heldOut = heldOut.pairs.map(\.name)
    card.lesson.places = taught.counts
    self.card = card
  }

  /// What a checkpoint says beside weights.
  private struct Progress: Codable {
    var settings: ClassifierTrainingSettings
    var points: [Point]
    var sum: Double
    var count: Int
  }
  private static let key = "goldendie.training"

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - start: a classifier taught before whose weights it begins with; nil begins with chance.
  ///   - checkpoint: the file that is written at each check, and when it is stopped; a classifier's file that also holds
  ///     what it takes to go on to the same bytes as without the stop.
  ///   - resuming: whether to go on from it.
  ///   - checks: how often the places held out are named. The default is 10.
  ///   - workers: crops computed at a time, which changes no byte of what is learnt; nil is one for each core.
  ///   - progress: told after each step; its answer may stop the training.
  /// - Throws: `NetworkError` where the checkpoint can't be read or written.
  public func run(
    from start: Classifier? = nil, checkpoint: String? = nil, resuming: Bool = false,
    checks: Int = 10, workers: Int? = nil,
    progress: (TrainingProgress) -> TrainingCommand = { _ in .goOn }
  ) throws -> Outcome {
    var random = SplitMix(settings.seed, 0x7765_6967)
    var first = Classifier(card: card, using: &random)
    if let start {
      precondition(start.network.layers == first.network.layers, "they are built alike")
      first.network = start.network
    }
    var training = try ClassifierTraining(first, settings: settings, workers: workers)
    var state = Progress(settings: settings, points: [], sum: 0, count: 0)
    if resuming, let checkpoint {
      let file = try Safetensors(path: checkpoint)
      let known = try Classifier(file)
      let text = try file.text(Self.key)
      guard let saved = try? JSONDecoder().decode(Progress.self, from: Data(text.utf8)),
        saved.settings == settings, known.card.lesson.dataSHA256 == card.lesson.dataSHA256,
        known.card.lesson.startSHA256 == card.lesson.startSHA256,
        known.card.classes == card.classes
      else {
        throw NetworkError(
          .damaged, path: checkpoint, "is the checkpoint of a training with other settings or data")
      }
      try training.restore(from: file)
      (state, training.seconds) = (saved, known.card.lesson.seconds)
    }
    let clock = ContinuousClock()
    let (begun, before, firstStep) = (clock.now, training.seconds, training.step)
    let interval = max(1, settings.steps / max(1, checks))
    var ending = TrainingEnding.finished
    let (taught, settings) = (taught, settings)
    while training.step < settings.steps {
      state.sum += training.advance {
        taught.crop($0, seed: settings.seed, side: settings.side)
      }
      state.count += 1
      training.seconds = before + (clock.now - begun) / .seconds(1)
      let isCheck = training.step % interval == 0 || training.step == settings.steps
      let loss = state.sum / Double(state.count)
      if isCheck {
        state.points.append(
          Point(
            step: training.step, loss: loss,
            accuracy: try scores(training.classifier)?.accuracy(of: 1..<card.classes.count)))
        (state.sum, state.count) = (0, 0)
        if let checkpoint { try write(training, state, to: checkpoint) }
      }
      let told = TrainingProgress(
        step: training.step, steps: settings.steps, seconds: training.seconds,
        secondsLeft: (training.seconds - before) / Double(training.step - firstStep)
          * Double(settings.steps - training.step),
        loss: loss, heldOut: state.points.last?.accuracy)
      if progress(told) == .stop, training.step < settings.steps {
        if !isCheck, let checkpoint { try write(training, state, to: checkpoint) }
        ending = .stopped
        break
      }
    }
    return Outcome(
      classifier: try calibrated(training.classifier), points: state.points, ending: ending)
  }

  private func write(
    _ training: ClassifierTraining, _ state: Progress, to path: String
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let own = Checkpoint(
      metadata: [Self.key: String(decoding: try encoder.encode(state), as: UTF8.self)])
    try (try training.classifier.checkpoint + training.checkpoint + own).write(to: path)
  }

  /// The places of a set that an inspection finds, as it shows them, with their true classes, and scores before temperature.
  private func judged(_ set: LabelledSet, by classifier: Classifier) throws -> Judged {
    let found = set.pairs.flatMap { pair in
      pair.boxes.compactMap { labelled in
        labelled.found.map { (source: pair.source, box: $0, label: labelled.label) }
      }
    }
    let workers = min(found.count, ProcessInfo.processInfo.activeProcessorCount)
    let parts = try resultsInParallel(workers) { worker in
      let reader = CropReader(classifier)
      return try stride(from: worker, to: found.count, by: workers).map { number in
        let (source, box, _) = found[number]
        return (try reader.scores(box, in: source), source.measures(of: box))
      }
    }
    return found.indices.reduce(into: Judged()) { judged, number in
      let (scores, place) = parts[number % workers][number / workers]
      judged.scores.append(scores)
      judged.places.append(place)
      judged.labels.append(found[number].label)
    }
  }

  /// Places that an inspection finds.
  private struct Judged {
    var scores: [[Double]] = []
    var places: [PlaceMeasures?] = []
    var labels: [Int] = []

    func named(by classifier: Classifier) -> [Naming] {
      zip(scores, places).map { classifier.name(scores: $0, place: $1) }
    }
  }

  private func scores(_ classifier: Classifier) throws -> NamingScores? {
    let judged = try judged(heldOut, by: classifier)
    guard !judged.labels.isEmpty else { return nil }
    return NamingScores(
      judged.named(by: classifier), labels: judged.labels, classes: card.classes)
  }

  /// The classifier with what measures of places add, and with the temperature, under which the places held out are most
  /// probable.
  private func calibrated(_ classifier: Classifier) throws -> Classifier {
    let judged = try judged(heldOut, by: classifier)
    guard !judged.labels.isEmpty else { return classifier }
    var result = classifier
    result.card.temperature = Calibration.temperature(scores: judged.scores, labels: judged.labels)
    if var evidence = try evidence(beside: result) {
      func loss(_ temperature: Double, _ told: [[Double]]?) -> Double {
        Calibration.loss(
          scores: judged.scores, labels: judged.labels, added: told, temperature: temperature)
      }
      var least = loss(result.card.temperature, nil)
      let nothing = [Double](repeating: 0, count: card.classes.count)
      for weight in (1...10).map({ 0.1 * Double($0) }) {
        evidence.weight = weight
        let told = judged.places.map { $0.map(evidence.logarithms) ?? nothing }
        let temperature = Calibration.temperature(
          scores: judged.scores, labels: judged.labels, added: told)
        guard case let loss = loss(temperature, told), loss < least else { continue }
        least = loss
        (result.card.temperature, result.card.placeEvidence) = (temperature, evidence)
      }
    }
    result.card.lesson.scores = NamingScores(
      judged.named(by: result), labels: judged.labels, classes: card.classes)
    return result
  }

  /// What measures of the places learnt from tell beside a calibrated classifier; nil where none are known.
  private func evidence(beside classifier: Classifier) throws -> PlaceEvidence? {
    guard taught.pairs.contains(where: \.source.hasLayers) else { return nil }
    let judged = try judged(taught, by: classifier)
    let lessons = judged.labels.indices.compactMap { number in
      judged.places[number].map { place -> PlaceEvidence.Lesson in
        let probabilities = Calibration.probabilities(
          judged.scores[number], temperature: classifier.card.temperature)
        return (judged.labels[number], probabilities.map { log(max($0, 1e-5)) }, place)
      }
    }
    let nuisances = card.classes.indices.filter { card.nuisances.contains(card.classes[$0]) }
    return lessons.isEmpty
      ? nil : PlaceEvidence(of: lessons, harmless: Set([0] + nuisances), weight: 1)
  }
}
