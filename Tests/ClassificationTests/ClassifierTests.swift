import Classification
import Foundation
import Networks
import Raster
import TestSupport
import Testing

@Suite struct ClassifierTests {
  /// Grey noise with bright squares (1) and dark bars (2) that the golden does not have.
  private static func crop(_ number: Int, side: Int = 64, marked: Bool = false) -> LabelledCrop {
    var random = Seeded(state: UInt64(number) &* 7919)
    var planes = Tensor(height: side, width: side, channels: 3)
    for place in 0..<side * side {
      let golden = Float.random(in: -0.1...0.1, using: &random)
      (planes.values[3 * place], planes.values[3 * place + 1]) = (golden, golden)
    }
    var boxes: [LabelledBox] = []
    for label in 1...2 where Int.random(in: 0..<4, using: &random) > 0 {
      let (width, height) = label == 1 ? (12, 12) : (20, 8)
      let box = PixelRect(
        x: .random(in: 0...side - width, using: &random),
        y: .random(in: 0...side - height, using: &random), width: width, height: height)
      guard boxes.allSatisfy({ $0.box.expanded(by: 4).intersection(box).isEmpty }) else { continue }
      boxes.append(LabelledBox(box: box, label: label))
      for y in box.y..<box.maxY {
        for x in box.x..<box.maxX {
          planes[y, x, 0] += label == 1 ? 0.5 : -0.5
          planes[y, x, 2] = label == 1 ? 0.5 : -0.5
        }
      }
    }
    return LabelledCrop(planes: planes, boxes: boxes)
  }

  private func untaught(_ seed: UInt64 = 1) -> Classifier {
    var random = Seeded(state: seed)
    return Classifier(
      card: .init(classes: ["square", "bar"], isNormalised: true), using: &random)
  }

  private func settings(_ steps: Int) -> ClassifierTrainingSettings {
    var settings = ClassifierTrainingSettings()
    (settings.steps, settings.side, settings.batch) = (steps, 64, 4)
    settings.precision = .float32
    return settings
  }

  @Test(arguments: [0.0, 0.5])
  func `learns to find and to name simple shapes`(relevanceDrop: Double) throws {
    var settings = settings(140)
    settings.relevanceDrop = relevanceDrop
    var training = try ClassifierTraining(untaught(), settings: settings)
    var losses: [Double] = []
    while training.step < settings.steps { losses.append(training.advance { Self.crop($0) }) }
    let (first, last) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
    #expect(last < 0.3 * first)
    let classifier = training.classifier
    let plan = try Plan(classifier.network, height: 64, width: 64)
    let crops = (10_000..<10_030).map { Self.crop($0) }
    let outputs = crops.map { plan.forward($0.planes) }
    let scores = DetectionScores(
      outputs.map { classifier.detections($0, size: (64, 64)) }, truth: crops.map(\.boxes))
    #expect(scores.meanAveragePrecision > 0.9)
    #expect(scores.rates(from: scores.bestConfidence).f > 0.9)
    for (crop, output) in zip(crops, outputs) {
      for labelled in crop.boxes {
        #expect(classifier.name(output, box: labelled.box).label == labelled.label)
      }
    }
  }

  @Test func `learns the same bytes on one worker and on two`() throws {
    let taught = try [1, 2].map { workers in
      var training = try ClassifierTraining(untaught(), settings: settings(4), workers: workers)
      while training.step < 4 { _ = training.advance { Self.crop($0) } }
      return training.classifier
    }
    #expect(taught[0] == taught[1])
  }

  /// Pairs with a square or a bar each, drawn as the crops are.
  private static let set = LabelledSet(
    (0..<6).map { number in
      let label = 1 + number % 2
      let box = PixelRect(x: 20 + 3 * number, y: 30, width: label == 1 ? 12 : 20, height: 12)
      var scan = Plane(width: 96, height: 96, filling: 0.5)
      for y in box.y..<box.maxY {
        for x in box.x..<box.maxX { scan[x, y] = label == 1 ? 0.9 : 0.1 }
      }
      return LabelledPair(
        name: "\(number)", group: "\(number)",
        source: CropSource(
          scan: Picture(planes: [scan]),
          golden: Picture(planes: [Plane(width: 96, height: 96, filling: 0.5)])),
        boxes: [LabelledBox(box: box, label: label)])
    }, classes: ["square", "bar"])

