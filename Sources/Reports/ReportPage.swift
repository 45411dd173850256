import Foundation
import Raster
import Records

/// The values that the template of a report names.
struct ReportPage {
  let report: Report
  var record: InspectionRecord { report.record }
  var isInspected: Bool { record.verdict == .inspected }

  /// Findings that have a page which explains them.
  let explained: Set<Int>
  /// What the template shows of each layer.
  let looks: [String: [String: Any]]

  init(_ report: Report) {
    self.report = report
    explained = Set(report.explanations.map(\.id)).union(report.explainedBefore)
    looks = Dictionary(
      report.layerLooks.map { ($0.layer, $0.values) }, uniquingKeysWith: { first, _ in first })
  }

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(
      title: "{{scanName}} · {{verdict}} · {{device}}", body: page,
      parts: ["map": map, "registration": registration, "head": head, "row": row])
  }

  func html() throws(ReportError) -> String {
    var values = header
    values["style"] = Self.style
    values["script"] = PageScript.sorting + Self.script
    values["tiles"] = tiles
    values["map"] = mapValues
    values["registration"] = registrationValues
    values["files"] = files
    let rows = self.rows
    values["rows"] = Array(rows.prefix(Self.rowsAtOnce))
    values["later"] = stride(from: Self.rowsAtOnce, to: rows.count, by: 300).map {
      ["rows": Array(rows[$0..<min($0 + 300, rows.count)])]
    }
    values["classColumn"] = "Class"
    values["repeatedHead"] = ["classColumn": "Shown by", "hasRelevance": false]
    values["repeated"] = repeatedRows
    values["hasRepeated"] = !repeated.isEmpty
    values["variation"] = variationRows
    values["hasVariation"] = !variationRows.isEmpty
    values["hasRows"] = !record.findings.isEmpty
    values["hasClasses"] = record.findings.contains { $0.defectClass != nil }
    values["hasRelevance"] = report.findings.contains { $0.relevance != nil }
    values["hasConcepts"] = report.hasConceptPages && !explained.isEmpty
    values["concepts"] = "../\(ConceptPages.folder)/\(IndexPage.fileName)"
    let listed = record.findings + repeated.map(\.finding)
    values["hasLayout"] = listed.contains { $0.layoutUm != nil }
    values["hasLayers"] = listed.contains { !$0.layers.isEmpty }
    return try Self.template.get().render(values)
  }

  private var header: [String: Any] {
    let count = record.counted.count
    let nuisances = record.findings.count - count
    let verdict =
      !isInspected
      ? "Not inspectable" : count == 0 ? "No findings" : Wording.count(count, "finding")
    var facts: [[String: Any]] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append(["name": name, "value": value]) }
    }
    add("Lot", record.scan.lot)
    add("Wafer", record.scan.wafer)
    add("Slot", record.scan.slot)
    add("Die", record.scan.die.map(Wording.die))
    add("Taken", record.scan.takenAt.map(Wording.time))
    add("Scan", "\(record.scan.width) × \(record.scan.height) px")
    var values: [String: Any] = [
      "device": record.device, "scanName": Wording.fileName(record.scan.path),
      "program": record.program, "verdict": verdict,
      "verdictClass": !isInspected ? "refused" : count == 0 ? "clean" : "found",
      "isInspected": isInspected, "isClean": isInspected && count == 0, "facts": facts,
      "scanHash": Wording.short(record.scan.sha256), "scanHashFull": record.scan.sha256,
      "recipeHash": Wording.short(record.recipe.sha256), "recipeHashFull": record.recipe.sha256,
    ]
    if !isInspected { values["reason"] = record.reason ?? "no reason was recorded" }
    if nuisances > 0 {
      values["nuisances"] =
        "\(Wording.count(nuisances, "nuisance")) kept and not counted"
    }
    return values
  }

  private var tiles: [[String: Any]] {
    let counted = record.counted
    let bright = counted.count { $0.polarity == .bright }
    let scanMpx = Double(record.scan.width) * Double(record.scan.height) / 1e6
    let share = scanMpx > 0 ? record.inspectedMpx / scanMpx * 100 : 0
    func tile(_ name: String, _ value: String, _ unit: String = "", _ note: String = "")
      -> [String: Any]
    {
      ["name": name, "value": value, "unit": unit, "note": note]
    }
    var tiles: [[String: Any]] = []
    if isInspected {
      let strongest = counted.map(\.score).max()
      tiles = [
        tile(
          "Findings", Wording.grouped(counted.count), "",
          strongest.map { "highest score \(Wording.number($0, digits: 1))" } ?? "nothing flagged"),
        tile("Brighter", Wording.grouped(bright), "", "than the golden"),
        tile("Darker", Wording.grouped(counted.count - bright), "", "than the golden"),
        tile(
          "Inspected", Wording.brief(record.inspectedMpx), "Mpx",
          "\(Wording.number(share, digits: 0)) % of the scan"),
      ]
      if let untaught = record.untaughtMpx, untaught > 0 {
        tiles.append(
          tile(
            "Not judged", Wording.grouped(Int((1e6 * untaught).rounded())), "px",
            "layers never shown together"))
      }
    } else {
      tiles = [
        tile("Findings", "–", "", "nothing was compared"),
        tile("Inspected", "0", "Mpx", "of \(Wording.brief(scanMpx)) Mpx"),
      ]
    }
    tiles.append(
      tile(
        "Golden", Wording.golden(record.golden.kind), "",
        record.golden.file.map { Wording.fileName($0.path) }
          ?? record.golden.pictures.map { "learnt from \($0.count) pictures" }
          ?? (!isInspected
            ? "not used"
            : record.golden.kind == "neighbours"
              ? "what the neighbours have in common" : "learnt from this scan")))
    if let neighbours = record.neighbours {
      let isUsed = !neighbours.used.isEmpty
      tiles.append(
        tile(
          "Neighbours", isUsed ? "\(neighbours.used.count)" : "none", "",
          neighbours.reason
            ?? (record.golden.kind == "neighbours"
              ? "other scans of the folder" : "other dies tell what is usual")))
    }
    if let repeated = record.repeated, !repeated.isEmpty {
      tiles.append(
        tile("On most dies", Wording.grouped(repeated.count), "", "listed apart, not counted"))
    }
    let far = (record.processVariation ?? []).filter(\.standsOut)
    if !far.isEmpty {
      let layers = Set(far.map(\.layer)).count
      tiles.append(
        tile(
          "Process variation", Wording.count(layers, "layer"), "", "edges displaced, not counted"))
    }
    if record.findings.count > counted.count {
      tiles.insert(
        tile(
          "Nuisances", Wording.grouped(record.findings.count - counted.count), "", "not counted"),
        at: 3)
    }
    tiles.append(
      tile(
        "Time", Wording.duration(record.seconds), "", isInspected ? "to inspect" : "until refused"))
    return tiles
  }

  private var files: [[String: Any]] {
    func row(_ name: String, _ file: FileRecord?) -> [String: Any]? {
      file.map {
        [
          "name": name, "path": $0.path, "short": Wording.short($0.sha256), "hash": $0.sha256,
        ]
      }
    }
    return [
      row("Scan", FileRecord(path: record.scan.path, sha256: record.scan.sha256)),
      row("Recipe", record.recipe), row("Layout", record.layout),
      row("Golden", record.golden.file),
    ].compactMap { $0 } + (record.golden.pictures ?? []).compactMap { row("Golden", $0) }
      + (record.neighbours?.used ?? []).compactMap { row("Neighbour", $0) }
  }
}
