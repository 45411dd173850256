import Foundation
import Raster
import Records

/// The page that tells why a finding got its name.
struct ExplanationPage {
  let record: InspectionRecord
  let finding: FindingRecord
  let explanation: FindingExplanation
  /// Whether there are pictures, on the page's atlas.
  let concepts: ConceptSheets?
  /// How layers are told; one that is not here has only its name.
  let layerLooks: [LayerLook]
  /// The pages before and after, by their numbers.
  let previous, next: Int?
  /// Whether no report lies beside it.
  var isAlone = false

  /// The folder of these pages beside a report.
  static let folder = "why"

  static func name(_ id: Int) -> String { "\(id).html" }

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(title: "Finding {{id}} · {{class}} · {{scan}}", body: page)
  }

  func html() throws(ReportError) -> String {
    let scores = (finding.classScores ?? [:]).sorted {
      $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value
    }
    let tiles = ["Scan", "Golden", "Difference", "Relevance for “\(explanation.start.class)”"]
    let sum = explanation.concepts.reduce(0) { $0 + abs($1.share) }
    var values: [String: Any] = [
      "style": PageStyle.base + Self.style, "id": finding.id,
      "scan": Wording.fileName(record.scan.path), "device": record.device,
      "class": finding.defectClass ?? "", "explained": explanation.start.class,
      "confidence": finding.nameConfidence.map { Self.percent($0) } ?? "",
      "isNuisance": !finding.isCounted, "isUnknown": finding.defectClass == FindingRecord.unknown,
      "atlas": "\(finding.id).jpg", "count": tiles.count + explanation.concepts.count,
      "tiles": tiles.enumerated().map { ["index": $0.offset, "name": $0.element] },
      "scores": scores.prefix(6).map {
        [
          "name": $0.key, "percent": Self.percent($0.value),
          "width": ReportPage.plain(100 * $0.value),
        ]
      },
      "facts": facts, "concepts": rows(offset: tiles.count),
      "sum": Self.percent(sum), "absorbed": Self.percent(explanation.absorbed),
      "layer": explanation.layer, "through": Self.through(explanation) ?? "", "audit": audit,
      "program": record.program,
      "guess": finding.defectClass == FindingRecord.unknown ? ", the nearest class" : "",
      "command": "goldendie explain RESULTS --finding \(finding.id) --replay",
    ]
    if let measured = explanation.measured {
      values["measured"] = [
        "rows": Self.rows(measured), "class": measured.classWithout,
        "percent": Self.percent(measured.probabilityWithout),
      ]
    }
    if !isAlone { values["report"] = "../\(Report.fileName)#f\(finding.id)" }
    if let previous { values["previous"] = Self.name(previous) }
    if let next { values["next"] = Self.name(next) }
    if let layers = explanation.goldenLayers, !layers.isEmpty {
      values["golden"] = [
        "layers": layers.map { layer -> [String: Any] in
          self.layer(layer.layer).merging([
            "percent": Self.percent(abs(layer.share)),
            "width": ReportPage.plain(100 * min(1, abs(layer.share))),
            "kind": layer.share < 0 ? "against" : "for",
            "effect": layer.share < 0 ? "lessens the difference" : "makes the difference",
          ]) { first, _ in first }
        }
      ]
    }
    return try Self.template.get().render(values)
  }

  static func percent(_ share: Double) -> String {
    Wording.number(100 * share, digits: abs(share) < 0.0995 && share != 0 ? 1 : 0) + " %"
  }

  /// What layers tell and what was measured, and by how much that multiplies the odds of the name.
  private static func rows(_ measured: FindingExplanation.Measured) -> [[String: Any]] {
    func row(_ name: String, _ value: String, _ adds: Double) -> [String: Any] {
      ["name": name, "value": value, "odds": Wording.brief(exp(adds))]
    }
    return [row("layers", measured.kind ?? "tell nothing", measured.kindAdds)]
      + measured.measures.map {
        let isWhole = abs($0.value) >= 10 || $0.value == $0.value.rounded()
        let number = Wording.number($0.value, digits: isWhole ? 0 : 1)
        return row($0.name, $0.unit.isEmpty ? number : "\(number) \($0.unit)", $0.adds)
      }
  }

  /// How much of the relevance goes through the concepts' layer, in words; nil where that is not known.
  private static func through(_ explanation: FindingExplanation) -> String? {
    explanation.passage.map {
      switch $0 {
      case .all: ", through which all of what tells the name goes"
      case .part(let share):
        ", through which \(percent(share)) of what tells the name goes, the rest past it or into biases"
      case .takenUp: ", above which biases took up more than was given"
      }
    }
  }

  private var facts: [[String: Any]] {
    let box = finding.box
    var facts: [[String: Any]] = [
      ["name": "Box", "value": "\(box.x), \(box.y) · \(box.width) × \(box.height) px"],
      ["name": "Area", "value": "\(Wording.grouped(finding.areaPx)) px"],
      ["name": "Score", "value": Wording.number(finding.score, digits: 1)],
      [
        "name": "Contrast",
        "value":
          "\(Wording.signed(finding.contrast, digits: 1)) grey levels, \(finding.polarity.rawValue)",
      ],
    ]
    if let place = finding.layoutUm {
      facts.append(["name": "Layout", "value": "\(Wording.place(place, digits: 2)) µm"])
    }
    if !finding.layers.isEmpty {
      facts.append(["name": "Layers under it", "layers": finding.layers.map(layer)])
    }
    return facts
  }

  /// What is shown of a layer: the recipe's name, and CAD's number, name and colour where they are known.
  private func layer(_ name: String) -> [String: Any] {
    layerLooks.first { $0.layer == name }?.values ?? ["name": name]
  }

  private func rows(offset: Int) -> [[String: Any]] {
    explanation.concepts.enumerated().map { number, concept in
      var values: [String: Any] = [
        "index": offset + number, "channel": concept.channel,
        "share": Self.percent(abs(concept.share)),
        "width": ReportPage.plain(100 * min(1, abs(concept.share))),
        "kind": concept.share < 0 ? "against" : "for",
        "word": concept.share < 0 ? "against" : "for",
      ]
      guard let concepts, concepts.layer == explanation.layer,
        let sheet = concepts.sheets[concept.channel]
      else {
        values["absent"] = "No training examples are known of this layer."
        return values
      }
      if sheet.strip.isEmpty { values["absent"] = "It spoke for no training example." }
      if !sheet.strip.isEmpty { values["strip"] = ConceptPages.strip(concept.channel) }
      if !isAlone {
        values["page"] = "../../\(ConceptPages.folder)/\(ConceptPages.name(concept.channel))"
      }
      if let name = sheet.mainClass {
        values["main"] = name
        let all = sheet.classes.reduce(0) { $0 + max(0, $1.mean) }
        if all > 0, let mean = sheet.classes.first(where: { $0.name == name })?.mean {
          values["mainShare"] = Self.percent(mean / all)
        }
      }
      return values
    }
  }

  private var audit: [[String: Any]] {
    let start = explanation.start
    let box = start.box.map { "places \($0.x), \($0.y) · \($0.width) × \($0.height) of the output" }
    func row(_ name: String, _ value: String, code: Bool = false) -> [String: Any] {
      ["name": name, "value": value, "isCode": code]
    }
    return [
      row("Method", explanation.method, code: true),
      row(
        "Started at",
        "“\(start.class)”, channel \(start.channel), \(box ?? "all of the output"), by \(start.amount)"
          + (start.contenders == nil ? "" : " where it is the highest")
          + (start.against.map { ", against channel \($0)" } ?? "")
          + (start.normalised ? ", in all 1" : "")),
      row("Concepts", "channels of \(explanation.layer)"),
      row(
        "Relevance",
        "\(Wording.significant(explanation.given)) given, \(Wording.significant(explanation.arrived)) arrived, "
          + "\(Self.percent(explanation.absorbed)) absorbed by biases"),
      row("Model", explanation.modelSha256, code: true),
      row("Weights", explanation.weightsSha256, code: true),
      row("Input", explanation.inputSha256, code: true),
      row("Golden", explanation.goldenSha256, code: true),
      row("Heat map", explanation.heatMapSha256, code: true),
    ]
  }
}

extension FindingRecord {
  /// The probability of the class that it was given; the most probable one's where it is unknown or a nuisance.
  var nameConfidence: Double? {
    guard let classScores, let defectClass else { return nil }
    return classScores[defectClass] ?? classScores.values.max()
  }
}
