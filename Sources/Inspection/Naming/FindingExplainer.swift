internal import Classification
internal import Explanations
internal import Foundation
internal import Networks
internal import Raster
internal import Records

/// Names and explains findings by one classifier; one thread at a time may use it.
final class FindingExplainer {
  /// What is asked of an explanation.
  struct Question: Hashable, Sendable {
    /// How it explains.
    var method = Method.usual
    /// The layer whose channels are the concepts; nil is the classifier's own.
    var layer: String?
    /// The class that is explained, by its number; nil is the one that the finding got.
    var label: Int?
    /// The class that it is set against, by its number; nil explains the class alone.
    var against: Int?
    /// A concept that is shown, whatever its relevance; nil shows the most relevant ones.
    var concept: Int?
    /// Concepts that get a heat map.
    var concepts = 5
  }

  /// Layers whose channels can be told as concepts, named by their activation where they have one.
  static func layers(of classifier: Classifier) -> [String] {
    let network = classifier.network
    let activated = Set(
      network.layers.filter { if case .activation = $0.operation { true } else { false } }
        .flatMap(\.inputs))
    return network.layers.dropFirst().dropLast().map(\.name).filter { !activated.contains($0) }
  }

  /// Makes sure that a layer's channels can be told as concepts; nil passes.
  ///
  /// - Throws: `InspectionError`, naming the classifier's file and its layers.
  static func require(_ layer: String?, of classifier: Classifier, _ path: String) throws {
    let known = layers(of: classifier)
    guard let layer, !known.contains(layer) else { return }
    throw InspectionError(
      .unusableScan, path: path, "has no layer '\(layer)'; it has \(known.joined(separator: ", "))")
  }

  /// A finding's crop as it lies, with its name, which it has by all positions.
  struct Named {
    /// The square that was read, in pixels of the source.
    var rect: PixelRect
    var planes: Tensor
    var naming: Naming
    /// What is measured there, with the name that it would have without; nil where that is nothing.
    var measured: (place: PlaceMeasures, without: Naming)?
    /// The finding's box in pixels of the output.
    var box: Start.Box
    var output: Tensor
  }

  let classifier: Classifier
  private let method: Method
  private let workers: Int?
  private let reader: CropReader
  private var explainers: [Int: Explainer] = [:]
  private var current: Explainer?

  /// - Parameter workers: threads for one finding; nil is one for each core.
  init(_ classifier: Classifier, method: Method, workers: Int? = 1) {
    (self.classifier, self.method, self.workers) = (classifier, method, workers)
    reader = CropReader(classifier)
  }

  /// Reads and names what is in a box of a source; explanations are of the last box that was read.
  func name(_ box: PixelRect, in source: CropSource) throws -> Named {
    let rect = Classifier.crop(around: box)
    return try name(
      source.planes(rect), rect: rect,
      box: PixelRect(x: box.x - rect.x, y: box.y - rect.y, width: box.width, height: box.height),
      place: source.measures(of: box))
  }

  /// Names what is in a box of planes that were read before.
  ///
  /// - Parameter place: what is measured there; nil where that is nothing.
  func name(
    _ planes: Tensor, rect: PixelRect, box: PixelRect, place: PlaceMeasures? = nil
  ) throws -> Named {
    let explainer: Explainer
    if let known = explainers[rect.width] {
      explainer = known
    } else {
      explainer = try Explainer(
        classifier.network, height: rect.height, width: rect.width, method: method,
        workers: workers)
      explainers[rect.width] = explainer
    }
    current = explainer
    let output = explainer.forward(planes)
    let scores = try reader.scores(box, of: planes)
    return Named(
      rect: rect, planes: planes, naming: classifier.name(scores: scores, place: place),
      measured: classifier.card.placeEvidence == nil
        ? nil : place.map { ($0, classifier.name(scores: scores)) },
      box: Self.outputBox(box, stride: classifier.stride, output), output: output)
  }

  /// The part of the output whose places have their middle in a box; one place at least.
  private static func outputBox(_ box: PixelRect, stride: Int, _ output: Tensor) -> Start.Box {
    func range(_ from: Int, _ to: Int, _ count: Int) -> (Int, Int) {
      let low = min(max((from + stride / 2) / stride, 0), count - 1)
      return (low, max(1, min(count, (to + stride / 2) / stride) - low))
    }
    let (x, width) = range(box.x, box.maxX, output.width)
    let (y, height) = range(box.y, box.maxY, output.height)
    return Start.Box(x: x, y: y, width: width, height: height)
  }

  /// Where the explanation of a class begins: at the finding's places that score it highest, by its odds against all others, or
  /// where there are none at all of its places alike.
  func start(_ named: Named, label: Int? = nil, against: Int? = nil) -> Start {
    let label = label ?? named.naming.label
    if let against, against != label {
      return Start(channel: label, box: named.box, against: against)
    }
    let usual = Start(
      channel: label, box: named.box, contenders: 0..<classifier.card.classes.count,
      amount: .odds)
    if usual.relevance(of: named.output).values.contains(where: { $0 != 0 }) { return usual }
    return Start(channel: label, box: named.box, amount: .one)
  }

  /// Explains the finding that was named last.
  func explain(_ start: Start, layer: String, concepts: Int = 5) -> Explanation {
    guard let current else { preconditionFailure("a finding is named before it is explained") }
    return current.explain(start, layer: layer, concepts: concepts)
  }

  /// The heat map of one concept, of the finding that was named last.
  func heatMap(_ start: Start, layer: String, concept: Int) -> Tensor? {
    current?.heatMaps(start, conditions: [[layer: [concept]]]).first
  }

  /// How much each channel of a lower layer gives to a concept, of the finding that was named last.
  func contributions(_ start: Start, to concept: Int, of layer: String, among lower: String)
    -> [Double]
  {
    guard let current else { return [] }
    let output = current.value(of: classifier.network.output)
    return current.contributions(
      to: concept, of: layer, from: start.relevance(of: output), among: lower)
  }

  /// What a layer's places had in the finding that was named last.
  func shares(_ start: Start, layer: String) -> Tensor? {
    guard let current else { return nil }
    let output = current.value(of: classifier.network.output)
    return current.shares(from: start.relevance(of: output), layers: [layer])[layer]
  }

  /// The part of the crop that a pixel of a channel goes back to.
  func referenceBox(layer: String, channel: Int, x: Int, y: Int) -> Start.Box? {
    current?.referenceBox(layer: layer, channel: channel, x: x, y: y)
  }
}
