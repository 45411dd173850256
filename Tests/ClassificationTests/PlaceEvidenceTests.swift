import Classification
import Foundation
import Networks
import Raster
import TestSupport
import Testing

/// What layers and measures of places add to a network's scores.
@Suite struct PlaceEvidenceTests {
  private static let cut = PlaceKind(.fewer)
  private static let bridge = PlaceKind(.more)
  private static let penalty = 3.0

  /// A place with an area and a contrast, all other measures 0.
  private static func place(
    _ kind: PlaceKind?, area: Double = 0, contrast: Double = 0
  ) -> PlaceMeasures {
    var measured = Dictionary(
      uniqueKeysWithValues: PlaceMeasures.Measure.allCases.map { ($0, 0.0) })
    (measured[.area], measured[.contrast]) = (area, contrast)
    return PlaceMeasures(kind: kind, measured)
  }

  /// 24 places of three classes, of two kinds and some areas and contrasts.
  private static func lessons(
    before: (Int) -> [Double] = { _ in [0, 0, 0] }
  ) -> [PlaceEvidence.Lesson] {
    (0..<24).map { number in
      let label = (7 * number + number * number / 3) % 3
      return (
        label, before(number),
        place(
          (number + label) % 2 == 0 ? bridge : cut, area: Double(number * 5 % 11) / 2,
          contrast: Double(number * 3 % 7 + label + 1))
      )
    }
  }

  private static func classifier(
    _ evidence: PlaceEvidence?, classes: [String] = ["cut", "bridge"], temperature: Double = 1
  ) -> Classifier {
    var random = Seeded(state: 1)
    var card = Classifier.Card(classes: classes, isNormalised: true)
    (card.placeEvidence, card.temperature) = (evidence, temperature)
    return Classifier(card: card, using: &random)
  }

  @Test func `weights are those of logistic regression`() {
    let evidence = PlaceEvidence(of: Self.lessons(), weight: 1)
    // LogisticRegression(C=1/3, fit_intercept=False) of scikit-learn 1.7 on the same features: itself, area and contrast.
    let known = [
      0: [0.38638905, -0.10373791, -0.28265114], 29: [-0.05387149, 0.0457614, 0.0081101],
      33: [-0.10018564, -0.18393709, 0.28412273],
    ]
    for (feature, expected) in known {
      for (own, expected) in zip(evidence.weights, expected) {
        #expect(abs(own[feature] - expected) < 1e-5)
      }
    }
  }

  @Test func `beside a network, what it adds balances what the network leaves over`() {
    let lessons = Self.lessons { [log(0.2), log(0.5), $0 % 4 == 0 ? log(0.1) : log(0.3)] }
    let evidence = PlaceEvidence(of: lessons, weight: 1)
    var slope = evidence.weights.map { $0.map { Self.penalty * $0 } }
    for (label, logarithms, place) in lessons {
      let sums = zip(logarithms, evidence.logarithms(place)).map { exp($0 + $1) }
      let area = (place.values[0] - evidence.means[0]) / evidence.deviations[0]
      for index in 0..<3 {
        let off = sums[index] / sums.reduce(0, +) - (index == label ? 1 : 0)
        slope[index][0] += off
        slope[index][29] += off * area
      }
    }
    for own in slope { #expect(abs(own[0]) < 1e-4 && abs(own[29]) < 1e-4) }
  }

  @Test func `no defects count as one class, and to a class that nobody saw nothing is added`() {
    // Class 3 is another that is no defect, and class 4 is never seen.
    let lessons = Self.lessons().map { label, _, place in
      (label == 0 ? 3 : label, [log(0.1), log(0.3), log(0.3), log(0.2), log(0.1)], place)
    }
    let weights = PlaceEvidence(of: lessons, harmless: [0, 3], weight: 1).weights
    #expect(weights[0] == weights[3] && weights[4].allSatisfy { $0 == 0 })
    // Both together are as probable as each of the others, as where there are three.
    let three = PlaceEvidence(of: Self.lessons(), weight: 1).weights
    for (own, other) in zip([weights[0], weights[1], weights[2]], three) {
      #expect(zip(own, other).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  @Test func `it is added to scores over their temperature, to its share`() {
    var evidence = PlaceEvidence(of: Self.lessons(), weight: 1)
    let place = Self.place(Self.bridge, area: 3, contrast: 5)
    let whole = evidence.logarithms(place)
    evidence.weight = 0.5
    let named = Self.classifier(evidence, temperature: 2).name(scores: [1, 2, 4], place: place)
    let powers = zip([0.5, 1, 2], whole).map { exp($0 + 0.5 * $1) }
    for (own, expected) in zip(named.probabilities, powers) {
      #expect(abs(own - expected / powers.reduce(0, +)) < 1e-9)
    }
  }

  @Test func `where nothing is measured, or has no share, the network alone names`() {
    let scores = [0.0, 1, 2]
    var evidence = PlaceEvidence(of: Self.lessons(), weight: 1)
    let place = Self.place(nil, area: 3)
    let alone = Self.classifier(nil).name(scores: scores)
    #expect(Self.classifier(nil).name(scores: scores, place: place) == alone)
    #expect(Self.classifier(evidence).name(scores: scores) == alone)
    evidence.weight = 0
    let weightless = Self.classifier(evidence).name(scores: scores, place: place)
    #expect(zip(weightless.probabilities, alone.probabilities).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func `a measure far off counts as four standard deviations`() {
    let evidence = PlaceEvidence(of: Self.lessons(), weight: 1)
    let far = evidence.means[0] + 4 * evidence.deviations[0]
    #expect(
      evidence.logarithms(Self.place(nil, area: far + 100))
        == evidence.logarithms(Self.place(nil, area: far + 1)))
    #expect(
      evidence.logarithms(Self.place(nil, area: far))
        != evidence.logarithms(Self.place(nil, area: far - 1)))
  }

