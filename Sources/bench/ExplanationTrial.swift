internal import Classification
internal import Explanations
internal import Foundation
internal import Networks
internal import Raster

/// Judges all ways to explain a classifier on labelled defects that it never saw.
struct ExplanationTrial {
  static let side = 128
  static let methods: [Method] = [
    .relevance(.epsilonPlusFlat), .relevance(.epsilonGammaBox(low: -1, high: 1)),
    .relevance(.epsilonAlpha2Beta1), .relevance(.epsilon), .relevance(.gamma), .gradCAM,
    .gradientTimesInput, .gradient, .activation, .random(seed: 1),
  ]

  /// Crops around defects that the classifier names right, at most so many of each class.
  static func samples(
    _ classifier: Classifier, _ pairs: [LabelledPair], each count: Int
  ) throws -> [Faithfulness.Sample] {
    let plan = try Plan(classifier.network, height: side, width: side)
    let classes = classifier.card.classes.count
    var taken = [Int](repeating: 0, count: classes)
    var samples: [Faithfulness.Sample] = []
    for pair in pairs {
      for labelled in pair.boxes where taken[labelled.label] < count {
        let box = labelled.box
        let rect = PixelRect(
          x: box.x + box.width / 2 - side / 2, y: box.y + box.height / 2 - side / 2, width: side,
          height: side)
        let planes = pair.planes(rect)
        let own = PixelRect(
          x: box.x - rect.x, y: box.y - rect.y, width: box.width, height: box.height)
        guard classifier.name(plan.forward(planes), box: own).label == labelled.label else {
          continue
        }
        taken[labelled.label] += 1
        let stride = classifier.stride
        samples.append(
          Faithfulness.Sample(
            input: planes,
            start: Start(
              channel: labelled.label,
              box: Start.Box(
                x: own.x / stride, y: own.y / stride, width: own.width / stride + 1,
                height: own.height / stride + 1), contenders: 0..<classes),
            mask: (0..<side * side).map { own.contains(x: $0 % side, y: $0 / side) }))
      }
    }
    return samples
  }

  /// Prints the table, each method a line.
  static func run(_ classifier: Classifier, _ pairs: [LabelledPair], layer: String) throws {
    let samples = try samples(classifier, pairs, each: 16)
    print("\(samples.count) defects, layer \(layer)")
    print(
      "method | deletion | insertion | pointing | mass inside | context | concepts | random weights"
    )
    var other = classifier.network
    var random = SplitMix(77)
    other.parameters.initialise(using: &random)
    func told(_ value: Double) -> String { String(format: "%.3f", value) }
    for method in methods {
      let found = try Faithfulness(of: method, classifier.network, layer: layer, samples: samples)
      let alike = try Faithfulness.likeness(
        classifier.network, other, method: method, layer: layer,
        samples: Array(samples.prefix(24)))
      print(
        [
          method.name, told(found.deletion), told(found.insertion), told(found.pointing),
          told(found.massInside), told(found.contextScore), told(found.complexity), told(alike),
        ].joined(separator: " | "))
    }
  }
}