  @Test func `a lesson that was stopped goes on to the same bytes, and only by its own settings`()
    throws
  {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "c.checkpoint").path
      func lesson(_ steps: Int) -> ClassifierLesson {
        ClassifierLesson(
          .init(classes: ["square", "bar"]), taught: Self.set, heldOut: Self.set,
          settings: settings(steps))
      }
      let whole = try lesson(6).run(checks: 3)
      let stopped = try lesson(6).run(checkpoint: file, checks: 3) { $0.step == 3 ? .stop : .goOn }
      #expect(stopped.ending == .stopped)
      let resumed = try lesson(6).run(checkpoint: file, resuming: true, checks: 3)
      #expect(resumed.ending == .finished)
      #expect(resumed.classifier.network == whole.classifier.network)
      #expect(resumed.classifier.card.temperature == whole.classifier.card.temperature)
      #expect(resumed.points == whole.points)
      #expect(whole.classifier.card.lesson.scores?.count == 6)
      #expect(throws: NetworkError.self) {
        try lesson(8).run(checkpoint: file, resuming: true)
      }
    }
  }

  @Test func `a lesson begins with what another classifier knows`() throws {
    func lesson(_ settings: ClassifierTrainingSettings) -> ClassifierLesson {
      ClassifierLesson(
        .init(classes: ["square", "bar"]), taught: Self.set, heldOut: Self.set, settings: settings)
    }
    let known = try lesson(settings(6)).run().classifier
    var standing = settings(1)
    standing.rate = 1e-12
    let next = try lesson(standing).run(from: known).classifier
    #expect(next.network.layers == known.network.layers)
    #expect(
      zip(next.network.parameters.values, known.network.parameters.values)
        .allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(next.card.lesson.steps == 1)
  }

  /// The gradient of one step is the loss's slope: moving the weights against it lowers the loss of the same crops.
  @Test func `a small step lowers the loss of the same crops`() throws {
    var settings = settings(60)
    settings.rate = 1e-3
    var training = try ClassifierTraining(untaught(), settings: settings)
    var losses: [Double] = []
    for _ in 0..<12 { losses.append(training.advance { Self.crop($0 % 4 + 50) }) }
    #expect(losses[11] < losses[0])
  }

  /// Scores of 16 × 16 places where some tell of a box of a class.
  private func output(_ told: [(x: Int, y: Int, label: Int, score: Float, box: PixelRect)])
    -> Tensor
  {
    var output = Tensor(height: 16, width: 16, channels: 7)
    for place in 0..<256 { output.values[place * 7] = 9 }
    for (x, y, label, score, box) in told {
      output[y, x, label] = 9 + score
      let (centreX, centreY) = (Float(4 * x + 2), Float(4 * y + 2))
      let sides = [
        centreX - Float(box.x), centreY - Float(box.y), Float(box.maxX) - centreX,
        Float(box.maxY) - centreY,
      ]
      for side in 0..<4 { output[y, x, 3 + side] = sides[side] / Classifier.reachPx }
    }
    return output
  }

  @Test func `of two that overlap the surer stays, and the ends of a long defect are one`() {
    func box(_ x: Int, _ width: Int) -> PixelRect {
      PixelRect(x: x, y: 8, width: width, height: 12)
    }
    func found(_ label: Int, _ score: Float, _ second: PixelRect) -> [PixelRect] {
      let both = output([(3, 3, 1, 6, box(4, 20)), (8, 3, label, score, second)])
      return untaught().detections(both, size: (64, 64)).map(\.box)
    }
    #expect(found(1, 3, box(8, 20)) == [box(4, 20)])
    #expect(found(2, 3, box(8, 20)) == [box(4, 20)])
    #expect(found(1, 3, box(20, 24)) == [box(4, 40)])
    #expect(found(2, 3, box(20, 24)) == [box(4, 20), box(20, 24)])
    #expect(found(1, -1.5, box(20, 24)) == [box(4, 20)])
    #expect(found(1, 3, box(24, 20)) == [box(4, 20), box(24, 20)])
  }

  @Test func `says unknown and nuisance where they are due`() {
    var classifier = untaught()
    classifier.card.nuisances = ["bar"]
    func named(_ scores: [Float]) -> Naming {
      var output = Tensor(height: 4, width: 4, channels: 7)
      for place in 0..<16 {
        for index in 0..<3 { output.values[place * 7 + index] = scores[index] }
      }
      return classifier.name(output, box: PixelRect(x: 2, y: 3, width: 9, height: 6))
    }
    #expect(named([0, 5, 0]).verdict == .defect && named([0, 5, 0]).name == "square")
    #expect(named([0, 0, 5]).verdict == .nuisance)
    #expect(named([5, 0, 0]).verdict == .nuisance)
    #expect(named([1, 1, 1]).verdict == .unknown)
    let sum = named([1, 1, 1]).probabilities.reduce(0, +)
    #expect(abs(sum - 1) < 1e-9)
  }
}

