internal import Classification
internal import Dispatch
internal import Explanations
internal import Foundation
internal import Golden
internal import Matching
internal import Networks
internal import Raster
internal import Records
internal import Reports
internal import Synchronization

/// The stage that names each finding and explains the name.
///
/// `@unchecked Sendable`: explainers are taken out of the pool, used by one thread, and put back, behind the lock.
final class NamingStage: @unchecked Sendable {
  /// The classifier, with its file as records tell it.
  let classifier: Classifier
  let record: FileRecord
  let weightsSHA256: String
  /// What its concepts are; nil where nothing lies beside the model.
  let concepts: ConceptSheets?
  private let layerRelevance: LayerRelevance?
  private let question: FindingExplainer.Question
  private let lock = NSLock()
  private var pool: [FindingExplainer] = []

  /// Opens a classifier.
  ///
  /// - Parameters:
  ///   - golden: the generator that paints goldens, where one does.
  ///   - question: what is asked about each finding.
  /// - Throws: `NetworkError` or `InspectionError`, naming the file at fault.
  init(
    _ model: URL, told: String, golden: GeneratorGolden?,
    question: FindingExplainer.Question = .init()
  ) throws {
    classifier = try Classifier(contentsOf: model)
    record = FileRecord(path: told, sha256: try FileHash.sha256(model))
    concepts = try ReferenceFile(beside: model, of: classifier, modelSHA256: record.sha256)?
      .sheets(of: classifier, record)
    weightsSHA256 = Self.hash(ExplanationRecord.weightsBytes(of: classifier.network))
    layerRelevance = try golden.map { try LayerRelevance($0) }
    self.question = question
  }

  /// The same stage asked something else.
  init(_ other: NamingStage, question: FindingExplainer.Question) {
    (classifier, record, weightsSHA256) = (other.classifier, other.record, other.weightsSHA256)
    (concepts, layerRelevance) = (other.concepts, other.layerRelevance)
    self.question = question
  }

  static func hash(_ bytes: [UInt8]) -> String { FileHash.sha256(of: Data(bytes)) }

  /// A part of a scan that was compared, with all that a name is drawn from.
  struct View {
    var window: JudgedWindow
    /// The difference that is flagged.
    var threshold: Double
    var toScan: Affine
    var mesh: DisplacementMesh
    /// The part, scan pixels.
    var field: PixelRect { window.rect }
  }

