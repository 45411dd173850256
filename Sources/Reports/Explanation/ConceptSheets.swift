public import Foundation
public import Records

/// What is known of a classifier's concepts: the training examples that show each, and the classes it belongs to.
public struct ConceptSheets: Sendable {
  /// A concept.
  public struct Sheet: Sendable {
    /// The channel.
    public var channel: Int
    /// The class that it mostly belongs to; nil where it was in none.
    public var mainClass: String?
    /// Each class's mean relevance in the training data, the greatest first.
    public var classes: [(name: String, mean: Double)]
    /// Training examples, the best first: the example's name and its class.
    public var references: [(sample: String, class: String)]
    /// JPEG of their pictures side by side; empty where there is none.
    public var strip: Data

    /// A concept with all its parts.
    public init(
      channel: Int, mainClass: String?, classes: [(name: String, mean: Double)],
      references: [(sample: String, class: String)], strip: Data
    ) {
      (self.channel, self.mainClass) = (channel, mainClass)
      (self.classes, self.references, self.strip) = (classes, references, strip)
    }
  }

  /// The model.
  public var model: FileRecord
  /// The layer whose channels the concepts are.
  public var layer: String
  /// The concepts by their channel.
  public var sheets: [Int: Sheet]

  /// Sheets of a model.
  public init(model: FileRecord, layer: String, sheets: [Sheet]) {
    (self.model, self.layer) = (model, layer)
    self.sheets = Dictionary(sheets.map { ($0.channel, $0) }, uniquingKeysWith: { $1 })
  }
}
