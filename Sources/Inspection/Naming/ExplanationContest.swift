internal import Classification
internal import Explanations
public import Foundation
internal import Networks
internal import Raster
public import Records

/// Judges all ways to explain a classifier on labelled places that it names right.
public struct ExplanationContest {
  private static let side = 128
  /// Places of the first samples that maps of other networks are compared on.
  private static let mostCompared = 32
  /// The ways that are compared.
  static let methods: [Method] =
    Composite.named.map { .relevance($0) } + [
      .gradCAM, .gradientTimesInput, .gradient, .activation, .random(seed: 1),
    ]

  private let classifier: Classifier
  private let model: FileRecord
  private let samples: [Faithfulness.Sample]
  private let counts: [String: Int]
  private let dataSHA256: String

  /// Chooses places that the classifier names right, at most so many of each class.
  ///
  /// - Parameters:
  ///   - names: parts of names of the scans that are judged by; when empty, every fifth is.
  /// - Throws: `InspectionError` where no place is named right.
  public init(
    _ file: URL, data: NamingData, holdingOut names: [String], each count: Int
  ) throws {
    classifier = try Classifier(contentsOf: file)
    model = FileRecord(path: file.relativePath, sha256: try FileHash.sha256(file))
    dataSHA256 = data.sha256
    guard data.channels == classifier.card.channels,
      data.isNormalised == classifier.card.isNormalised
    else {
      throw InspectionError(
        .unusableScan, path: file.relativePath, "was taught scans of another kind than these")
    }
    let classes = classifier.card.classes
    var taken = [Int](repeating: 0, count: classes.count)
    var samples: [Faithfulness.Sample] = []
    let explainer = FindingExplainer(classifier, method: .usual)
    for pair in try data.split(holdingOut: names).heldOut.pairs {
      for labelled in pair.boxes where taken[labelled.label] < count {
        let rect = Classifier.crop(around: labelled.box)
        guard rect.width == Self.side else { continue }
        let planes = pair.planes(rect)
        var own = labelled.box
        (own.x, own.y) = (own.x - rect.x, own.y - rect.y)
        let named = try explainer.name(planes, rect: rect, box: own)
        guard named.naming.label == labelled.label else { continue }
        taken[labelled.label] += 1
        let start = explainer.start(named)
        samples.append(
          Faithfulness.Sample(
            input: planes, start: start,
            mask: (0..<Self.side * Self.side).map {
              own.contains(x: $0 % Self.side, y: $0 / Self.side)
            }))
      }
    }
    guard !samples.isEmpty else {
      throw InspectionError(
        .unusableScan, path: file.relativePath, "names no place of the scans held out right")
    }
    self.samples = samples
    counts = Dictionary(
      uniqueKeysWithValues: zip(classes, taken).filter { $0.1 > 0 }.map { ($0, $1) })
  }

  /// Judges every method.
  ///
  /// - Parameters:
  ///   - layer: whose channels are the concepts; nil is the classifier's own.
  ///   - other: a classifier that was taught labels by chance, whose maps are to be others; nil leaves that out.
  ///   - progress: told the method that is judged.
  /// - Throws: `InspectionError` where the layer is none of the network's.
  public func record(
    layer: String? = nil, labelsByChance other: URL? = nil, progress: (String) -> Void = { _ in }
  ) throws -> FaithfulnessRecord {
    let layer = layer ?? classifier.card.conceptLayer
    try FindingExplainer.require(layer, of: classifier, model.path)
    var byChance = classifier.network
    var random = SplitMix(77)
    byChance.parameters.initialise(using: &random)
    let labelsByChance = try other.map { try Classifier(contentsOf: $0) }
    if let labelsByChance, labelsByChance.card.planes != classifier.card.planes {
      throw InspectionError(
        .unusableScan, path: other?.relativePath ?? "", "was taught scans of another kind")
    }
    let step = max(1, samples.count / Self.mostCompared)
    let compared = stride(from: 0, to: samples.count, by: step).map { samples[$0] }
    let rows = try Self.methods.map { method in
      progress(method.name)
      let found = try Faithfulness(
        of: method, classifier.network, layer: layer, samples: samples)
      func likeness(_ network: Network) throws -> Double {
        try Faithfulness.likeness(
          classifier.network, network, method: method, layer: layer, samples: compared)
      }
      return FaithfulnessRecord.Row(
        name: method.name, method: method.text, deletion: found.deletion,
        insertion: found.insertion, oddsDeletion: found.oddsDeletion,
        oddsInsertion: found.oddsInsertion, pointing: found.pointing, massInside: found.massInside,
        context: found.contextScore, complexity: found.complexity,
        randomWeights: try likeness(byChance),
        randomLabels: try labelsByChance.map { try likeness($0.network) },
        deletionCurve: found.deletionCurve, insertionCurve: found.insertionCurve)
    }
    return FaithfulnessRecord(
      model: model, dataSha256: dataSHA256, layer: layer, samples: counts,
      shipped: FindingExplainer.Question().method.text, rows: rows)
  }
}
