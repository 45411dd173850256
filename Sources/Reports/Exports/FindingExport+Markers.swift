public import Foundation
import Raster
import Records

extension FindingExport {
  /// The tag of the value that names a finding.
  static let markerTag = "goldendie"

  /// A KLayout marker database: one marker a finding that has a place in µm, with thumbnail, class as category, and the
  /// decisions as KLayout's own tags `waived` and `important`.
  ///
  /// - Returns: the bytes of the `.lyrdb`, and how many findings were left out for want of a place.
  public func markers() -> (data: Data, leftOut: Int) {
    var (items, leftOut): ([String], Int) = ([], 0)
    var (classes, cells): (Set<String>, Set<String>) = ([], [])
    for scan in scans {
      for finding in scan.record.findings {
        guard let corners = Self.corners(of: finding, in: scan.record) else {
          leftOut += 1
          continue
        }
        let state = scan.state(of: finding)
        let (name, cell) = (state.defectClass ?? Self.unclassified, scan.frame?.cell ?? "TOP")
        classes.insert(name)
        cells.insert(cell)
        items.append(item(scan, finding, state, corners, name, cell))
      }
    }
    let layouts = Set(scans.compactMap { $0.record.layout?.path }).sorted()
    let devices = Set(scans.map(\.record.device)).sorted().joined(separator: ", ")
    func named(_ kind: String, _ names: Set<String>, _ rest: String) -> String {
      names.sorted().map {
        "  <\(kind)>\n   <name>\(Self.xml($0))</name>\n\(rest)  </\(kind)>\n"
      }
      .joined()
    }
    let tags = ["goldendie", "important", "waived"]
    let text = """
      <?xml version="1.0" encoding="utf-8"?>
      <report-database>
       <description>Findings of \(Self.xml(devices))</description>
       <original-file>\(Self.xml(layouts.first ?? ""))</original-file>
       <generator>\(Self.xml(program))</generator>
       <top-cell>\(Self.xml(cells.sorted().first ?? ""))</top-cell>
       <tags>
      \(named("tag", Set(tags), "   <description/>\n")) </tags>
       <categories>
      \(named("category", classes, "   <description/>\n   <categories>\n   </categories>\n")) </categories>
       <cells>
      \(named("cell", cells, "   <variant/>\n   <layout-name/>\n   <references>\n   </references>\n")) </cells>
       <items>
      \(items.joined()) </items>
      </report-database>

      """
    return (Data(text.utf8), leftOut)
  }

  private func item(
    _ scan: StoredScan, _ finding: FindingRecord, _ state: FindingState, _ corners: [Point],
    _ name: String, _ cell: String
  ) -> String {
    let tags =
      switch state.status {
      case .open: ""
      case .confirmed: "important"
      case .waived: "waived"
      }
    let comment = scan.decisions.last { $0.finding == finding.id && $0.kind == .comment }?.why ?? ""
    let points = corners.map { String(format: "%.4f,%.4f", $0.x, $0.y) }.joined(separator: ";")
    let title =
      "\(scan.folder) #\(finding.id), \(finding.polarity.rawValue), \(String(format: "%.1f", finding.score)) sigma"
    let image = thumbnail(scan, finding).map { $0.base64EncodedString() } ?? ""
    return """
        <item>
         <tags>\(tags)</tags>
         <category>\(Self.xml(Self.quoted(name)))</category>
         <cell>\(Self.xml(cell))</cell>
         <visited>false</visited>
         <multiplicity>1</multiplicity>
         <comment>\(Self.xml(comment))</comment>
         <image>\(image)</image>
         <values>
          <value>polygon: (\(points))</value>
          <value>text: \(Self.xml(Self.quoted(title)))</value>
          <value>[#\(Self.markerTag)] text: \(Self.quoted("\(scan.key):\(finding.id)"))</value>
         </values>
        </item>

      """
  }

  /// Text as it stands in an element.
  private static func xml(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case _ where scalar.value < 32: " "
      default: String(scalar)
      }
    }
    return scalars.joined()
  }

  /// Text between single quotes, as KLayout reads it.
  private static func quoted(_ text: String) -> String {
    let inside = text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
      .replacing("\n", with: " ")
    return "'\(inside)'"
  }
}
