import Foundation
import GRDB

extension SQLiteRecords {
  /// Whether chain and records fit each other.
  public func verify() throws(StoreError) -> AuditVerdict {
    try read { database in
      let damage = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "ok"
      if damage != "ok" {
        throw StoreError(.damaged, path: file.path, "the database is damaged (\(damage))")
      }
      return try Self.verify(database)
    }
  }

  private static func verify(_ database: Database) throws -> AuditVerdict {
    var last: AuditEntry?
    var (inspected, decided, explained) = (0, 0, 0)
    // How many decisions of a scan were met so far.
    var decisionsSeen: [Int64: Int] = [:]
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM audit ORDER BY sequence")
    while let row = try rows.next() {
      let sequence: Int = row["sequence"]
      func broken(_ reason: String) -> AuditVerdict {
        .broken(entry: sequence, file: nil, reason: reason)
      }
      let entry: AuditEntry
      do {
        entry = try AuditEntry(row: row)
      } catch let error as RecordError {
        return broken("it can't be read: \(error.detail)")
      }
      if let misfit = entry.misfit(after: last) { return broken(misfit) }
      last = entry
      let key = entry.body["scan"]?.string ?? ""
      guard
        let scan = try Row.fetchOne(
          database, sql: "SELECT * FROM scans WHERE key = ?", arguments: [key])
      else { return broken("its scan is not in the records") }
      let id: Int64 = scan["id"]
      do {
        switch entry.event {
        case .inspected:
          inspected += 1
          if let reason = try misfit(entry.body, scan, in: database) { return broken(reason) }
        case .decided:
          decided += 1
          let index = decisionsSeen[id, default: 0]
          decisionsSeen[id] = index + 1
          let decisions = try decisions(of: id, in: database)
          guard index < decisions.count, decisions[index].time == entry.time,
            AuditBody.decided(scan: key, decisions[index]) == entry.body
          else { return broken("the decision recorded is another") }
        case .explained:
          explained += 1
          guard
            try explanations(of: id, in: database).contains(where: {
              AuditBody.explained(scan: key, finding: $0.finding, $0.content) == entry.body
            })
          else { return broken("the explanation recorded is another") }
        }
      } catch let error as RecordError {
        return broken("what is recorded of it can't be read: \(error.detail)")
      }
    }
    for (table, count) in [("scans", inspected), ("decisions", decided)] {
      let rows = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(table)") ?? 0
      if rows != count {
        return .broken(
          entry: nil, file: nil,
          reason: "the records hold \(rows) \(table), and the entries tell of \(count)")
      }
    }
    return .fits(entries: last?.sequence ?? 0, head: last?.hash ?? Digest.none)
  }

  /// Why a scan's rows are not what its entry vouches for.
  private static func misfit(
    _ body: JSONValue, _ scan: Row, in database: Database
  ) throws -> String? {
    let columns = [
      ("scan_sha256", "scan_sha256"), ("recipe_sha256", "recipe_sha256"),
      ("models_sha256", "models_sha256"), ("folder", "folder"), ("verdict", "verdict"),
    ]
    for (member, column) in columns {
      let value: String = scan[column]
      if body[member]?.string != value { return "the \(column) recorded is another" }
    }
    let record = try recordJSON(scan, in: database)
    if body["record_sha256"]?.string != Digest.sha256(record.canonical) {
      return "the record is not the one that was hashed"
    }
    let frame: String? = scan["frame"]
    if body["frame_sha256"]?.string != frame.map({ Digest.sha256(Data($0.utf8)) }) {
      return "the wafer's frame is not the one that was hashed"
    }
    let stored = try InspectionRecord(json: record.canonical).scan
    let (lot, wafer): (String?, String?) = (scan["lot"], scan["wafer"])
    if lot != stored.lot || wafer != stored.wafer { return "lot or wafer are not those hashed" }
    if let reason = try documentMisfit(body, in: database) { return reason }
    guard case .object(let expected)? = body["explanations"] else { return nil }
    let found = try explanations(of: scan["id"], in: database)
    for (finding, hash) in expected.sorted(by: { $0.key < $1.key }) {
      guard
        let first = found.first(where: { String($0.finding) == finding }),
        Digest.sha256(first.content.canonical) == hash.string
      else { return "the explanation of finding \(finding) is not the one that was hashed" }
    }
    return nil
  }

  private static func documentMisfit(_ body: JSONValue, in database: Database) throws -> String? {
    guard case .list(let expected)? = body["documents"] else { return nil }
    for document in expected {
      let name = document["name"]?.string ?? ""
      let content = try Data.fetchOne(
        database, sql: "SELECT content FROM documents WHERE sha256 = ? AND kind = ? AND name = ?",
        arguments: [document["sha256"]?.string, document["kind"]?.string, name])
      if document["content_sha256"]?.string != content.map(Digest.sha256) {
        return "what is kept of \(name) is not what was hashed"
      }
    }
    return nil
  }

  private static func explanations(
    of scan: Int64, in database: Database
  ) throws -> [(finding: Int, content: JSONValue)] {
    try Row.fetchAll(
      database, sql: "SELECT finding, content FROM explanations WHERE scan_id = ? ORDER BY id",
      arguments: [scan]
    ).map { row in
      let content: String = row["content"]
      return (row["finding"], try JSONValue(parsing: Data(content.utf8)))
    }
  }
}
