internal import Foundation
import GRDB

extension SQLiteRecords {
  /// The recorded scans, by folder, each handed on before the next is read.
  public func forEachScan(_ filter: ScanFilter, _ body: (StoredScan) throws -> Void) throws {
    var (conditions, values): ([String], [any DatabaseValueConvertible]) = ([], [])
    for (column, value) in [("lot", filter.lot), ("wafer", filter.wafer)] {
      guard let value else { continue }
      conditions.append("\(column) = ?")
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
    for id in ids { try body(try read { try Self.scan(id, in: $0, path: file.path) }) }
  }

  private static func scan(_ id: Int64, in database: Database, path: String) throws -> StoredScan {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM scans WHERE id = ?", arguments: [id])
    else { throw StoreError(.failed, path: path, "scan \(id) is gone") }
    let json = try recordJSON(row, in: database)
    var explanations: [Int: JSONValue] = [:]
    for row in try Row.fetchAll(
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
      record: try InspectionRecord(json: json.canonical), explanations: explanations,
      decisions: try decisions(of: id, in: database),
      frame: try frame.map { try JSONDecoder().decode(WaferFrame.self, from: Data($0.utf8)) },
      documents: documents.split(separator: " ").map(String.init),
      numbers: try Row.fetchAll(
        database, sql: "SELECT number, id FROM findings WHERE scan_id = ?", arguments: [id]
      ).reduce(into: [:]) { $0[$1["number"]] = $1["id"] })
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
  static func recordJSON(_ row: Row, in database: Database) throws -> JSONValue {
    let text: String = row["record"]
    guard case .object(var members) = try JSONValue(parsing: Data(text.utf8)) else {
      throw RecordError(.inconsistent, "a stored record is no object")
    }
    let id: Int64 = row["id"]
    let findings = try String.fetchAll(
      database, sql: "SELECT record FROM findings WHERE scan_id = ? ORDER BY id", arguments: [id])
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
