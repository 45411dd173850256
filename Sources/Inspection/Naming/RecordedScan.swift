internal import Classification
internal import Explanations
public import Foundation
internal import Matching
internal import Networks
internal import Raster
public import Records
public import Reports

/// A scan that was inspected before, with all that it takes to explain its findings again.
public struct RecordedScan {
  /// The record.
  public let record: InspectionRecord
  /// How the layers under its findings are told.
  public var layerLooks: [LayerLook] { device.layerLooks }
  private let device: Device
  private let naming: NamingStage
  private let view: NamingStage.View

  /// What is asked about a finding.
  public struct Question: Sendable {
    /// How it is explained, as `Method.text` says it; nil is the way of reports.
    public var method: String?
    /// The layer whose channels are the concepts; nil is the classifier's own.
    public var layer: String?
    /// A concept that is to be shown, whatever its relevance.
    public var concept: Int?
    /// The class that is explained; nil is the finding's own.
    public var className: String?
    /// The class that it is set against: what tells the two apart is explained; nil explains the class alone.
    public var against: String?

    /// The question that a report answers.
    public init() {}
  }

  /// An answer.
  public struct Answer: Sendable {
    /// The finding with the class and scores that it got, and the explanation asked for.
    public var finding: FindingRecord
    /// Its pictures.
    public var pictures: ExplanationPictures
    /// What the concepts are; nil where that is not known.
    public var concepts: ConceptSheets?
    /// The concepts of the layer before that feed the one asked for, by their share; empty where none was.
    public var feeding: [(layer: String, channel: Int, share: Double)]
  }

  /// Finds everything again, and compares the scan with its golden once more.
  ///
  /// - Parameters:
  ///   - results: the scan's folder of an inspection's output.
  ///   - recipe: where the recipe lies now; nil where the record says.
  ///   - scan: where the scan lies now; nil where the record says.
  /// - Throws: `InspectionError` where the scan is another or can't be compared, and what reading throws.
  public init(results: URL, recipe: URL? = nil, scan: URL? = nil) throws {
    let file = results.appending(path: IndexPage.recordName)
    guard let data = try? Data(contentsOf: file) else {
      throw InspectionError(.noSuchFile, path: file.relativePath, "is no file that can be read")
    }
    record = try InspectionRecord(json: data)
    let place = try scan ?? Self.place(of: record.scan)
    device = try Device(recipe: recipe ?? URL(filePath: record.recipe.path))
    guard let naming = device.naming else {
      throw RecipeError(
        .missingKey, path: device.recipe.path,
        detail: "classifier is missing; it names and explains findings")
    }
    self.naming = naming
    guard try FileHash.sha256(place) == record.scan.sha256 else {
      throw InspectionError(
        .unusableScan, path: place.relativePath, "is not the scan that was inspected")
    }
    view = try device.view(of: place, beside: try Self.neighbours(of: record, beside: place))
  }

  /// Where a recorded scan lies now: where it lay, or where the service put it since.
  static func place(of scan: ScanRecord) throws -> URL {
    let place = URL(filePath: scan.path)
    if FileManager.default.fileExists(atPath: place.path) { return place }
    // INBOX/LOT/scan.tif is INBOX/processed/LOT/scan.tif since, or scan-2.tif where that name was taken.
    let names = scan.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let ending = place.pathExtension.isEmpty ? "" : "." + place.pathExtension
    let stem = place.deletingPathExtension().lastPathComponent
    for index in names.indices.reversed() {
      let folders = names[..<index] + ["processed"] + names[index...].dropLast()
      let folder = URL(filePath: folders.joined(separator: "/"), directoryHint: .isDirectory)
      for number in 1... {
        let moved = folder.appending(path: stem + (number > 1 ? "-\(number)" : "") + ending)
        guard FileManager.default.fileExists(atPath: moved.path) else { break }
        if try FileHash.sha256(moved) == scan.sha256 { return moved }
      }
    }
    return place
  }

  /// The scans that told what was usual, as far as they still lie beside a scan; nil where none did.
  private static func neighbours(
    of record: InspectionRecord, beside place: URL
  ) throws -> OtherScans? {
    guard let used = record.neighbours?.used, !used.isEmpty else { return nil }
    let folder = place.deletingLastPathComponent()
    let found: [URL] = try used.compactMap { file in
      let other = folder.appending(path: file.path)
      guard FileManager.default.fileExists(atPath: other.path) else { return nil }
      return try FileHash.sha256(other) == file.sha256 ? other : nil
    }
    return { found }
  }

  /// The finding with a number.
  ///
  /// - Throws: `InspectionError` where there is none.
  public func finding(_ id: Int) throws -> FindingRecord {
    guard let finding = record.findings.first(where: { $0.id == id }) else {
      throw InspectionError(
        .unusableScan, path: record.scan.path,
        "has no finding \(id)"
          + (record.findings.isEmpty ? "" : "; they are 1 to \(record.findings.count)"))
    }
    return finding
  }

