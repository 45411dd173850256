public import Foundation
public import Raster
public import Records

/// What an evaluation of the matcher has to tell: the record, and pictures of what was missed and falsely found.
public struct DetectionReport: Sendable {
  /// A defect that was missed, or a false alarm.
  public struct Crop: Sendable {
    /// What it is.
    public var sample: DetectionRecord.Sample
    /// What was photographed, and what was compared with it; of one size.
    public var seen, golden: Picture

    /// A crop.
    public init(sample: DetectionRecord.Sample, seen: Picture, golden: Picture) {
      (self.sample, self.seen, self.golden) = (sample, seen, golden)
    }
  }

  /// The name of the page.
  public static let pageName = "report.html"
  /// The name of the record.
  public static let recordName = "matching.json"
  /// Crops of one entry that are shown at most.
  public static let mostCrops = 40

  /// The record.
  public let record: DetectionRecord
  /// Crops; of each entry the first `mostCrops` are shown.
  public let crops: [Crop]

  /// A report.
  public init(record: DetectionRecord, crops: [Crop]) {
    (self.record, self.crops) = (record, crops)
  }

  /// The page.
  ///
  /// - Throws: `ReportError` when its template is at fault.
  public func html() throws -> String { try DetectionPage(self).html() }

  /// Writes page and record into a folder, which is made where it is missing.
  ///
  /// - Throws: `ReportError` when the folder can't be written, `RecordError` when a number is not finite.
  public func write(to folder: URL) throws {
    try writeFolder(
      folder, [Self.recordName: record.json(), Self.pageName: Data(html().utf8)])
  }

  /// Refuses a folder that `write` would refuse, before time is spent.
  public static func check(_ folder: URL) throws {
    try OutputFolder(at: folder).requireOwn([pageName, recordName])
  }
}

/// The values that the template of an evaluation names.
private struct DetectionPage {
  let report: DetectionReport
  private var record: DetectionRecord { report.record }

