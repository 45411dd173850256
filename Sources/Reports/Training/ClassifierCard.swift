public import Foundation
public import Records

/// The card of a classifier in Markdown: what it was taught, how good it is, how it is explained, and what it is not for.
public struct ClassifierCard: Sendable {
  /// The classifier.
  public var record: ClassifierRecord
  /// How faithful its explanations are; nil where nobody measured it.
  public var faithfulness: FaithfulnessRecord?

  /// The card of a classifier.
  public init(_ record: ClassifierRecord, faithfulness: FaithfulnessRecord? = nil) {
    (self.record, self.faithfulness) = (record, faithfulness)
  }

  /// Writes the card in place of the one before.
  ///
  /// - Throws: `ReportError` when the file system refuses.
  public func write(to file: URL) throws {
    try OutputFolder.replace(file.absoluteURL, with: Data(markdown.utf8))
  }

  /// The card; what comes from outside is escaped.
  public var markdown: String {
    let name = MarkdownTable.escaped(Wording.fileName(record.file.path))
    var lines = [
      "# \(name)", "",
      "A \(record.architecture) classifier that names findings from a crop of the \(record.channels == 1 ? "grey" : "colour") "
        + "scan, its golden, and their normalised difference.", "", "## What it tells", "",
    ]
    lines += MarkdownTable.lines(
      ["", ""],
      [
        ["Classes", list(record.classes)],
        ["Not counted as defects", list([record.classes[0]] + record.nuisances)],
        [
          "Unknown",
          "below a confidence of \(Wording.number(record.leastConfidence, digits: 2))",
        ],
        ["Temperature", Wording.number(record.temperature, digits: 3)],
        [
          "Layers and measures of a place",
          record.measuresWeight.map { "count to a share of \(Wording.number($0, digits: 2))" }
            ?? "not asked",
        ],
        ["Parameters", Wording.grouped(record.parameters)],
        [
          "Multiplications a pixel",
          record.multiplicationsPerPixel.map { Wording.grouped(Int($0.rounded())) } ?? "–",
        ],
        ["SHA-256 of the file", "`\(record.file.sha256)`"],
      ])
    lines += ["", "## What it was taught", ""]
    lines += MarkdownTable.lines(
      ["", ""],
      [
        ["Scans learnt from", "\(record.taught.count)"],
        ["Scans held out", "\(record.heldOut.count)"],
        ["SHA-256 over all data", "`\(record.dataSha256)`"],
        ["Begun with", record.startSha256.map { "the classifier `\($0)`" } ?? "chance"],
        ["Steps", Wording.grouped(record.steps)], ["Time", Wording.duration(record.seconds)],
        ["Relevance-driven dropout", Wording.number(record.relevanceDrop, digits: 2)],
        ["Seed", "\(record.seed)"],
      ])
    lines += [""]
    lines += MarkdownTable.lines(
      ["Class", "Places learnt from"],
      record.places.sorted { $0.key < $1.key }.map {
        [MarkdownTable.escaped($0.key), Wording.grouped($0.value)]
      })
    if let scores = record.scores { lines += told(scores) }
    lines += explained
    lines += ["", "## Limits", ""] + limits.map { "- " + $0 }
    return lines.joined(separator: "\n") + "\n"
  }

  private func told(_ scores: NamingRecord) -> [String] {
    let used = scores.classes.indices.filter { label in
      scores.confusion[label].contains { $0 > 0 } || scores.confusion.contains { $0[label] > 0 }
    }
    var lines = ["", "## Scores on the scans held out", ""]
    if let accuracy = scores.accuracy {
      lines += [
        "\(Wording.number(100 * accuracy, digits: 1)) % of the places that an inspection flags "
          + "(of all where pairs came with their goldens) are named right.", "",
      ]
    }
    lines += MarkdownTable.lines(
      ["True class"] + used.map { MarkdownTable.escaped(scores.classes[$0]) } + ["unknown"],
      used.filter { scores.confusion[$0].contains { $0 > 0 } }.map { truth in
        [MarkdownTable.escaped(scores.classes[truth])]
          + used.map { scores.confusion[truth][$0] == 0 ? "" : "\(scores.confusion[truth][$0])" }
          + ["\(scores.unknown[truth])"]
      })
    lines += [
      "",
      "Confidence is off by \(Wording.number(100 * scores.calibrationError, digits: 1)) points in the mean:",
      "",
    ]
    lines += MarkdownTable.lines(
      ["Confidence", "Places", "Mean confidence, %", "Named right, %"],
      scores.reliability.enumerated().filter { $0.element.count > 0 }.map { number, bin in
        [
          "\(10 * number) to \(10 * number + 10) %", "\(bin.count)",
          Wording.number(100 * bin.confidence, digits: 1),
          Wording.number(100 * bin.accuracy, digits: 1),
        ]
      })
    return lines
  }

  private var explained: [String] {
    var lines = [
      "", "## How it is explained", "",
      "Concepts are the channels of `\(record.conceptLayer)`; relevance goes by `\(record.method)`.",
    ]
    guard let faithfulness else { return lines }
    let samples = faithfulness.samples.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    lines += [
      "",
      "On places named right (\(MarkdownTable.escaped(samples.joined(separator: ", ")))): deletion and insertion are mean "
        + "changes of the score over the steps; the greater, the more faithful.", "",
    ]
    lines += FaithfulnessTable.lines(faithfulness)
    return lines
  }

  private var limits: [String] {
    [
      "It knows the classes it was taught, as the scans it was taught show them; what is like none of them is called unknown at best.",
      "Scores are of scans held out of the same data sets: they say nothing of other processes, lights or microscopes.",
      "A confidence is right on average over findings like those held out, not for each.",
      "An explanation tells what the network went by, not what caused the defect"
        + (record.measuresWeight == nil
          ? "." : ", and not what layers and measures tell, which stands beside it."),
    ]
  }

  private func list(_ names: [String]) -> String {
    names.map(MarkdownTable.escaped).joined(separator: ", ")
  }
}

/// How faithful explanations are, as a table.
public enum FaithfulnessTable {
  /// Headings and cells, the shipped method marked.
  public static func cells(_ record: FaithfulnessRecord) -> (head: [String], rows: [[String]]) {
    let hasLabels = record.rows.contains { $0.randomLabels != nil }
    let head =
      [
        "Method", "Deletion", "Insertion", "Odds deleted", "Odds inserted", "Pointing",
        "Mass inside", "Context", "Concepts",
        "Random weights",
      ] + (hasLabels ? ["Random labels"] : [])
    let rows = record.rows.map { row in
      [row.name + (row.method == record.shipped ? " (used)" : "")]
        + [
          row.deletion, row.insertion, row.oddsDeletion, row.oddsInsertion, row.pointing,
          row.massInside, row.context, row.complexity, row.randomWeights,
        ].map { Wording.number($0, digits: 3) }
        + (hasLabels ? [row.randomLabels.map { Wording.number($0, digits: 3) } ?? "–"] : [])
    }
    return (head, rows)
  }

  /// The same in Markdown.
  static func lines(_ record: FaithfulnessRecord) -> [String] {
    let (head, rows) = cells(record)
    return MarkdownTable.lines(head, rows)
  }
}
