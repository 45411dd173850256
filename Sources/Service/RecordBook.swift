public import Foundation
public import Records
import Synchronization

/// The records of an output folder, opened when they are needed, and again after trouble.
public final class RecordBook: Sendable {
  /// Opens records.
  public typealias Open = @Sendable () throws(StoreError) -> any RecordStore

  private let open: Open
  private let store = Mutex<(any RecordStore)?>(nil)
  /// Held while records are opened: two that make the same new file get into each other's way.
  private let opening = Mutex(())

  /// Records that are opened in this way.
  public init(_ open: @escaping Open) { self.open = open }

  /// The SQLite records of an output folder, made where they are missing.
  public convenience init(in output: URL) {
    self.init { () throws(StoreError) in
      do {
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
      } catch {
        throw StoreError(
          .notWritable, path: output.path, "can't be made: \(error.localizedDescription)")
      }
      return try SQLiteRecords(output.appending(path: SQLiteRecords.fileName))
    }
  }

  /// Uses the records; after trouble with them they are opened anew the next time, for the file may be another then.
  public func use<Result>(_ body: (any RecordStore) throws -> Result) throws -> Result {
    let opened = try store.withLock { $0 } ?? openOnce()
    do {
      return try body(opened)
    } catch let error as StoreError {
      if error.code != .unknown, error.code != .busy { store.withLock { $0 = nil } }
      throw error
    }
  }

  private func openOnce() throws -> any RecordStore {
    try opening.withLock { _ in
      if let opened = store.withLock({ $0 }) { return opened }
      let new = try open()
      store.withLock { $0 = new }
      return new
    }
  }
}
