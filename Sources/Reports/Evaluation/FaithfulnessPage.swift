public import Foundation
public import Records

/// The page of an evaluation of explanations: the table and the curves.
public struct FaithfulnessPage: Sendable {
  /// The name of the page, and of the record.
  static let (pageName, recordName) = ("report.html", "explanations.json")

  /// The record.
  public let record: FaithfulnessRecord

  /// The page of a record.
  public init(_ record: FaithfulnessRecord) { self.record = record }

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(
      title: "Explanations of {{model}}", body: page, parts: LearningParts.templates)
  }

  /// The page.
  ///
  /// - Throws: `ReportError` when its template is at fault.
  public func html() throws -> String {
    let (head, rows) = FaithfulnessTable.cells(record)
    func chart(_ row: FaithfulnessRecord.Row) -> [String: Any] {
      func points(_ curve: [Double]) -> [(x: Double, y: Double)] {
        [(0, 0)]
          + curve.enumerated().map {
            (x: Double($0.offset + 1) / Double(curve.count), y: $0.element)
          }
      }
      let chart = LineChart(
        xName: "share of the concepts", yName: "change of the score",
        lines: [
          .init(name: "deletion", kind: "a", points: points(row.deletionCurve)),
          .init(name: "insertion", kind: "b", points: points(row.insertionCurve)),
        ], pointName: "share", mayBeLogarithmic: false)
      return ["name": row.name, "svg": chart.svg]
    }
    let samples = record.samples.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return try Self.template.get().render([
      "style": PageStyle.base + LearningParts.style + Self.style,
      "model": Wording.fileName(record.model.path),
      "hash": record.model.sha256, "data": record.dataSha256, "layer": record.layer,
      "samples": samples.joined(separator: ", "), "head": head.map { ["name": $0] },
      "rows": rows.enumerated().map { number, cells -> [String: Any] in
        [
          "isUsed": record.rows[number].method == record.shipped, "name": cells[0],
          "method": record.rows[number].method,
          "cells": cells.dropFirst().map { ["text": $0] },
        ]
      },
      "charts": record.rows.map(chart),
    ])
  }

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

  private static let page = #"""
    <body>
    <header><div class="who"><p class="over">{{model}} · concepts of {{layer}}</p><h1>How faithful explanations are</h1></div></header>
    <p class="lead">Places named right: {{samples}}. Deletion and insertion are mean changes of the score over the steps: the greater, the more faithful; the odds’ are those of the logarithm of the odds against all other classes, which a name hangs on. Pointing and mass: in the object; context: relevance of the top concepts outside it; concepts: how many make 80 % of all relevance; the last columns: correlation with maps of networks that learnt nothing.</p>
    <table class="faith"><tr>{{#head}}<th>{{name}}</th>{{/head}}</tr>
    {{#rows}}<tr class="{{#isUsed}}used{{/isUsed}}"><th scope="row" title="{{method}}">{{name}}</th>{{#cells}}<td>{{text}}</td>{{/cells}}</tr>
    {{/rows}}</table>
    <div class="curves">{{#charts}}<figure><figcaption>{{name}}</figcaption>{{{svg}}}</figure>{{/charts}}</div>
    <footer>model <code>{{hash}}</code> · data <code>{{data}}</code></footer>
    </body>
    </html>

    """#

  private static let style = #"""
    .lead{color:var(--soft);max-width:90em;margin:8px 0 12px}
    .faith th,.faith td{padding:4px 14px 4px 0;border-bottom:1px solid var(--faint);text-align:right}
    .faith th:first-child{text-align:left}
    .faith .used{font-weight:700}
    .curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(380px,1fr));gap:18px;margin-top:20px}
    .curves svg{width:100%;height:auto}
    .curves figcaption{font-weight:600}

    """#
}