  /// Names findings that lie in a view.
  ///
  /// - Throws: `InspectionError` when the classifier was taught other scans, or `NetworkError`.
  func named(
    _ findings: [FindingRecord], in view: View
  ) throws -> (findings: [FindingRecord], explained: [ExplainedFinding]) {
    guard !findings.isEmpty else { return ([], []) }
    let source = try source(view.window)
    let next = Atomic(0)
    let answers = Answers()
    let workers = min(findings.count, ProcessInfo.processInfo.activeProcessorCount)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      let explainer = take()
      defer { put(explainer) }
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < findings.count else { return }
        answers.add(number, Result { try name(findings[number], source, view, explainer) })
      }
    }
    let told = try answers.inOrder()
    return (told.map(\.0), told.map(\.1))
  }

  /// What came of findings, in any order.
  ///
  /// `@unchecked Sendable`: what changes is behind the lock.
  private final class Answers: @unchecked Sendable {
    typealias Answer = Result<(FindingRecord, ExplainedFinding), any Error>
    private let lock = NSLock()
    private var all: [(number: Int, answer: Answer)] = []

    func add(_ number: Int, _ answer: Answer) { lock.withLock { all.append((number, answer)) } }

    func inOrder() throws -> [(FindingRecord, ExplainedFinding)] {
      try all.sorted { $0.number < $1.number }.map { try $0.answer.get() }
    }
  }

  /// What the classifier reads of a window.
  ///
  /// - Throws: `InspectionError` when it was taught other scans.
  func source(_ window: JudgedWindow) throws -> CropSource {
    guard window.scan.channels == classifier.card.channels else {
      throw InspectionError(
        .unusableScan, path: record.path,
        "was taught \(classifier.card.channels == 3 ? "colour" : "grey") scans, and this one is "
          + (window.scan.channels == 3 ? "in colour" : "grey"))
    }
    return CropSource(window, isNormalised: classifier.card.isNormalised)
  }

  private func take() -> FindingExplainer {
    lock.withLock { pool.popLast() }
      ?? FindingExplainer(classifier, method: question.method)
  }

  private func put(_ explainer: FindingExplainer) { lock.withLock { pool.append(explainer) } }

  /// A number as records tell it.
  private static func rounded(_ number: Double) -> Double { (number * 1e4).rounded() / 1e4 }

  /// Names and explains one finding.
  private func name(
    _ finding: FindingRecord, _ source: CropSource, _ view: View, _ explainer: FindingExplainer
  ) throws -> (FindingRecord, ExplainedFinding) {
    var box = finding.box
    (box.x, box.y) = (box.x - view.field.x, box.y - view.field.y)
    let named = try explainer.name(box, in: source)
    let layer = question.layer ?? classifier.card.conceptLayer
    let start = explainer.start(named, label: question.label, against: question.against)
    var explanation = explainer.explain(start, layer: layer, concepts: question.concepts)
    if let concept = question.concept, !question.method.staysAtLayer,
      let map = explainer.heatMap(start, layer: layer, concept: concept)
    {
      let relevance = explanation.relevances[concept]
      let all = explanation.relevances.reduce(0) { $0 + abs($1) }
      explanation.concepts = [
        Explanation.Concept(
          channel: concept, relevance: relevance, share: all > 0 ? relevance / all : 0,
          heatMap: map)
      ]
    }
    var result = finding
    let naming = named.naming
    result.defectClass =
      switch naming.verdict {
      case .defect: naming.name
      case .nuisance: FindingRecord.nuisance
      case .unknown: FindingRecord.unknown
      }
    result.classScores = Dictionary(
      uniqueKeysWithValues: zip(classifier.card.classes, naming.probabilities).map {
        ($0, Self.rounded($1))
      })
    let audit = ExplanationRecord(
      explanation, of: start, method: question.method,
      sources: .init(
        modelSHA256: record.sha256, weightsSHA256: weightsSHA256,
        inputSHA256: Self.hash(ExplanationRecord.bytes(of: named.planes)),
        goldenSHA256: Self.hash(
          ExplanationRecord.bytes(
            of: named.planes.channels(source.channels..<2 * source.channels)))),
      hash: Self.hash)
    var crop = named.rect
    (crop.x, crop.y) = (crop.x + view.field.x, crop.y + view.field.y)
    var told = FindingExplanation(
      audit, explanation, crop: crop, classes: classifier.card.classes,
      mainClass: { [concepts] channel in
        layer == concepts?.layer ? concepts?.sheets[channel]?.mainClass : nil
      })
    if case .relevance = question.method { told.through = explanation.through }
    told.goldenLayers = try goldenLayers(finding, view)
    told.measured = measured(named, label: question.label ?? naming.label)
    result.explanation = told
    return (result, ExplainedFinding(id: finding.id, crop: crop, explanation))
  }

  /// Measures that are told: those that add the most.
  private static let measuresTold = 5

  /// What measures of a finding's place add to a class.
  private func measured(
    _ named: FindingExplainer.Named, label: Int
  ) -> FindingExplanation.Measured? {
    guard let (place, without) = named.measured, let evidence = classifier.card.placeEvidence else {
      return nil
    }
    let parts = evidence.parts(of: label, beside: named.naming.probabilities, place)
    let measures = zip(PlaceMeasures.Measure.allCases, parts.measures)
      .sorted { abs($0.1) > abs($1.1) }.prefix(Self.measuresTold)
      .map { measure, adds in
        let reading = place.reading(measure)
        return FindingExplanation.Measured.Measure(
          name: measure.rawValue, value: Self.rounded(reading.value), unit: reading.unit,
          adds: Self.rounded(adds))
      }
    return .init(
      kind: place.kind?.words, kindAdds: Self.rounded(parts.kind), measures: measures,
      classWithout: without.name, probabilityWithout: Self.rounded(without.confidence))
  }

  /// The channels of the layer before that feed a concept most, in a finding.
  func feeding(
    _ finding: FindingRecord, concept: Int, layer: String, in view: View
  ) throws -> [(layer: String, channel: Int, share: Double)] {
    let layers = FindingExplainer.layers(of: classifier)
    guard let place = layers.firstIndex(of: layer), place > 0, !question.method.staysAtLayer else {
      return []
    }
    // Pooling and joining have no channels of their own.
    let lower = layers[..<place].last { $0.hasSuffix("activation") }
    guard let lower else { return [] }
    let explainer = take()
    defer { put(explainer) }
    var box = finding.box
    (box.x, box.y) = (box.x - view.field.x, box.y - view.field.y)
    let named = try explainer.name(box, in: try source(view.window))
    let parts = explainer.contributions(
      explainer.start(named, label: question.label, against: question.against), to: concept,
      of: layer, among: lower)
    let all = parts.reduce(0) { $0 + abs($1) }
    guard all > 0 else { return [] }
    return Explanation.ranking(parts).prefix(5).map { (lower, $0, parts[$0] / all) }
  }

  /// The layers' parts in the golden at a finding, as far as they speak for the anomaly.
  private func goldenLayers(
    _ finding: FindingRecord, _ view: View
  ) throws -> [FindingExplanation.LayerShare]? {
    guard let layerRelevance else { return nil }
    // The score is of what the scan has more than the golden, or less.
    let sign: Float = finding.polarity == .bright ? -1 : 1
    let shares = try layerRelevance.shares(
      at: finding.box, toScan: view.toScan, mesh: view.mesh
    ) { x, y in
      let (column, row) = (x - view.field.x, y - view.field.y)
      guard column >= 0, row >= 0, column < view.field.width, row < view.field.height else {
        return 0
      }
      let value = view.window.difference.samples[row * view.field.width + column]
      return value.isNaN ? 0 : sign * min(abs(value), 100)
    }
    let all = shares.layers.reduce(abs(shares.absorbed)) { $0 + abs($1.relevance) }
    guard all > 0 else { return [] }
    return
      (shares.layers.map {
        FindingExplanation.LayerShare(layer: $0.name, share: $0.relevance / all)
      } + [.init(layer: FindingExplanation.bare, share: shares.absorbed / all)])
      .filter { abs($0.share) >= 0.005 }.sorted { abs($0.share) > abs($1.share) }
  }
}

extension CropSource {
  /// What names are drawn from in a window.
  ///
  /// - Parameter isNormalised: whether the difference is the one by the scan's own noise, and not scan less golden.
  init(_ window: JudgedWindow, isNormalised: Bool = true) {
    self.init(
      scan: window.scan,
      golden: window.golden.channels == window.scan.channels
        ? window.golden : Picture(planes: [window.golden.luminance]),
      difference: isNormalised ? window.byOwnNoise : nil,
      threshold: Calibration.score(rate: Device.usualRate), materials: window.materials)
  }
}

extension Tensor {
  /// Some of the channels.
  func channels(_ range: Range<Int>) -> Tensor {
    var result = Tensor(height: height, width: width, channels: range.count)
    for pixel in 0..<height * width {
      for (place, channel) in range.enumerated() {
        result.values[pixel * range.count + place] = values[pixel * channels + channel]
      }
    }
    return result
  }
}
