public import Classification
public import Foundation
public import Networks

/// Teaches a classifier labelled scans, and keeps what explains it.
public struct NamingLesson {
  private let taught, heldOut: LabelledSet
  private let lesson: ClassifierLesson
  private let start: Classifier?
  private let dataSHA256: String

  /// Prepares a lesson.
  ///
  /// - Parameters:
  ///   - names: parts of names of scans that are held out; when empty, every fifth is.
  ///   - start: the file of a classifier taught before whose weights it begins with; nil begins with chance.
  ///   - labelsByChance: whether classes are drawn by chance, to see that explanations change.
  /// - Throws: `InspectionError` where too little is labelled, or the classifier to begin with is of other classes or scans, and
  ///   what reading it throws.
  public init(
    _ data: NamingData, architecture: ClassifierArchitecture,
    settings: ClassifierTrainingSettings, holdingOut names: [String],
    from start: URL? = nil, labelsByChance: Bool = false
  ) throws {
    let sets = try data.split(holdingOut: names)
    taught = labelsByChance ? sets.taught.withLabelsByChance(seed: settings.seed) : sets.taught
    heldOut = sets.heldOut
    dataSHA256 = data.sha256
    var card = data.card(architecture)
    self.start = try start.map { try Self.start($0, of: card) }
    card.lesson.startSHA256 = try start.map { try FileHash.sha256($0) }
    lesson = ClassifierLesson(card, taught: taught, heldOut: heldOut, settings: settings)
  }

  /// A classifier that one with a card can begin with.
  private static func start(_ file: URL, of card: Classifier.Card) throws -> Classifier {
    let known = try Classifier(contentsOf: file)
    let built = card.architecture.network(inputs: card.planes, outputs: card.classes.count + 4)
    let reason: String? =
      if known.card.classes != card.classes {
        "it knows the classes \(known.card.classes.joined(separator: ", "))"
      } else if known.card.planes != card.planes {
        "it was taught scans of another kind"
      } else if known.network.layers != built.layers {
        "it is not built as '\(card.architecture.rawValue)' is"
      } else {
        nil
      }
    if let reason {
      throw InspectionError(
        .unusableScan, path: file.relativePath, "is nothing to begin with here: " + reason)
    }
    return known
  }

  /// What is learnt, in words.
  public var sentence: String {
    let counts = taught.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "\(taught.pairs.count) scans to learn from, \(heldOut.pairs.count) held out; places: "
      + counts.joined(separator: ", ")
  }

  /// Runs to the end; see `ClassifierLesson`.
  public func run(
    checkpoint: String? = nil, resuming: Bool = false,
    progress: (TrainingProgress) -> TrainingCommand = { _ in .goOn }
  ) throws -> ClassifierLesson.Outcome {
    try lesson.run(from: start, checkpoint: checkpoint, resuming: resuming, progress: progress)
  }

  /// The training examples that show best what the concepts of a classifier are.
  ///
  /// - Parameter file: the classifier as it was written.
  public func references(of classifier: Classifier, file: URL) throws -> ReferenceFile {
    try ReferenceFile(
      classifier, modelSHA256: try FileHash.sha256(file), dataSHA256: dataSHA256, from: taught)
  }
}