  /// Explains a finding.
  ///
  /// - Throws: `InspectionError` where the question names what the classifier does not have.
  public func explain(_ id: Int, _ question: Question = .init()) throws -> Answer {
    let finding = try finding(id)
    let classifier = naming.classifier
    func refuse(_ reason: String) -> InspectionError {
      InspectionError(.unusableScan, path: naming.record.path, reason)
    }
    var asked = FindingExplainer.Question()
    if let text = question.method {
      guard let method = Method(text: text) else { throw refuse("knows no method '\(text)'") }
      asked.method = method
    }
    func label(_ name: String) throws -> Int {
      guard let label = classifier.card.classes.firstIndex(of: name) else {
        throw refuse(
          "has no class '\(name)'; it has \(classifier.card.classes.joined(separator: ", "))")
      }
      return label
    }
    asked.label = try question.className.map(label)
    asked.against = try question.against.map(label)
    let layer = question.layer ?? classifier.card.conceptLayer
    try FindingExplainer.require(layer, of: classifier, naming.record.path)
    asked.layer = layer
    if let concept = question.concept {
      let count = classifier.network.channels(of: layer)
      guard (0..<count).contains(concept) else {
        throw refuse("has concepts 0 to \(count - 1) in '\(layer)'")
      }
      asked.concept = concept
    }
    let stage = NamingStage(naming, question: asked)
    let (named, told) = try stage.named([finding], in: view)
    var feeding: [(layer: String, channel: Int, share: Double)] = []
    if let concept = question.concept {
      feeding = try stage.feeding(finding, concept: concept, layer: layer, in: view)
    }
    guard let first = told.first else {
      preconditionFailure("a finding that was asked about is explained")
    }
    let pictures = first.pictures(
      in: view.window, threshold: view.threshold)
    return Answer(
      finding: named[0], pictures: pictures, concepts: naming.concepts, feeding: feeding)
  }

  /// Names a finding again, and computes its recorded explanation once more.
  ///
  /// - Returns: what differs, in words, and whether all is the same to the last bit.
  public func replay(_ id: Int) throws -> (differences: [String], isExact: Bool) {
    let finding = try finding(id)
    guard let told = finding.explanation, let audit = told.audit else {
      throw InspectionError(
        .unusableScan, path: record.scan.path, "has no explanation of finding \(id) on record")
    }
    var differences: [String] = []
    func compare(_ what: String, _ now: String, _ before: String) {
      if now != before { differences.append("\(what) is \(now), and was \(before)") }
    }
    compare("the recipe", device.recipeRecord.sha256, record.recipe.sha256)
    compare("the model", naming.record.sha256, told.modelSha256)
    let source = try naming.source(view.window)
    var rect = told.crop
    (rect.x, rect.y) = (rect.x - view.field.x, rect.y - view.field.y)
    guard FindingExplainer.layers(of: naming.classifier).contains(audit.layer),
      Classifier.cropSides.contains(rect.width), rect.width == rect.height,
      (0..<naming.classifier.card.classes.count).contains(audit.start.channel),
      audit.start.against.map({
        (0..<naming.classifier.card.classes.count).contains($0) && $0 != audit.start.channel
      }) ?? true
    else {
      return (differences + ["the record does not fit the model"], false)
    }
    let planes = source.planes(rect)
    compare(
      "the golden",
      NamingStage.hash(
        ExplanationRecord.bytes(of: planes.channels(source.channels..<2 * source.channels))),
      told.goldenSha256)
    let replay = try audit.replay(
      naming.classifier.network, input: planes, hash: NamingStage.hash)
    differences += replay.differences
    let again = try naming.named([finding], in: view).findings[0]
    compare("the class", again.defectClass ?? "-", finding.defectClass ?? "-")
    compare(
      "what layers tell", again.explanation?.measured?.kind ?? "nothing",
      told.measured?.kind ?? "nothing")
    let off = (finding.classScores ?? [:]).reduce(0) {
      max($0, abs($1.value - (again.classScores?[$1.key] ?? 0)))
    }
    if off > Self.leastOff { differences.append("a class's probability is off by \(off)") }
    return (differences, replay.isExact && off == 0 && differences.isEmpty)
  }

  /// Probabilities that differ by no more are the same but for rounding.
  private static let leastOff = 0.001
}

extension Device {
  /// A scan compared with its golden, as findings are named by.
  ///
  /// - Throws: `InspectionError` where it is not inspectable.
  func view(of scan: URL, beside: OtherScans? = nil) throws -> NamingStage.View {
    var opened = try open(scan)
    opened.beside = beside
    switch try prepare(try read(opened), scan) {
    case .refused(let reason, _):
      throw InspectionError(
        .unusableScan, path: scan.relativePath, "is not inspectable: \(reason)")
    case .ready(let prepared):
      return try compare(scan, prepared, beside: beside).view(prepared.placed)
    }
  }
}
