internal import Classification
internal import Foundation
internal import ImageFiles
internal import Networks
internal import Raster

/// Teaches a classifier DeepPCB's boards and judges it on boards that it never saw.
struct DeepPCBTrial {
  let taught, checked, judged: [LabelledPair]

  /// Runs `deeppcb` or `explanations`; tells whether it was asked for.
  static func run(_ arguments: [String]) throws -> Bool {
    guard arguments.count >= 5, ["deeppcb", "explanations"].contains(arguments[1]) else {
      return false
    }
    let boards = Set(arguments[3].split(separator: ",").map(String.init))
    let (folder, model) = (URL(filePath: arguments[2]), URL(filePath: arguments[4]))
    if arguments[1] == "explanations" {
      guard arguments.count > 5 else { return false }
      let trial = try DeepPCBTrial(folder, judging: boards, judgedOnly: true)
      try ExplanationTrial.run(
        Classifier(contentsOf: model), trial.judged, layer: arguments[5])
      return true
    }
    let trial = try DeepPCBTrial(folder, judging: boards)
    var settings = ClassifierTrainingSettings()
    if arguments.count > 5, let steps = Int(arguments[5]) { settings.steps = steps }
    let classifier = try trial.teach(settings)
    try classifier.write(to: model)
    let confidence = try scores(classifier, trial.checked).scores.bestConfidence
    let (scores, found, seconds) = try scores(classifier, trial.judged)
    func tell(_ name: String, _ scores: DetectionScores) {
      let rates = scores.rates(from: confidence)
      print(
        "\(name): mAP \(scores.meanAveragePrecision), F \(rates.f), precision \(rates.precision), recall \(rates.recall)"
      )
    }
    tell("\(trial.judged.count) pairs", scores)
    for board in boards.sorted() {
      let own = trial.judged.indices.filter { trial.judged[$0].group == board }
      tell(
        "  \(board)",
        DetectionScores(own.map { found[$0] }, truth: own.map { trial.judged[$0].boxes }))
    }
    for (label, precision) in scores.averagePrecision.sorted(by: { $0.key < $1.key }) {
      print("  \(classifier.card.classes[label]): \(precision)")
    }
    print("\(Double(trial.judged.count) / seconds) pairs a second")
    return true
  }

  /// Reads the pairs; those of the boards named are judged, of the others every twentieth chooses the confidence.
  init(_ folder: URL, judging boards: Set<String>, judgedOnly: Bool = false) throws {
    let entries = try DeepPCBFolder(folder).entries
    func pairs(_ entries: [DeepPCBFolder.Entry]) throws -> [LabelledPair] {
      try entries.map { entry in
        func plane(_ file: URL) throws -> Plane {
          let image = try ImageFile(path: file.path)
          return try image.read(image.bounds).luminance
        }
        return LabelledPair(
          name: entry.name, group: entry.board, scan: try plane(entry.scan),
          golden: try plane(entry.golden), boxes: entry.boxes)
      }
    }
    let others = judgedOnly ? [] : entries.filter { !boards.contains($0.board) }
    judged = try pairs(entries.filter { boards.contains($0.board) })
    taught = try pairs(others.enumerated().filter { $0.offset % 20 != 7 }.map(\.element))
    checked = try pairs(others.enumerated().filter { $0.offset % 20 == 7 }.map(\.element))
  }

  /// Teaches for a number of steps; prints the loss, and the scores on the pairs kept apart, as it goes.
  func teach(_ settings: ClassifierTrainingSettings) throws -> Classifier {
    var random = SplitMix(settings.seed)
    let card = Classifier.Card(classes: DeepPCBFolder.classes)
    var training = try ClassifierTraining(
      Classifier(card: card, using: &random), settings: settings)
    let pairs = taught
    let (side, seed) = (settings.side, settings.seed)
    let start = ContinuousClock.now
    var (sum, count) = (0.0, 0)
    while training.step < settings.steps {
      sum += training.advance { number in
        var random = SplitMix(seed, UInt64(number))
        // Every pair once before any again, in an order of their own each time.
        let place = (number &* 379) % pairs.count
        return pairs[place].crop(side: side, anywhere: 0.1, shift: 2, using: &random)
      }
      count += 1
      if training.step % 250 == 0 {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("step \(training.step), \(Int(seconds)) s, loss \(sum / Double(count))")
        (sum, count) = (0, 0)
        if training.step % 1000 == 0 {
          let scores = try Self.scores(training.classifier, checked).scores
          print(
            "  kept apart: mAP \(scores.meanAveragePrecision), F \(scores.rates(from: scores.bestConfidence).f)"
          )
        }
      }
    }
    return training.classifier
  }

  /// Judges a classifier, with the seconds that all pairs took after they were read.
  static func scores(
    _ classifier: Classifier, _ pairs: [LabelledPair]
  ) throws -> (scores: DetectionScores, found: [[Detection]], seconds: Double) {
    let plan = try Plan(classifier.network, height: 640, width: 640)
    var found: [[Detection]] = []
    let time = ContinuousClock().measure {
      for pair in pairs {
        found.append(
          classifier.detections(
            plan.forward(pair.planes(multiple: classifier.multiple)),
            size: (pair.width, pair.height)))
      }
    }
    let scores = DetectionScores(found, truth: pairs.map(\.boxes))
    return (scores, found, time / .seconds(1))
  }
}