@Suite struct DetectionScoresTests {
  private func box(_ x: Int, _ label: Int = 1) -> LabelledBox {
    LabelledBox(box: PixelRect(x: x, y: 0, width: 10, height: 10), label: label)
  }

  private func detection(_ x: Int, _ confidence: Double, _ label: Int = 1) -> Detection {
    Detection(
      box: PixelRect(x: x, y: 0, width: 10, height: 10), label: label, confidence: confidence)
  }

  @Test func `counts as it is done by hand`() {
    // Right at 0.9; wrong at 0.8 (the place is taken); right at 0.7; one of three is missed.
    let scores = DetectionScores(
      [[detection(1, 0.9), detection(2, 0.8)], [detection(0, 0.7)]],
      truth: [[box(0), box(100)], [box(2)]])
    let expected = 5.0 / 9
    #expect(abs(scores.meanAveragePrecision - expected) < 1e-9)
    let (rates, third, twoThirds) = (scores.rates(from: 0.75), 1.0 / 3, 2.0 / 3)
    #expect(rates.precision == 0.5)
    #expect(rates.recall == third)
    #expect(scores.bestConfidence == 0.7)
    let f = scores.rates(from: 0.7).f
    #expect(abs(f - twoThirds) < 1e-9)
  }

  @Test func `needs the class and more than a third of the union`() {
    #expect(DetectionScores([[detection(0, 1, 2)]], truth: [[box(0)]]).meanAveragePrecision == 0)
    // 5 of 15 columns are in both: a third, and not more.
    let third = DetectionScores([[detection(5, 1)]], truth: [[box(0)]], overlap: 1.0 / 3)
    #expect(third.meanAveragePrecision == 0)
    #expect(DetectionScores([[detection(4, 1)]], truth: [[box(0)]]).meanAveragePrecision == 1)
  }
}

@Suite struct CalibrationTests {
  @Test func `finds the temperature that scores were drawn with`() {
    var random = Seeded(state: 8)
    var (scores, labels): ([[Double]], [Int]) = ([], [])
    for _ in 0..<4000 {
      let row = (0..<4).map { _ in Double.random(in: -6...6, using: &random) }
      var share = Double.random(in: 0..<1, using: &random)
      let truth = Calibration.probabilities(row, temperature: 2.5)
      let label = truth.firstIndex { p in
        share -= p
        return share < 0
      }
      scores.append(row)
      labels.append(label ?? 3)
    }
    let temperature = Calibration.temperature(scores: scores, labels: labels)
    #expect(abs(temperature - 2.5) < 0.2)
    let (before, after) = (
      Calibration(scores: scores, labels: labels, temperature: 1),
      Calibration(scores: scores, labels: labels, temperature: temperature)
    )
    #expect(after.error < 0.03)
    #expect(before.error > 0.09)
    #expect(before.accuracy == after.accuracy)
    let count = after.bins.map(\.count).reduce(0, +)
    #expect(count == 4000)
  }
}
