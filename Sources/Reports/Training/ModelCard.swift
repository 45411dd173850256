public import Foundation
public import Records

/// The card of a generator in Markdown: what it was taught, how good it is, and what it is not for.
public struct ModelCard: Sendable {
  /// What is known of its training.
  public var record: TrainingRecord

  /// The card of a training.
  public init(_ record: TrainingRecord) { self.record = record }

  /// Writes the card in place of the one before.
  ///
  /// - Throws: `ReportError` when the file system refuses.
  public func write(to file: URL) throws {
    try OutputFolder.replace(file.absoluteURL, with: Data(markdown.utf8))
  }

  /// The card; what comes from outside is escaped.
  public var markdown: String {
    let (model, lesson) = (record.model, record.lesson)
    let name = Wording.fileName(model.file.path)
    var lines = [
      "# \(MarkdownTable.escaped(name))", "",
      "A \(MarkdownTable.escaped(model.architecture)) generator that paints the \(model.channels == 1 ? "grey" : "colour") "
        + "photograph a flawless die of “\(MarkdownTable.escaped(lesson.device))” would give, from the layers of its layout.",
      "", "## What it takes", "",
    ]
    lines += MarkdownTable.lines(
      ["", ""],
      [
        ["Layers of the recipe, in this order", list(model.layers)],
        ["Pixel size", model.pixelSizes],
        ["Parameters", Wording.grouped(model.parameters)],
        [
          "Multiplications a pixel",
          model.multiplicationsPerPixel.map { Wording.grouped(Int($0.rounded())) } ?? "–",
        ],
        ["SHA-256 of the file", "`\(model.file.sha256)`"],
      ])
    lines += ["", "## What it was taught", ""]
    lines += MarkdownTable.lines(
      ["", ""],
      [
        ["Scans learnt from (\(lesson.taught.count))", list(lesson.taught)],
        ["Scans held out (\(lesson.heldOut.count))", list(lesson.heldOut)],
        ["Scans left out (\(lesson.refused.count))", list(lesson.refused.map(\.name))],
        ["SHA-256 over scans and layout", "`\(model.dataSha256)`"],
        ["Objective", MarkdownTable.escaped(model.objective)],
        [
          "Steps",
          "\(Wording.grouped(model.steps)) of \(Wording.grouped(lesson.stepsAsked)), \(record.ending.words)",
        ],
        ["Time", Wording.duration(model.seconds)], ["Seed", "\(model.seed)"],
        ["Made by", MarkdownTable.escaped(lesson.program)],
      ])
    lines += ["", "## Scores on the scans held out", ""]
    lines += MarkdownTable.lines(
      ["Pixels", "L1, grey levels", "PSNR, dB", "SSIM", "Gradient L1, grey levels a pixel"],
      [
        ("all", record.scores.all), ("within 3 px of an edge", record.scores.edges),
        ("flats", record.scores.flats),
      ].map { name, score in
        [
          name, Wording.number(score.l1, digits: 2), LearningParts.decibel(score.psnr),
          Wording.number(score.ssim, digits: 4), Wording.number(score.gradientL1, digits: 2),
        ]
      })
    lines += [
      "", "Residual by layer, grey levels of 255; a pixel counts for every layer that covers it:",
      "",
    ]
    lines += MarkdownTable.lines(
      ["Layer", "Pixels, %", "Mean abs. residual", "Bias, scan less golden"],
      record.byLayer.map {
        [
          MarkdownTable.escaped($0.place), Wording.number(100 * $0.share, digits: 1),
          Wording.number($0.absolute, digits: 2), Wording.signed($0.bias, digits: 2),
        ]
      })
    lines += ["", "## Limits", ""] + limits.map { "- " + $0 }
    return lines.joined(separator: "\n") + "\n"
  }

  private var limits: [String] {
    let (model, lesson) = (record.model, record.lesson)
    var limits = [
      "Taught one device, “\(MarkdownTable.escaped(lesson.device))”, by scans of one folder: nothing is known of other devices, processes or lights.",
      "Pixel sizes other than \(model.pixelSizes) were not taught.",
      "Scores are of \(Wording.count(lesson.heldOut.count, "scan")) held out of the same folder, after the "
        + "photometric fit, with whatever noise and defects they have: they say nothing of other wafers.",
      "What no layer of the recipe tells, it can't paint.",
    ]
    if record.ending == .stopped {
      limits.append("Its training was stopped before its end.")
    }
    if let worst = record.byLayer.max(by: { $0.absolute < $1.absolute }), record.byLayer.count > 1 {
      limits.append(
        "It is least sure on \(MarkdownTable.escaped(worst.place)): \(Wording.number(worst.absolute, digits: 2)) grey levels."
      )
    }
    return limits
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.map(MarkdownTable.escaped).joined(separator: ", ")
  }
}
