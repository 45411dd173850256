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

  /// What is kept of them beside pages, but for the pictures, so that these can be written again.
  struct Kept: Codable {
    var model: FileRecord
    var layer: String
    var sheets: [Sheet]

    struct Sheet: Codable {
      var channel: Int
      var mainClass: String?
      var classes: [Mean]
      /// Not kept by versions before.
      var references: [Reference]?
    }

    struct Mean: Codable {
      var name: String
      var mean: Double
    }

    struct Reference: Codable {
      var sample: String
      var `class`: String
    }
  }

  /// What is to be kept of them.
  var kept: Kept {
    Kept(
      model: model, layer: layer,
      sheets: sheets.values.sorted { $0.channel < $1.channel }.map { sheet in
        Kept.Sheet(
          channel: sheet.channel, mainClass: sheet.mainClass,
          classes: sheet.classes.map { Kept.Mean(name: $0.name, mean: $0.mean) },
          references: sheet.references.map { Kept.Reference(sample: $0.sample, class: $0.class) })
      })
  }

  /// Sheets of which the pictures lie in a folder.
  init(_ kept: Kept, picturesIn folder: URL) {
    self.init(
      model: kept.model, layer: kept.layer,
      sheets: kept.sheets.map { sheet in
        let strip = folder.appending(path: ConceptPages.strip(sheet.channel))
        return Sheet(
          channel: sheet.channel, mainClass: sheet.mainClass,
          classes: sheet.classes.map { ($0.name, $0.mean) },
          references: (sheet.references ?? []).map { ($0.sample, $0.class) },
          strip: (try? Data(contentsOf: strip)) ?? Data())
      })
  }

  private static let keptName = "concepts.json"

  /// Writes the sheets of some channels and their pictures into a folder.
  func keep(_ channels: Set<Int>, in folder: URL) throws {
    var shown = self
    shown.sheets = sheets.filter { channels.contains($0.key) }
    for sheet in shown.sheets.values where !sheet.strip.isEmpty {
      try OutputFolder.replace(
        folder.appending(path: ConceptPages.strip(sheet.channel)), with: sheet.strip)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try OutputFolder.replace(
      folder.appending(path: Self.keptName), with: try encoder.encode(shown.kept))
  }

  /// The sheets that were kept in a folder; nil where there are none.
  init?(keptIn folder: URL) {
    guard let data = try? Data(contentsOf: folder.appending(path: Self.keptName)),
      let kept = try? JSONDecoder().decode(Kept.self, from: data)
    else { return nil }
    self.init(kept, picturesIn: folder)
  }
}
