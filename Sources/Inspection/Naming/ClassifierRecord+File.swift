internal import Classification
internal import Explanations
public import Foundation
internal import Networks
public import Records

extension ClassifierRecord {
  /// What a classifier's file says of it.
  ///
  /// - Throws: `NetworkError`, naming the file and what is wrong with it, or `RecipeError` when it can't be read again.
  public init(contentsOf file: URL) throws {
    let classifier = try Classifier(contentsOf: file)
    let (card, lesson) = (classifier.card, classifier.card.lesson)
    let built = card.architecture.network(inputs: card.planes, outputs: card.classes.count + 4)
    let side = 16 * card.architecture.multiple
    let work =
      built.layers == classifier.network.layers
      ? try? built.multiplications(height: side, width: side) : nil
    self.init(
      file: FileRecord(path: file.relativePath, sha256: try FileHash.sha256(file)),
      architecture: card.architecture.rawValue, classes: card.classes, nuisances: card.nuisances,
      channels: card.channels, parameters: classifier.network.parameters.values.count,
      multiplicationsPerPixel: work.map { Double($0) / Double(side * side) },
      temperature: card.temperature, leastConfidence: card.leastConfidence,
      conceptLayer: card.conceptLayer, method: FindingExplainer.Question().method.text,
      seed: lesson.seed, steps: lesson.steps, seconds: lesson.seconds,
      relevanceDrop: lesson.relevanceDrop, taught: lesson.taught, heldOut: lesson.heldOut,
      places: lesson.places, dataSha256: lesson.dataSHA256,
      scores: lesson.scores.map { NamingRecord($0) })
    measuresWeight = card.placeEvidence?.weight
    startSha256 = lesson.startSHA256
  }
}

extension NamingRecord {
  init(_ scores: NamingScores) {
    self.init(
      classes: scores.classes, confusion: scores.confusion, unknown: scores.unknown,
      accuracy: scores.accuracy(of: 1..<scores.classes.count),
      reliability: scores.calibration.bins.map {
        Bin(count: $0.count, confidence: $0.confidence, accuracy: $0.accuracy)
      }, calibrationError: scores.calibration.error)
  }
}