  @Test func `the parts of a class with those of all places make its odds`() {
    let evidence = PlaceEvidence(of: Self.lessons(), weight: 0.7)
    let place = Self.place(Self.cut, area: 4, contrast: 2)
    let parts = evidence.parts(of: 1, beside: [0, 0.8, 0.2], place)
    let added = evidence.logarithms(place)
    let usual = 0.7 * (evidence.weights[1][0] - evidence.weights[2][0])
    #expect(abs(usual + parts.kind + parts.measures.reduce(0, +) - (added[1] - added[2])) < 1e-9)
    // The others count by their probability.
    let shared = evidence.parts(of: 1, beside: [0.1, 0.8, 0.1], place)
    let against = evidence.parts(of: 1, beside: [0.2, 0.8, 0], place)
    #expect(abs(shared.kind - (parts.kind + against.kind) / 2) < 1e-9)
  }

  @Test func `a classifier's file holds it, and is refused where it fits no class`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "c.safetensors")
      var evidence = PlaceEvidence(of: Self.lessons(), weight: 0.3)
      let whole = Self.classifier(evidence)
      try whole.write(to: file)
      #expect(try Classifier(contentsOf: file).card == whole.card)
      try Self.classifier(evidence, classes: ["cut", "bridge", "dust"]).write(to: file)
      #expect(throws: NetworkError.self) { try Classifier(contentsOf: file) }
      evidence.weight = 1.5
      try Self.classifier(evidence).write(to: file)
      #expect(throws: NetworkError.self) { try Classifier(contentsOf: file) }
    }
  }

  /// Pairs with a square each, which has a layer more than its ground or one fewer.
  private static let set = LabelledSet(
    (0..<6).map { number in
      let isMore = number % 2 == 0
      let box = PixelRect(x: 20 + 3 * number, y: 30, width: 12, height: 12)
      var golden = Plane(width: 96, height: 96, filling: 0.3)
      var codes = [UInt16](repeating: 0, count: 96 * 96)
      for y in 0..<96 {
        for x in 0..<96 where isMore ? y >= 60 : y < 60 {
          (golden[x, y], codes[y * 96 + x]) = (0.7, 1)
        }
      }
      var (scan, difference) = (golden, Plane(width: 96, height: 96, filling: 0))
      for y in box.y..<box.maxY {
        for x in box.x..<box.maxX { (scan[x, y], difference[x, y]) = (isMore ? 0.7 : 0.3, 9) }
      }
      return LabelledPair(
        name: "\(number)", group: "\(number)",
        source: CropSource(
          scan: Picture(planes: [scan]), golden: Picture(planes: [golden]), difference: difference,
          threshold: 5, materials: Labels(width: 96, height: 96, values: codes)),
        boxes: [LabelledBox(box: box, label: isMore ? 1 : 2)])
    }, classes: ["extra", "missing"])

  @Test func `a lesson learns what layers and measures tell, and weighs it by the places held out`()
    throws
  {
    var settings = ClassifierTrainingSettings()
    (settings.steps, settings.side, settings.batch) = (1, 64, 1)
    let card = Classifier.Card(classes: ["extra", "missing"], isNormalised: true)
    let lesson = ClassifierLesson(
      card, taught: Self.set, heldOut: Self.set, settings: settings)
    let taught = try lesson.run().classifier.card
    // A step teaches the network nothing, and layers and measures tell the two apart.
    #expect(taught.placeEvidence?.weight == 1)
    #expect(taught.lesson.scores?.accuracy(of: 1..<3) == 1)
  }

  @Test func `a lesson measures and judges no place that an inspection does not find`() throws {
    var settings = ClassifierTrainingSettings()
    (settings.steps, settings.side, settings.batch) = (1, 64, 1)
    let pairs = Self.set.pairs.map { pair in
      var pair = pair
      for index in pair.boxes.indices { pair.boxes[index].found = nil }
      return pair
    }
    let missed = LabelledSet(pairs, classes: Self.set.classes)
    let card = Classifier.Card(classes: ["extra", "missing"], isNormalised: true)
    let uncounted = try ClassifierLesson(
      card, taught: missed, heldOut: Self.set, settings: settings
    ).run().classifier.card
    #expect(uncounted.placeEvidence == nil)
    let unjudged = try ClassifierLesson(
      card, taught: Self.set, heldOut: missed, settings: settings
    ).run().classifier.card
    #expect(unjudged.lesson.scores == nil && unjudged.placeEvidence == nil)
  }

  @Test func `a lesson measures where an inspection shows a place, and not where it is`() throws {
    var settings = ClassifierTrainingSettings()
    (settings.steps, settings.side, settings.batch) = (1, 64, 1)
    let pairs = Self.set.pairs.map { pair in
      var pair = pair
      for index in pair.boxes.indices {
        // Where nothing differs.
        pair.boxes[index].box = PixelRect(x: 80, y: 80, width: 8, height: 8)
      }
      return pair
    }
    let moved = LabelledSet(pairs, classes: Self.set.classes)
    let card = Classifier.Card(classes: ["extra", "missing"], isNormalised: true)
    let taught = try ClassifierLesson(card, taught: moved, heldOut: moved, settings: settings)
      .run().classifier.card
    #expect((taught.placeEvidence?.weight ?? 0) > 0)
    #expect(taught.lesson.scores?.accuracy(of: 1..<3) == 1)
  }
}
