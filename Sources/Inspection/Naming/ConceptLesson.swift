internal import Classification
internal import Explanations
public import Foundation
internal import Networks

/// Looks anew for the training examples that show a classifier's concepts, of the same layer or of another.
public struct ConceptLesson {
  private let file: URL
  private var classifier: Classifier

  /// Opens a classifier.
  ///
  /// - Parameter layer: the layer whose channels are to be the concepts; nil leaves the classifier's own.
  /// - Throws: `NetworkError`, or `InspectionError` where there is no such layer.
  public init(_ file: URL, layer: String?) throws {
    self.file = file
    classifier = try Classifier(contentsOf: file)
    try FindingExplainer.require(layer, of: classifier, file.relativePath)
    if let layer { classifier.card.conceptLayer = layer }
  }

  /// The classes that data are to be numbered by: all but the one of no defect.
  public var classes: [String] { Array(classifier.card.classes.dropFirst()) }

  /// Looks through the data, and writes the classifier and the examples beside it.
  ///
  /// - Parameters:
  ///   - data: what the classifier was taught by.
  ///   - names: parts of names of scans that were held out; when empty, every fifth was.
  /// - Returns: the layer, its concepts, and how many examples show them.
  /// - Throws: `InspectionError` where the data are others; both files stay as they were.
  public func run(
    _ data: NamingData, holdingOut names: [String]
  ) throws -> (layer: String, concepts: Int, examples: Int) {
    guard data.sha256 == classifier.card.lesson.dataSHA256 else {
      throw InspectionError(
        .unusableScan, path: file.relativePath,
        "was taught other data: theirs have the hash \(classifier.card.lesson.dataSHA256), these "
          + data.sha256)
    }
    let taught = try data.split(holdingOut: names).taught
    // The examples name their model by its hash: it is written first where nobody looks for it.
    let draft = file.deletingLastPathComponent()
      .appending(path: ".\(file.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: draft) }
    try classifier.write(to: draft)
    let references = try ReferenceFile(
      classifier, modelSHA256: try FileHash.sha256(draft), dataSHA256: data.sha256, from: taught)
    try classifier.write(to: file)
    try references.write(beside: file)
    return (
      classifier.card.conceptLayer, references.places.concepts.count,
      references.places.concepts.reduce(0) { $0 + $1.references.count }
    )
  }
}
