public import Foundation
public import Records
import Synchronization

/// The records of an output folder, opened when they are needed, and again after trouble.
public final class RecordBook: Sendable {
  /// Opens records.
  public typealias Open = @Sendable () throws(StoreError) -> any RecordStore

  private let open: Open
  private let store = Mutex<(any RecordStore)?>(nil)

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
    var opened = store.withLock { $0 }
    if opened == nil {
      let new = try open()
      opened = store.withLock { store in
        if store == nil { store = new }
        return store
      }
    }
    guard let opened else { preconditionFailure("records are open by now") }
    do {
      return try body(opened)
    } catch let error as StoreError {
      if error.code != .unknown, error.code != .busy { store.withLock { $0 = nil } }
      throw error
    }
  }
}