  init(_ report: DetectionReport) { self.report = report }

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(
      title: "Defects found · {{device}}", body: page, parts: LearningParts.templates)
  }

  private static func share(_ value: Double?) -> String {
    value.map { Wording.number(100 * $0, digits: 1) } ?? "–"
  }

  private static func told(_ count: DetectionRecord.AlarmCount?) -> String {
    count.map {
      "\($0.count) of \(Wording.number($0.rate * $0.mpx, digits: 1)) (\($0.low)–\($0.high))"
    } ?? "–"
  }

  /// The entries that inspect as a whole.
  private var whole: [DetectionRecord.Entry] { record.entries.filter { $0.leftOut == nil } }

  /// What each stage is worth: the recalls without it, and how many percent more are found with it.
  private func stages() -> [[String: Any]] {
    let full = whole.first
    return record.entries.filter { $0.leftOut != nil }.map { entry in
      let cells: [[String: Any]] = ["plain", "faint"].flatMap { name -> [[String: Any]] in
        func recalls(_ entry: DetectionRecord.Entry?) -> [Double?] {
          (entry?.groups.first { $0.name == name }?.recalls ?? []).map(\.recall)
        }
        let before = recalls(full)
        return recalls(entry).enumerated().map { index, recall in
          let other = index < before.count ? before[index] : nil
          return cell(recall.map { 100 * $0 }, other.map { 100 * $0 }, digits: 1)
        }
      }
      return [
        "name": entry.name.replacingOccurrences(of: "without-", with: ""),
        "leftOut": entry.leftOut ?? "",
        "cells": cells + [cell(entry.averagePrecision, full?.averagePrecision, digits: 3)],
        "alarms": "\(entry.alarms?.count ?? 0)",
      ]
    }
  }

  /// A figure, and by how much it is less or more than another.
  private func cell(_ value: Double?, _ full: Double?, digits: Int) -> [String: Any] {
    guard let value else { return ["text": "–", "v": "0", "more": "", "kind": ""] }
    let change = Wording.signed(full.map { value - $0 } ?? 0, digits: digits)
    let kind = change.hasPrefix("−") ? "less" : change.hasPrefix("+") ? "more" : ""
    return [
      "text": Wording.number(value, digits: digits), "v": "\(value)",
      "more": kind.isEmpty ? "" : change, "kind": kind,
    ]
  }

  private func rows() -> [[String: Any]] {
    whole.map { entry in
      let cells: [[String: Any]] = ["plain", "faint"].flatMap { name -> [[String: Any]] in
        let group = entry.groups.first { $0.name == name }
        let set = group?.atThreshold.map { [$0] } ?? []
        return (set + (group?.recalls ?? [])).map { recall in
          let interval = recall.low.flatMap { low in
            recall.high.map { " (\(Self.share(low))–\(Self.share($0)))" }
          }
          return [
            "text": Self.share(recall.recall), "more": interval ?? "", "v": "\(recall.recall ?? 0)",
          ]
        }
      }
      return [
        "name": entry.name, "cells": cells, "ap": Wording.number(entry.averagePrecision, digits: 3),
        "mpx": Wording.number(entry.mpx, digits: 1), "alarms": Self.told(entry.alarms),
        "clean": Self.told(entry.cleanAlarms), "refused": "\(entry.refused)",
      ]
    }
  }

  private func groups() -> [[String: Any]] {
    let names = (whole.first?.groups ?? []).map { ($0.name, $0.defects) }
    return names.map { name, defects in
      let cells = whole.map { entry -> [String: Any] in
        let recalls = entry.groups.first { $0.name == name }?.recalls ?? []
        return ["text": recalls.map { Self.share($0.recall) }.joined(separator: " · ")]
      }
      return ["name": name, "count": "\(defects)", "cells": cells]
    }
  }

  func html() throws(ReportError) -> String {
    let charts = whole.map { entry -> [String: Any] in
      let points = [(x: 0.0, y: 0.0)] + entry.curve.map { (x: $0.rate, y: $0.recall) }
      let chart = LineChart(
        xName: "false alarms a Mpx", yName: "recall",
        lines: [.init(name: entry.name, kind: "a", points: points)], pointName: "rate",
        mayBeLogarithmic: false)
      return ["name": entry.name, "svg": chart.svg]
    }
    let crops = whole.flatMap { entry in
      report.crops.filter { $0.sample.entry == entry.name }.prefix(DetectionReport.mostCrops)
    }.map { crop -> [String: Any] in
      let pictures = WindowPictures(
        scan: crop.sample.scan, rect: crop.sample.box, reason: "", seen: crop.seen,
        goldens: [crop.golden])
      return [
        "title": "\(crop.sample.entry) · \(crop.sample.scan) · \(crop.sample.text)",
        "seen": dataAddress(of: crop.seen), "golden": dataAddress(of: crop.golden),
        "difference": pictures.difference(to: crop.golden),
      ]
    }
    return try Self.template.get().render([
      "style": LearningParts.style + Self.style, "script": PageScript.sorting,
      "device": record.device,
      "rows": rows(), "stages": stages(), "hasStages": whole.count < record.entries.count,
      "full": whole.first?.name ?? "", "names": whole.map { ["name": $0.name] }, "groups": groups(),
      "charts": charts, "crops": crops, "hasCrops": !crops.isEmpty,
      "scans": record.scans.joined(separator: ", "),
    ])
  }

  private static let style = #"""
    .crops{display:grid;grid-template-columns:repeat(auto-fill,minmax(400px,1fr));gap:18px 22px}
    .crops .many{grid-auto-flow:row;grid-template-rows:none;grid-template-columns:repeat(3,1fr);gap:6px}
    .less{color:#b3261e}.more{color:#1b6e3c}td small{display:block}
    .crops p{margin:0 0 4px}.crops figure{margin:0}.crops img{width:100%;height:auto;image-rendering:pixelated}

    """#

  private static let page = #"""
    <body>
    <header><div class="who"><p class="over">{{device}}</p><h1>Defects found, and what was falsely found</h1></div></header>
    <section style="margin-top:14px;overflow-x:auto">
    <table class="numbers" data-sortable>
    <thead><tr><th scope="col"><button type="button">Compared with</button></th><th scope="col" class="n"><button type="button">Plain, set</button></th><th scope="col" class="n"><button type="button">0.1</button></th><th scope="col" class="n"><button type="button">1</button></th><th scope="col" class="n"><button type="button">10</button></th><th scope="col" class="n"><button type="button">Faint, set</button></th><th scope="col" class="n"><button type="button">0.1</button></th><th scope="col" class="n"><button type="button">1</button></th><th scope="col" class="n"><button type="button">10</button></th><th scope="col" class="n"><button type="button">AP</button></th><th scope="col" class="n"><button type="button">Alarms</button></th><th scope="col" class="n"><button type="button">On clean scans</button></th><th scope="col" class="n"><button type="button">Mpx</button></th><th scope="col" class="n"><button type="button">Refused</button></th></tr></thead>
    <tbody>
    {{#rows}}<tr class="row"><td data-v="{{name}}">{{name}}</td>{{#cells}}<td class="n" data-v="{{v}}">{{text}}<small>{{more}}</small></td>{{/cells}}<td class="n" data-v="{{ap}}">{{ap}}</td><td class="n" data-v="{{alarms}}">{{alarms}}</td><td class="n" data-v="{{clean}}">{{clean}}</td><td class="n" data-v="{{mpx}}">{{mpx}}</td><td class="n" data-v="{{refused}}">{{refused}}</td></tr>
    {{/rows}}
    </tbody>
    </table>
    <p class="note">Found, %, at the threshold that calibration set for the recipe's rate and at 0.1, 1 and 10 false alarms a million pixels, in brackets 95 % of draws of whole scans. Plain: 10 grey levels and 12 pixels or more; faint: 4 grey levels and 5 pixels or more. AP: area under precision over recall. Alarms: false ones at the threshold that calibration set, of those that its rate promises, in brackets what chance makes of those in 95 of 100 cases.</p>
    </section>
    {{#hasStages}}<section style="overflow-x:auto"><h2>What each stage is worth</h2>
    <table class="numbers" data-sortable>
    <thead><tr><th scope="col"><button type="button">Left out</button></th><th scope="col" class="n"><button type="button">Plain, 0.1</button></th><th scope="col" class="n"><button type="button">1</button></th><th scope="col" class="n"><button type="button">10</button></th><th scope="col" class="n"><button type="button">Faint, 0.1</button></th><th scope="col" class="n"><button type="button">1</button></th><th scope="col" class="n"><button type="button">10</button></th><th scope="col" class="n"><button type="button">AP</button></th><th scope="col" class="n"><button type="button">Alarms</button></th></tr></thead>
    <tbody>
    {{#stages}}<tr class="row"><td data-v="{{name}}">{{name}}<small>{{leftOut}}</small></td>{{#cells}}<td class="n" data-v="{{v}}">{{text}}<small class="{{kind}}">{{more}}</small></td>{{/cells}}<td class="n" data-v="{{alarms}}">{{alarms}}</td></tr>
    {{/stages}}
    </tbody>
    </table>
    <p class="note">Found, %, with one stage left out and everything calibrated anew, and by how much that is less or more than by {{full}} with all of them. Stages that do nothing with these scans have no row.</p>
    </section>{{/hasStages}}
    <section><h2>Found over false alarms</h2><div class="columns">
    {{#charts}}<div><h3>{{name}}</h3>{{{svg}}}</div>
    {{/charts}}</div></section>
    <section style="overflow-x:auto"><h2>Kinds of defects, % at 0.1 · 1 · 10</h2>
    <table class="numbers"><thead><tr><th scope="col">Kind</th><th scope="col" class="n">Defects</th>{{#names}}<th scope="col" class="n">{{name}}</th>{{/names}}</tr></thead>
    <tbody>{{#groups}}<tr class="row"><td>{{name}}</td><td class="n">{{count}}</td>{{#cells}}<td class="n">{{text}}</td>{{/cells}}</tr>
    {{/groups}}</tbody></table></section>
    {{#hasCrops}}<section><h2>Missed and falsely found at the recipe's rate</h2><div class="crops">
    {{#crops}}<div class="window"><p>{{title}}</p><div class="many"><figure><figcaption>Scan</figcaption><img src="{{{seen}}}" alt="Scan"></figure><figure><figcaption>Golden</figcaption><img src="{{{golden}}}" alt="Golden"></figure><figure><figcaption>Difference</figcaption><img src="{{{difference}}}" alt="Difference"></figure></div></div>
    {{/crops}}</div></section>{{/hasCrops}}
    <footer>{{device}} · judged by {{scans}}</footer>
    <script>{{{script}}}</script>
    </body>
    </html>

    """#
}
