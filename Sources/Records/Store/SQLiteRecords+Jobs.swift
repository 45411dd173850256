public import Foundation
import GRDB

extension SQLiteRecords {
  /// Notes that a scan is being worked on, and returns how often it was begun.
  public func beginJob(_ id: String, name: String, at time: Date) throws(StoreError) -> Int {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO jobs (id, name, attempts, state, begun) VALUES (?, ?, 1, 'working', ?)
          ON CONFLICT (id) DO UPDATE SET attempts = attempts + 1, state = 'working',
          ended = NULL, reason = NULL
          """, arguments: [id, name, AuditEntry.text(of: time)])
      return try Int.fetchOne(
        database, sql: "SELECT attempts FROM jobs WHERE id = ?", arguments: [id]) ?? 1
    }
  }

  /// Notes how the work ended.
  public func endJob(_ id: String, _ end: JobEnd, at time: Date) throws(StoreError) {
    let (state, reason, key): (String, String?, String?) =
      switch end {
      case .done(let key): ("done", nil, key.text)
      case .refused(let reason): ("refused", reason, nil)
      case .givenBack: ("given_back", nil, nil)
      }
    try write { database in
      try database.execute(
        sql: "UPDATE jobs SET state = ?, reason = ?, key = ?, ended = ? WHERE id = ?",
        arguments: [state, reason, key, AuditEntry.text(of: time), id])
    }
  }

  /// How many jobs ended how.
  public func jobCounts() throws(StoreError) -> [String: Int] {
    try read { database in
      var counts: [String: Int] = [:]
      for row in try Row.fetchAll(
        database, sql: "SELECT state, COUNT(*) AS number FROM jobs GROUP BY state")
      {
        counts[row["state"]] = row["number"]
      }
      return counts
    }
  }
}

extension SQLiteRecords {
  /// The version of the database engine.
  public static var engineVersion: String {
    (try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") })
      .flatMap { $0 } ?? "of unknown version"
  }
}
