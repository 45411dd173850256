import Foundation
import Records

/// The values that the template of a comparison of goldens names.
struct ContestPage {
  let report: ContestReport
  private var record: ContestRecord { report.record }

  init(_ report: ContestReport) { self.report = report }

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(
      title: "Goldens compared · {{device}}", body: page, parts: LearningParts.templates)
  }

  /// A column of the table.
  private struct Column {
    var title: String
    var digits: Int
    /// Whether more is better; nil where neither is.
    var isMoreBetter: Bool?
    var value: (ContestRecord.Entry) -> Double?
  }

  private var columns: [Column] {
    var columns: [Column] = [
      Column(title: "L1", digits: 2, isMoreBetter: false) { $0.scores.all.l1 },
      Column(title: "L1, edges", digits: 2, isMoreBetter: false) { $0.scores.edges.l1 },
      Column(title: "L1, flats", digits: 2, isMoreBetter: false) { $0.scores.flats.l1 },
      Column(title: "PSNR, dB", digits: 2, isMoreBetter: true) { $0.scores.all.psnr },
      Column(title: "PSNR, edges", digits: 2, isMoreBetter: true) { $0.scores.edges.psnr },
      Column(title: "SSIM", digits: 4, isMoreBetter: true) { $0.scores.all.ssim },
      Column(title: "SSIM, edges", digits: 4, isMoreBetter: true) { $0.scores.edges.ssim },
      Column(title: "Gradient L1", digits: 2, isMoreBetter: false) { $0.scores.all.gradientL1 },
    ]
    if record.floor != nil {
      columns += [
        Column(title: "Of the floor", digits: 2, isMoreBetter: false) { $0.overFloor },
        Column(title: "Of the floor, edges", digits: 2, isMoreBetter: false) { $0.edgesOverFloor },
      ]
    }
    return columns + [
      Column(title: "Learnt, s", digits: 1) { $0.seconds },
      Column(title: "Mpx/s", digits: 1) { $0.mpxPerSecond },
    ]
  }

  func html() throws(ReportError) -> String {
    let lesson = record.lesson
    let columns = columns
    let best = columns.map { column -> Double? in
      guard let isMoreBetter = column.isMoreBetter, record.entries.count > 1 else { return nil }
      let values = record.entries.compactMap(column.value)
      return isMoreBetter ? values.max() : values.min()
    }
    let rows = record.entries.map { entry -> [String: Any] in
      let cells = zip(columns, best).map { column, best -> [String: Any] in
        guard let value = column.value(entry) else { return ["text": "–", "v": "", "kind": ""] }
        return [
          "text": Wording.number(value, digits: column.digits), "v": "\(value)",
          "kind": value == best ? " best" : "",
        ]
      }
      return ["name": entry.name, "cells": cells]
    }
    var values: [String: Any] = [
      "style": LearningParts.style, "script": PageScript.sorting, "device": lesson.device,
      "program": lesson.program, "rows": rows,
      "columns": columns.map { ["title": $0.title, "isDown": $0.isMoreBetter ?? false] },
      "scans": LearningParts.scans(lesson), "hasWindows": !report.windows.isEmpty,
      "legend": WindowPictures.legend, "windows": report.windows.map(window),
      "made": [
        "program": lesson.program,
        "files": LearningParts.files([("Recipe", lesson.recipe), ("Layout", lesson.layout)]),
      ],
      "steps": Wording.grouped(lesson.stepsAsked), "seed": "\(lesson.seed)",
    ]
    if let floor = record.floor {
      values["floor"] = [
        "all": Wording.number(floor.all.l1, digits: 2),
        "edges": Wording.number(floor.edges.l1, digits: 2),
        "flats": Wording.number(floor.flats.l1, digits: 2),
      ]
    }
    return try Self.template.get().render(values)
  }

  private func window(_ window: WindowPictures) -> [String: Any] {
    [
      "scan": window.scan, "place": window.place, "seen": dataAddress(of: window.seen),
      "goldens": zip(record.entries, window.goldens).map { entry, golden in
        [
          "name": entry.name, "golden": dataAddress(of: golden),
          "difference": window.difference(to: golden),
        ]
      },
    ]
  }

  private static let page = #"""
    <body>
    <header><div class="who"><p class="over">{{device}}</p><h1>Goldens compared on scans held out</h1></div></header>
    <section style="margin-top:14px;overflow-x:auto">
    <table class="numbers" data-sortable>
    <thead><tr><th scope="col"><button type="button">Golden</button></th>{{#columns}}<th scope="col" class="n"{{#isDown}} data-down{{/isDown}}><button type="button">{{title}}</button></th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}<tr class="row"><td data-v="{{name}}">{{name}}</td>{{#cells}}<td class="n{{kind}}" data-v="{{v}}">{{text}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>
    <p class="note">Whole scans held out, after the photometric fit; L1 and gradients in grey levels of 255; the best of a column is bold. Edges: within 3 pixels of a drawn edge. Generators were taught {{steps}} steps at most, seed {{seed}}.</p>
    {{#floor}}<p class="note">Two photographs of one die differ by {{all}} grey levels, {{edges}} at edges, {{flats}} on flats. Both of them are noisy and a golden is not: a perfect golden comes to about 0.7 of that floor.</p>{{/floor}}
    </section>
    {{#hasWindows}}
    <section>
    <h2>Samples</h2>
    {{#legend}}{{>legend}}{{/legend}}
    {{#windows}}<div class="window"><p><b>{{scan}}</b> {{place}}</p>
    <div class="many"><figure><figcaption>Scan</figcaption><img src="{{{seen}}}" alt="Scan"></figure><figure><figcaption>Below each golden its difference</figcaption></figure>
    {{#goldens}}<figure><figcaption>{{name}}</figcaption><img src="{{{golden}}}" alt="Golden: {{name}}"></figure><figure><img src="{{{difference}}}" alt="Difference: {{name}}"></figure>
    {{/goldens}}</div></div>
    {{/windows}}
    </section>
    {{/hasWindows}}
    <div class="columns">
    {{#scans}}{{>scans}}{{/scans}}
    {{#made}}{{>files}}{{/made}}
    </div>
    <footer>{{device}} · {{program}}</footer>
    <script>{{{script}}}</script>
    </body>
    </html>

    """#
}
