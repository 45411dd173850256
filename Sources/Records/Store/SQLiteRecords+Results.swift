public import Foundation
import GRDB
import Raster

extension SQLiteRecords {
  /// The folder of a result that is recorded already; nil when it isn't.
  public func folder(of key: ContentKey) throws(StoreError) -> String? {
    try read { database in
      try String.fetchOne(
        database, sql: "SELECT folder FROM scans WHERE key = ?", arguments: [key.text])
    }
  }

  /// Records a result, its explanations and its audit entry in one transaction; false when its key was there.
  public func add(_ result: NewResult, at time: Date) throws(StoreError) -> Bool {
    do {
      let record = try AuditBody.json(of: result.record)
      let frame = try result.frame.map { try JSONValue(encoding: $0) }
      return try write { database in
        try Self.add(result, record, frame, at: time, in: database)
      }
    } catch {
      throw StoreError(error, path: file.path)
    }
  }

  private static func add(
    _ result: NewResult, _ json: JSONValue, _ frame: JSONValue?, at time: Date,
    in database: Database
  ) throws -> Bool {
    let (key, record) = (result.key, result.record)
    guard
      try Int.fetchOne(
        database, sql: "SELECT id FROM scans WHERE key = ?", arguments: [key.text]) == nil
    else { return false }
    guard case .object(var members) = json, case .list(let findings)? = members["findings"] else {
      preconditionFailure("a record is an object with findings")
    }
    members["findings"] = nil
    let documents = Set(result.documents.map(\.sha256)).sorted()
    try database.execute(
      sql: """
        INSERT INTO scans (key, scan_sha256, recipe_sha256, models_sha256, folder, lot, wafer,
        die_column, die_row, verdict, time, record, frame, documents)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        key.text, key.scan, key.recipe, key.models, result.folder, record.scan.lot,
        record.scan.wafer, record.scan.die?.first, record.scan.die?.last, record.verdict.rawValue,
        AuditEntry.text(of: time), JSONValue.object(members).canonicalText, frame?.canonicalText,
        documents.joined(separator: " "),
      ])
    let scan = database.lastInsertedRowID
    for (finding, content) in zip(record.findings, findings) {
      try database.execute(
        sql: """
          INSERT INTO findings (scan_id, number, class, score, layout_x, layout_y, record)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          scan, finding.id, finding.defectClass, finding.score, finding.layoutUm?.x,
          finding.layoutUm?.y, content.canonicalText,
        ])
    }
    for (finding, explanation) in result.explanations.sorted(by: { $0.key < $1.key }) {
      try insert(explanation, of: finding, scan: scan, at: time, in: database)
    }
    for document in result.documents {
      try database.execute(
        sql: "INSERT OR IGNORE INTO documents (sha256, kind, name, content) VALUES (?, ?, ?, ?)",
        arguments: [document.sha256, document.kind.rawValue, document.name, document.content])
    }
    try append(
      .inspected,
      AuditBody.inspected(
        key: key, folder: result.folder, record: json, explanations: result.explanations,
        frame: frame ?? .null,
        documents: try result.documents.map { try kept($0, in: database) }),
      at: time, in: database)
    return true
  }

  /// The document as it is in the records: the first that was stored under its hash.
  private static func kept(_ document: StoredDocument, in database: Database) throws
    -> StoredDocument
  {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM documents WHERE sha256 = ? AND kind = ?",
        arguments: [document.sha256, document.kind.rawValue])
    else { return document }
    return StoredDocument(
      kind: document.kind, name: row["name"], sha256: row["sha256"], content: row["content"])
  }

  private static func insert(
    _ explanation: JSONValue, of finding: Int, scan: Int64, at time: Date, in database: Database
  ) throws {
    try database.execute(
      sql: "INSERT INTO explanations (scan_id, finding, time, content) VALUES (?, ?, ?, ?)",
      arguments: [scan, finding, AuditEntry.text(of: time), explanation.canonicalText])
  }

  /// Records an explanation that was made later, with its audit entry.
  public func explain(
    _ finding: Int, of scan: String, with explanation: JSONValue, at time: Date
  ) throws(StoreError) {
    try write { database in
      let (id, key) = try self.scan(scan, with: finding, in: database)
      try Self.insert(explanation, of: finding, scan: id, at: time, in: database)
      try Self.append(
        .explained, AuditBody.explained(scan: key, finding: finding, explanation), at: time,
        in: database)
    }
  }

  /// Records a decision with its audit entry; nil when the finding stood so already.
  public func decide(_ request: DecisionRequest, at time: Date) throws(StoreError) -> Decision? {
    try write { database in
      let (id, key) = try self.scan(request.scan, with: request.finding, in: database)
      let old = try Self.state(of: request.finding, scan: id, in: database)
      var new = old
      switch request.kind {
      case .confirm: new.status = .confirmed
      case .waive: new.status = .waived
      case .reclassify: new.defectClass = request.newClass
      case .comment:
        let last = try String.fetchOne(
          database,
          sql: """
            SELECT why FROM decisions WHERE scan_id = ? AND finding = ? AND kind = 'comment'
            ORDER BY id DESC LIMIT 1
            """, arguments: [id, request.finding])
        if last == request.why { return nil }
      }
      if request.kind != .comment, new == old { return nil }
      let decision = Decision(
        finding: request.finding, kind: request.kind, who: request.who,
        time: AuditEntry.text(of: time), why: request.why, old: old, new: new)
      try database.execute(
        sql: """
          INSERT INTO decisions (scan_id, finding, kind, who, time, why, old_status, old_class,
          new_status, new_class) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, decision.finding, decision.kind.rawValue, decision.who, decision.time, decision.why,
          old.status.rawValue, old.defectClass, new.status.rawValue, new.defectClass,
        ])
      try Self.append(.decided, AuditBody.decided(scan: key, decision), at: time, in: database)
      return decision
    }
  }

  private static func state(
    of finding: Int, scan: Int64, in database: Database
  ) throws -> FindingState {
    if let row = try Row.fetchOne(
      database,
      sql: """
        SELECT new_status, new_class FROM decisions WHERE scan_id = ? AND finding = ?
        ORDER BY id DESC LIMIT 1
        """, arguments: [scan, finding])
    {
      return FindingState(
        status: FindingState.Status(rawValue: row["new_status"]) ?? .open,
        defectClass: row["new_class"])
    }
    return FindingState(
      defectClass: try String.fetchOne(
        database, sql: "SELECT class FROM findings WHERE scan_id = ? AND number = ?",
        arguments: [scan, finding]))
  }

  /// The one scan whose key begins so, and that has the finding.
  private func scan(
    _ key: String, with finding: Int, in database: Database
  ) throws -> (id: Int64, key: String) {
    guard key.count >= 8, key.allSatisfy({ $0.isHexDigit && $0.isASCII }) else {
      throw StoreError(.unknown, path: file.path, "'\(key)' is no key of a scan")
    }
    let rows = try Row.fetchAll(
      database, sql: "SELECT id, key FROM scans WHERE key >= ? AND key < ? LIMIT 2",
      arguments: [key, key + "g"])
    guard rows.count == 1 else {
      throw StoreError(
        .unknown, path: file.path,
        rows.isEmpty ? "no scan has the key \(key)" : "more than one scan has a key like \(key)")
    }
    let id: Int64 = rows[0]["id"]
    guard
      try Int.fetchOne(
        database, sql: "SELECT 1 FROM findings WHERE scan_id = ? AND number = ?",
        arguments: [id, finding]) != nil
    else { throw StoreError(.unknown, path: file.path, "scan \(key) has no finding \(finding)") }
    return (id, rows[0]["key"])
  }

  /// Adds an entry to the chain.
  private static func append(
    _ event: AuditEntry.Event, _ body: JSONValue, at time: Date, in database: Database
  ) throws {
    let last = try Row.fetchOne(
      database, sql: "SELECT * FROM audit ORDER BY sequence DESC LIMIT 1"
    ).map { try AuditEntry(row: $0) }
    let entry = AuditEntry(after: last, time: time, event: event, body: body)
    try database.execute(
      sql: """
        INSERT INTO audit (sequence, time, event, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        entry.sequence, entry.time, entry.event.rawValue, entry.body.canonicalText, entry.previous,
        entry.hash,
      ])
  }
}

extension JSONValue {
  var canonicalText: String { String(decoding: canonical, as: UTF8.self) }
}

extension AuditEntry {
  /// The entry of a row.
  init(row: Row) throws {
    let event: String = row["event"]
    let sequence: Int = row["sequence"]
    guard let known = Event(rawValue: event) else {
      throw RecordError(.inconsistent, "audit entry \(sequence) tells of '\(event)'")
    }
    let body: String = row["body"]
    self.init(
      sequence: sequence, time: row["time"], event: known,
      body: try JSONValue(parsing: Data(body.utf8)), previous: row["previous"], hash: row["hash"])
  }
}
