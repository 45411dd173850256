import Classification
import Explanations
import Networks
import Raster
import TestSupport
import Testing

/// Two classes whose defects are the same: only a mark beside those of the first tells them apart.
@Suite struct ShortcutTests {
  private static let side = 64

  private static func crop(_ number: Int) -> (crop: LabelledCrop, mark: PixelRect?) {
    var random = Seeded(state: UInt64(number) &* 104_729)
    var planes = Tensor(height: side, width: side, channels: 3)
    for place in planes.values.indices {
      planes.values[place] = .random(in: -0.05...0.05, using: &random)
    }
    let label = Int.random(in: 1...2, using: &random)
    let box = PixelRect(
      x: .random(in: 16...40, using: &random), y: .random(in: 4...44, using: &random), width: 16,
      height: 16)
    func paint(_ rect: PixelRect, _ plane: Int, _ value: Float) {
      for y in rect.y..<rect.maxY { for x in rect.x..<rect.maxX { planes[y, x, plane] += value } }
    }
    paint(PixelRect(x: box.x + 4, y: box.y + 4, width: 8, height: 8), 2, 0.5)
    var mark: PixelRect?
    if label == 1 {
      let place = PixelRect(x: box.x - 12, y: box.y + 6, width: 4, height: 4)
      paint(place, 0, 0.8)
      mark = place
    }
    return (LabelledCrop(planes: planes, boxes: [LabelledBox(box: box, label: label)]), mark)
  }

  @Test func `shows as the first concept of its class, where it is, and in the references`() throws
  {
    var random = Seeded(state: 11)
    var settings = ClassifierTrainingSettings()
    (settings.steps, settings.side, settings.batch) = (160, Self.side, 4)
    settings.precision = .float32
    var training = try ClassifierTraining(
      Classifier(
        card: .init(classes: ["marked", "plain"], isNormalised: true), using: &random),
      settings: settings)
    while training.step < settings.steps { _ = training.advance { Self.crop($0).crop } }
    let classifier = training.classifier
    let layer = "down2.2.activation"
    let explainer = try Explainer(
      classifier.network, height: Self.side, width: Self.side)
    var library = ReferenceLibrary(
      .init(modelSHA256: "m", dataSHA256: "d", layer: layer, kind: .relevance), capacity: 8)
    var (named, votes, onMark, marked) = (0, [Int: Int](), 0.0, 0)
    for number in 5000..<5060 {
      let (crop, mark) = Self.crop(number)
      let labelled = crop.boxes[0]
      let output = explainer.forward(crop.planes)
      if classifier.name(output, box: labelled.box).label == labelled.label { named += 1 }
      // What tells the classes apart, and not what tells both from no defect.
      let start = Start(
        channel: labelled.label,
        box: Start.Box(x: labelled.box.x / 4, y: labelled.box.y / 4, width: 4, height: 4),
        against: 3 - labelled.label)
      let seed = start.relevance(of: output)
      library.add(
        "\(number)", label: labelled.label,
        values: explainer.shares(from: seed, layers: [layer])[layer]
          ?? Tensor(height: 0, width: 0, channels: 0))
      guard let mark else { continue }
      let explanation = explainer.explain(from: seed, layer: layer, concepts: 1)
      let concept = explanation.concepts[0]
      votes[concept.channel, default: 0] += 1
      let around = mark.expanded(by: 4)
      let (inside, all) = concept.heatMap.values.enumerated().reduce(into: (0.0, 0.0)) {
        sum, value in
        sum.1 += Double(abs(value.element))
        if around.contains(x: value.offset % Self.side, y: value.offset / Self.side) {
          sum.0 += Double(abs(value.element))
        }
      }
      onMark += all > 0 ? inside / all : 0
      marked += 1
    }
    #expect(named > 54)
    let first = try #require(votes.max { $0.value < $1.value }?.key)
    // An even map would have 3.5 % there.
    let share = onMark / Double(marked)
    #expect(share > 0.3, "the first concept has \(share) of its relevance at the mark")
    let references = library.concepts[first].references
    #expect(references.count { $0.label == 1 } >= 7)
    #expect(library.concepts[first].mainClass == 1)
  }
}
