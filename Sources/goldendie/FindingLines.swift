import Foundation
import Raster
import Records

/// The findings of a run as a table, scan by scan, the strongest of each first.
struct FindingLines {
  /// So many findings of one scan are listed; the report has all.
  private static let most = 8

  private var table = TextTable([
    .init(title: "scan"), .init(title: "no.", isNumber: true), .init(title: "class"),
    .init(title: "polarity"),
    .init(title: "x, y px", isNumber: true), .init(title: "size px", isNumber: true),
    .init(title: "score", isNumber: true), .init(title: "contrast", isNumber: true),
    .init(title: "layout µm", isNumber: true), .init(title: "layers under it"),
  ])
  private var left: [String] = []
  private var isEmpty = true

  /// Adds the findings of one scan.
  mutating func add(_ record: InspectionRecord) {
    let name = (record.scan.path as NSString).lastPathComponent.onOneLine
    for finding in record.findings.prefix(Self.most) {
      isEmpty = false
      table.add([
        name, "\(finding.id)", Self.named(finding), finding.polarity.rawValue,
        "\(finding.box.x), \(finding.box.y)",
        "\(finding.box.width) × \(finding.box.height)", finding.score.digits(1),
        finding.contrast.digits(0),
        finding.layoutUm.map { "\($0.x.digits(2)), \($0.y.digits(2))" } ?? "-",
        finding.layers.isEmpty ? "-" : finding.layers.joined(separator: ", "),
      ])
    }
    if record.findings.count > Self.most {
      left.append("\(name): \(record.findings.count - Self.most) more in its report")
    }
  }

  private static func named(_ finding: FindingRecord) -> String {
    guard let name = finding.defectClass else { return "-" }
    return name.onOneLine + (finding.classScores?[name].map { " \(($0 * 100).digits(0)) %" } ?? "")
  }

  /// The table, and how many more each scan has; nothing when there are no findings.
  var lines: [String] { isEmpty ? [] : [""] + table.lines + (left.isEmpty ? [] : [""] + left) }
}
