internal import Classification
internal import Foundation
internal import ImageFiles
internal import Networks
internal import Raster

/// Teaches a classifier DeepPCB's boards and judges it on boards that it never saw.
///
/// After no steps it judges the model that is there. What it found is written beside the model, a line
/// `pair,x,y,width,height,class,confidence` each.
struct DeepPCBTrial {
  let taught, checked, judged: [LabelledPair]
  /// What reading a pair took, seconds.
  let readingSeconds: Double

  /// Runs `deeppcb`; tells whether it was asked for.
  static func run(_ arguments: [String]) throws -> Bool {
    guard arguments.count >= 5, arguments[1] == "deeppcb" else { return false }
    let boards = Set(arguments[3].split(separator: ",").map(String.init))
    let (folder, model) = (URL(filePath: arguments[2]), URL(filePath: arguments[4]))
    let trial = try DeepPCBTrial(folder, judging: boards)
    var settings = ClassifierTrainingSettings()
    if arguments.count > 5, let steps = Int(arguments[5]) { settings.steps = steps }
    if arguments.count > 6, let share = Double(arguments[6]) { settings.relevanceDrop = share }
    let views = arguments.count > 7 ? Int(arguments[7]) ?? 8 : 8
    let classifier = try settings.steps == 0 ? Classifier(contentsOf: model) : trial.teach(settings)
    if settings.steps > 0 { try classifier.write(to: model) }
    let confidence = try scores(classifier, trial.checked, views: views).scores.bestConfidence
    let (scores, found, seconds) = try scores(classifier, trial.judged, views: views)
    let lines = zip(trial.judged, found).flatMap { pair, found in
      found.map {
        "\(pair.name),\($0.box.x),\($0.box.y),\($0.box.width),\($0.box.height),\($0.label),\($0.confidence)\n"
      }
    }
    try Data(lines.joined().utf8).write(
      to: model.deletingPathExtension().appendingPathExtension("found.csv"))
    func tell(_ name: String, _ scores: DetectionScores) {
      let rates = scores.rates(from: confidence)
      print(
        "\(name): mAP \(scores.meanAveragePrecision), F \(rates.f), precision \(rates.precision), recall \(rates.recall)"
      )
    }
    print("confidence \(confidence)")
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
    let judging = seconds / Double(max(1, trial.judged.count))
    print(
      "\(1 / (judging + trial.readingSeconds)) pairs a second, \(trial.readingSeconds) s to read one and \(judging) s to judge it"
    )
    return true
  }

  /// Reads the pairs; those of the boards named are judged, of the others every twentieth chooses the confidence.
  init(_ folder: URL, judging boards: Set<String>) throws {
    let entries = try DeepPCBFolder(folder).entries
    func pairs(_ entries: [DeepPCBFolder.Entry]) throws -> [LabelledPair] {
      try entries.map { entry in
        func picture(_ file: URL) throws -> Picture {
          let image = try ImageFile(path: file.path)
          return Picture(planes: [try image.read(image.bounds).luminance])
        }
        return LabelledPair(
          name: entry.name, group: entry.board,
          source: CropSource(scan: try picture(entry.scan), golden: try picture(entry.golden)),
          boxes: entry.boxes)
      }
    }
    let others = entries.filter { !boards.contains($0.board) }
    let clock = ContinuousClock()
    let start = clock.now
    judged = try pairs(entries.filter { boards.contains($0.board) })
    readingSeconds = (clock.now - start) / .seconds(1) / Double(max(1, judged.count))
    taught = try pairs(others.enumerated().filter { $0.offset % 20 != 7 }.map(\.element))
    checked = try pairs(others.enumerated().filter { $0.offset % 20 == 7 }.map(\.element))
  }

  /// Teaches for a number of steps; prints the loss, and the names of the pairs kept apart, as it goes.
  func teach(_ settings: ClassifierTrainingSettings) throws -> Classifier {
    let classes = DeepPCBFolder.classes
    let lesson = ClassifierLesson(
      Classifier.Card(classes: classes), taught: LabelledSet(taught, classes: classes),
      heldOut: LabelledSet(checked, classes: classes), settings: settings)
    return try lesson.run { progress in
      if progress.step % 250 == 0 {
        print(
          "step \(progress.step), \(Int(progress.seconds)) s, loss \(progress.loss), named right \(progress.heldOut ?? 0)"
        )
        fflush(nil)
      }
      return .goOn
    }.classifier
  }

  /// Judges a classifier, with the seconds that all pairs took after they were read.
  static func scores(
    _ classifier: Classifier, _ pairs: [LabelledPair], views: Int
  ) throws -> (scores: DetectionScores, found: [[Detection]], seconds: Double) {
    let reader = PairReader(classifier, views: views)
    var found: [[Detection]] = []
    let time = try ContinuousClock().measure {
      for pair in pairs { found.append(try reader.detections(in: pair.source)) }
    }
    let scores = DetectionScores(found, truth: pairs.map(\.boxes))
    return (scores, found, time / .seconds(1))
  }
}
