internal import Foundation
import GRDB
import Raster

extension SQLiteRecords {
  /// The recorded scans, by folder, each handed on before the next is read.
  public func forEachScan(_ filter: ScanFilter, _ body: (StoredScan) throws -> Void) throws {
    var (conditions, values): ([String], [any DatabaseValueConvertible]) = ([], [])
    for (column, value) in [("lot", filter.lot), ("wafer", filter.wafer)] {
      guard let value else { continue }
      conditions.append(value.isEmpty ? "(\(column) IS NULL OR \(column) = ?)" : "\(column) = ?")
      values.append(value)
    }
    if !filter.scans.isEmpty {
      let marks = filter.scans.map { _ in "?" }.joined(separator: ", ")
      conditions.append("(folder IN (\(marks)) OR key IN (\(marks)))")
      values += filter.scans + filter.scans
    }
    let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    // By number, so that the body may take its time and use the records too.
    let ids = try read { database in
      try Int64.fetchAll(
        database, sql: "SELECT id FROM scans \(condition) ORDER BY folder, id",
        arguments: StatementArguments(values))
    }
    for id in ids {
      try body(try read { try Self.scan(id, isBrief: filter.isBrief, in: $0, path: file.path) })
    }
  }

  private static func scan(
    _ id: Int64, isBrief: Bool, in database: Database, path: String
  ) throws -> StoredScan {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM scans WHERE id = ?", arguments: [id])
    else { throw StoreError(.failed, path: path, "scan \(id) is gone") }
    var record = try InspectionRecord(
      json: try recordJSON(row, withFindings: !isBrief, in: database).canonical)
    if isBrief {
      record.findings = try briefFindings(of: id, die: record.scan.die, in: database)
    }
    var explanations: [Int: JSONValue] = [:]
    for row in try isBrief
      ? []
      : Row.fetchAll(
        database, sql: "SELECT finding, content FROM explanations WHERE scan_id = ? ORDER BY id",
        arguments: [id])
    {
      let content: String = row["content"]
      explanations[row["finding"]] = try JSONValue(parsing: Data(content.utf8))
    }
    let frame: String? = row["frame"]
    let documents: String = row["documents"]
    return StoredScan(
      key: row["key"], folder: row["folder"], time: row["time"],
      record: record, explanations: explanations,
      decisions: try decisions(of: id, in: database),
      frame: try frame.map { try JSONDecoder().decode(WaferFrame.self, from: Data($0.utf8)) },
      documents: documents.split(separator: " ").map(String.init),
      numbers: try Row.fetchAll(
        database, sql: "SELECT number, id FROM findings WHERE scan_id = ?", arguments: [id]
      ).reduce(into: [:]) { $0[$1["number"]] = $1["id"] })
  }

