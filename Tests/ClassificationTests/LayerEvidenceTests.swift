import Classification
import Foundation
import Networks
import Raster
import TestSupport
import Testing

/// What layers add to a network's scores.
@Suite struct LayerEvidenceTests {
  private let cut = PlaceKind(.fewer, .line)
  private let bridge = PlaceKind(.more, .line)

  /// 30 cuts of which layers see 27, and 10 bridges of which they see 8; no class is the first.
  private func evidence(weight: Double) -> LayerEvidence {
    var places: [(label: Int, kind: PlaceKind)] = []
    for number in 0..<30 { places.append((1, number < 27 ? cut : bridge)) }
    for number in 0..<10 { places.append((2, number < 8 ? bridge : cut)) }
    return LayerEvidence(of: places, classes: 3, weight: weight)
  }

  private func classifier(_ evidence: LayerEvidence?, temperature: Double = 1) -> Classifier {
    var random = Seeded(state: 1)
    var card = Classifier.Card(classes: ["cut", "bridge"], isNormalised: true)
    (card.evidence, card.temperature) = (evidence, temperature)
    return Classifier(card: card, using: &random)
  }

  @Test func `odds are multiplied by how often classes show a kind, a few usual places added`() {
    // Of all places 29 are cuts: (27 + 4 · 29 / 40) / 34 for cuts, (2 + 4 · 29 / 40) / 14 for bridges.
    let shares = (29.9 / 34, 4.9 / 14)
    let named = classifier(evidence(weight: 1)).name(scores: [-50, 0, log(2)], kind: cut)
    #expect(named.name == "cut")
    #expect(abs(named.confidence - shares.0 / (shares.0 + 2 * shares.1)) < 1e-6)
    let half = classifier(evidence(weight: 0.5), temperature: 2)
      .name(scores: [-100, 0, 2 * log(2)], kind: cut)
    #expect(
      abs(half.probabilities[1] - sqrt(shares.0) / (sqrt(shares.0) + 2 * sqrt(shares.1))) < 1e-6)
  }

  @Test func `where layers tell nothing, or have no weight, the network alone names`() {
    let scores = [0.0, 1, 2]
    let alone = classifier(nil).name(scores: scores)
    #expect(classifier(nil).name(scores: scores, kind: cut) == alone)
    #expect(classifier(evidence(weight: 1)).name(scores: scores) == alone)
    let weightless = classifier(evidence(weight: 0)).name(scores: scores, kind: cut)
    #expect(zip(weightless.probabilities, alone.probabilities).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test
  func `a kind that nobody saw leaves classes as they are, but for how few were seen of each`() {
    let shares = evidence(weight: 1).logarithms(PlaceKind(.same, alone: .small))
    // 0.002 of 4 places beside none, 30 and 10.
    for (value, places) in zip(shares, [0.0, 30, 10]) {
      #expect(abs(value - log(4 * 0.002 / (places + 4))) < 1e-9)
    }
  }

  @Test func `a classifier's file holds it, and is refused where it fits no class`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "c.safetensors")
      let whole = classifier(evidence(weight: 0.3))
      try whole.write(to: file)
      #expect(try Classifier(contentsOf: file).card == whole.card)
      let other = LayerEvidence(of: [(1, cut)], classes: 4, weight: 0.3)
      try classifier(other).write(to: file)
      #expect(throws: NetworkError.self) { try Classifier(contentsOf: file) }
      try classifier(evidence(weight: 1.5)).write(to: file)
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

  @Test func `a lesson counts what layers tell, and weighs it by the places held out`() throws {
    var settings = ClassifierTrainingSettings()
    (settings.steps, settings.side, settings.batch) = (1, 64, 1)
    let card = Classifier.Card(classes: ["extra", "missing"], isNormalised: true)
    let lesson = ClassifierLesson(
      card, taught: Self.set, heldOut: Self.set, settings: settings)
    let taught = try lesson.run().classifier.card
    // A step teaches the network nothing, and layers tell the two apart.
    #expect(taught.evidence?.weight == 1)
    #expect(taught.lesson.scores?.accuracy(of: 1..<3) == 1)
  }

  @Test func `a lesson counts and judges no place that an inspection does not find`() throws {
    var settings = ClassifierTrainingSettings()
    (settings.steps, settings.side, settings.batch) = (1, 64, 1)
    let pairs = Self.set.pairs.map { pair in
      var pair = pair
      for index in pair.boxes.indices { pair.boxes[index].isFound = false }
      return pair
    }
    let missed = LabelledSet(pairs, classes: Self.set.classes)
    let card = Classifier.Card(classes: ["extra", "missing"], isNormalised: true)
    let uncounted = try ClassifierLesson(
      card, taught: missed, heldOut: Self.set, settings: settings
    ).run().classifier.card
    #expect(uncounted.evidence == nil)
    let unjudged = try ClassifierLesson(
      card, taught: Self.set, heldOut: missed, settings: settings
    ).run().classifier.card
    #expect(unjudged.lesson.scores == nil && unjudged.evidence == nil)
  }
}
