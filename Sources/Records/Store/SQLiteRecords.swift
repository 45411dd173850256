public import Foundation
import GRDB

/// Records in one SQLite file, in write-ahead mode, readable and writable by its owner alone.
///
/// Every change is one transaction that a kill at any instant leaves done or undone. Several processes may use the file
/// at once: one writes, and the others wait for it for up to ten seconds.
public final class SQLiteRecords: RecordStore {
  /// The name of the file in an output folder.
  public static let fileName = "records.sqlite"

  /// The database file.
  public let file: URL
  private let queue: DatabaseQueue

  /// Opens the records, and makes them where they are missing.
  ///
  /// - Parameters:
  ///   - file: the database file; its folder exists.
  ///   - make: whether a missing file is made. The default is true.
  /// - Throws: `StoreError`.
  public init(_ file: URL, make: Bool = true) throws(StoreError) {
    self.file = file
    let path = file.path
    var options = O_RDWR | O_CLOEXEC | O_NOFOLLOW
    if make { options |= O_CREAT }
    // SQLite would make it with the umask's rights, and give those of the file to its companions.
    let descriptor = open(path, options, 0o600)
    guard descriptor >= 0 else {
      let code = errno
      throw StoreError(
        code == ENOENT ? .noSuchFile : code == ENOSPC ? .diskFull : .notWritable, path: path,
        code == ENOENT && !make
          ? "no records there" : "can't be opened: \(String(cString: strerror(code)))")
    }
    close(descriptor)
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      // What was recorded must outlast a power cut, for the scan has left the inbox then.
      try database.execute(sql: "PRAGMA synchronous = FULL")
      // Damage is told as such where it is met, and not handed on as data.
      try database.execute(sql: "PRAGMA cell_size_check = ON")
    }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      let migrator = Self.migrator
      let isNewer = try queue.read { try migrator.hasBeenSuperseded($0) }
      if isNewer {
        throw StoreError(
          .newer, path: path,
          "were made by a newer version of the program, which is needed to go on")
      }
      do {
        try migrator.migrate(queue)
      } catch {
        // Another process may have made the tables in between; what else is wrong is wrong again.
        try migrator.migrate(queue)
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { try $0.execute(sql: schema) }
    return migrator
  }()

  func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    do { return try queue.read(body) } catch { throw StoreError(error, path: file.path) }
  }

  /// One transaction that begins by keeping other writers out, so that the end of the chain is the end.
  func write<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    do {
      var result: Result?
      try queue.inDatabase { database in
        try database.inTransaction(.immediate) {
          result = try body(database)
          return .commit
        }
      }
      guard let result else { preconditionFailure("a committed transaction has a result") }
      return result
    } catch {
      throw StoreError(error, path: file.path)
    }
  }

  static let schema = """
    CREATE TABLE scans (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, scan_sha256 TEXT NOT NULL,
      recipe_sha256 TEXT NOT NULL, models_sha256 TEXT NOT NULL, folder TEXT NOT NULL,
      lot TEXT, wafer TEXT, die_column INTEGER, die_row INTEGER, verdict TEXT NOT NULL,
      time TEXT NOT NULL, record TEXT NOT NULL, frame TEXT, documents TEXT NOT NULL);
    CREATE INDEX scans_by_folder ON scans (folder);
    CREATE INDEX scans_by_wafer ON scans (lot, wafer);
    CREATE TABLE findings (
      id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scans, number INTEGER NOT NULL,
      class TEXT, score REAL NOT NULL, layout_x REAL, layout_y REAL, record TEXT NOT NULL,
      UNIQUE (scan_id, number));
    CREATE INDEX findings_by_class ON findings (class);
    CREATE TABLE explanations (
      id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scans, finding INTEGER NOT NULL,
      time TEXT NOT NULL, content TEXT NOT NULL);
    CREATE INDEX explanations_by_finding ON explanations (scan_id, finding);
    CREATE TABLE decisions (
      id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scans, finding INTEGER NOT NULL,
      kind TEXT NOT NULL, who TEXT NOT NULL, time TEXT NOT NULL, why TEXT NOT NULL,
      old_status TEXT NOT NULL, old_class TEXT, new_status TEXT NOT NULL, new_class TEXT);
    CREATE INDEX decisions_by_finding ON decisions (scan_id, finding);
    CREATE TABLE documents (
      sha256 TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL,
      PRIMARY KEY (sha256, kind));
    CREATE TABLE jobs (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, attempts INTEGER NOT NULL, state TEXT NOT NULL,
      begun TEXT NOT NULL, ended TEXT, reason TEXT, key TEXT);
    CREATE TABLE audit (
      sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, event TEXT NOT NULL, body TEXT NOT NULL,
      previous TEXT NOT NULL, hash TEXT NOT NULL);
    """
}

extension StoreError {
  /// The answer of the database in words.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as RecordError: self.init(.failed, path: path, error.detail)
    case let error as DatabaseError:
      let words = error.message ?? "code \(error.resultCode.rawValue)"
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB:
        self.init(
          .damaged, path: path,
          "the database is damaged (\(words)); bring back a copy, or move it away to begin anew")
      case .SQLITE_FULL: self.init(.diskFull, path: path, "the disk is full")
      case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
        self.init(.notWritable, path: path, "can't be written to (\(words))")
      case .SQLITE_BUSY, .SQLITE_LOCKED:
        self.init(.busy, path: path, "another process holds the records (\(words))")
      default: self.init(.failed, path: path, words)
      }
    default: self.init(.failed, path: path, "\(error)")
    }
  }
}