  /// The findings of a scan without what only a report of it shows.
  private static func briefFindings(
    of scan: Int64, die: [Int]?, in database: Database
  ) throws -> [FindingRecord] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT number, class, score, layout_x, layout_y,
        json_extract(record, '$.box.x') AS x, json_extract(record, '$.box.y') AS y,
        json_extract(record, '$.box.width') AS width,
        json_extract(record, '$.box.height') AS height,
        json_extract(record, '$.area_px') AS area, json_extract(record, '$.contrast') AS contrast,
        json_extract(record, '$.polarity') AS polarity
        FROM findings WHERE scan_id = ? ORDER BY id
        """, arguments: [scan]
    ).map { row in
      guard let polarity = Polarity(rawValue: row["polarity"]) else {
        throw RecordError(.inconsistent, "a stored finding is neither bright nor dark")
      }
      let (x, y): (Double?, Double?) = (row["layout_x"], row["layout_y"])
      var finding = FindingRecord(
        id: row["number"],
        box: PixelRect(x: row["x"], y: row["y"], width: row["width"], height: row["height"]),
        areaPx: row["area"], layoutUm: x.flatMap { x in y.map { Point(x: x, y: $0) } }, die: die,
        polarity: polarity, score: row["score"], contrast: row["contrast"],
        mask: RunLengthMask(
          box: PixelRect(x: 0, y: 0, width: 0, height: 0), width: 0, height: 0
        ) { _, _ in false },
        layers: [])
      finding.defectClass = row["class"]
      return finding
    }
  }

  /// The lots of all scans, by name.
  public func lots() throws(StoreError) -> [String] {
    try read { database in
      try String.fetchAll(
        database, sql: "SELECT DISTINCT COALESCE(lot, '') AS name FROM scans ORDER BY name")
    }
  }

  /// The wafers that something was recorded of behind an entry of the chain, and its end.
  public func changes(
    after sequence: Int
  ) throws(StoreError) -> (wafers: Set<WaferName>, last: Int) {
    try read { database in
      let last = try Int.fetchOne(database, sql: "SELECT MAX(sequence) FROM audit") ?? 0
      guard last > sequence else { return ([], last) }
      let wafers = try Row.fetchAll(
        database,
        sql: """
          SELECT DISTINCT COALESCE(lot, '') AS lot, COALESCE(wafer, '') AS wafer FROM audit
          JOIN scans ON scans.key = json_extract(audit.body, '$.scan') WHERE sequence > ?
          """, arguments: [sequence]
      ).map { WaferName(lot: $0["lot"], wafer: $0["wafer"]) }
      return (Set(wafers), last)
    }
  }

  /// The scan and the finding in it that a number stands for; nil when there is none.
  public func finding(number: Int) throws(StoreError) -> (scan: String, finding: Int)? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT scans.key AS key, findings.number AS number FROM findings
          JOIN scans ON scans.id = findings.scan_id WHERE findings.id = ?
          """, arguments: [number]
      ).map { ($0["key"], $0["number"]) }
    }
  }

  /// The record of a scan's row with its findings, as it was hashed.
  static func recordJSON(
    _ row: Row, withFindings: Bool = true, in database: Database
  ) throws -> JSONValue {
    let text: String = row["record"]
    guard case .object(var members) = try JSONValue(parsing: Data(text.utf8)) else {
      throw RecordError(.inconsistent, "a stored record is no object")
    }
    let id: Int64 = row["id"]
    let findings =
      try withFindings
      ? String.fetchAll(
        database, sql: "SELECT record FROM findings WHERE scan_id = ? ORDER BY id", arguments: [id])
      : []
    members["findings"] = .list(try findings.map { try JSONValue(parsing: Data($0.utf8)) })
    return .object(members)
  }

  static func decisions(of scan: Int64, in database: Database) throws -> [Decision] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM decisions WHERE scan_id = ? ORDER BY id", arguments: [scan]
    ).map { row in
      func state(_ prefix: String) throws -> FindingState {
        let status: String = row[prefix + "_status"]
        guard let status = FindingState.Status(rawValue: status) else {
          throw RecordError(.inconsistent, "a decision leads to '\(status)'")
        }
        return FindingState(status: status, defectClass: row[prefix + "_class"])
      }
      let kind: String = row["kind"]
      guard let kind = DecisionKind(rawValue: kind) else {
        throw RecordError(.inconsistent, "a decision is of the kind '\(kind)'")
      }
      return Decision(
        finding: row["finding"], kind: kind, who: row["who"], time: row["time"], why: row["why"],
        old: try state("old"), new: try state("new"))
    }
  }

  /// Audit entries behind a sequence number, at most so many.
  public func auditEntries(after sequence: Int, limit: Int) throws(StoreError) -> [AuditEntry] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?",
        arguments: [sequence, limit]
      ).map { try AuditEntry(row: $0) }
    }
  }

  /// The documents of these hashes.
  public func documents(_ hashes: Set<String>) throws(StoreError) -> [StoredDocument] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM documents ORDER BY kind, name, sha256")
        .compactMap { row -> StoredDocument? in
          let kind: String = row["kind"]
          guard hashes.contains(row["sha256"]), let kind = StoredDocument.Kind(rawValue: kind)
          else { return nil }
          return StoredDocument(
            kind: kind, name: row["name"], sha256: row["sha256"], content: row["content"])
        }
    }
  }
}
