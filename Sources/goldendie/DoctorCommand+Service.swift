import Foundation
import Records
import Service

extension DoctorCommand {
  /// What a watch needs beyond an inspection.
  var service: [Check] { [records, renames, notices] }

  /// Records are made where the output is, for not every file system can lock.
  private var records: Check {
    attemptInOutput("records") { folder in
      let store = try SQLiteRecords(folder.appending(path: SQLiteRecords.fileName))
      guard try store.beginJob("doctor", name: "doctor", at: Date()) == 1,
        try store.verify().fits
      else { throw Failure(.internal, "records are read back as something else") }
      return "SQLite \(SQLiteRecords.engineVersion), write-ahead log, readable by its owner alone"
    }
  }

  private var renames: Check {
    attemptInOutput("renames") { folder in
      let (old, new) = (folder.appending(path: "old"), folder.appending(path: "new"))
      try Data("x".utf8).write(to: old)
      try FileManager.default.moveItem(at: old, to: new)
      guard FileManager.default.fileExists(atPath: new.path) else {
        throw Failure(.internal, "a renamed file is gone")
      }
      return "files move in one step"
    }
  }

  /// Without notices an inbox is still looked at every few seconds.
  private var notices: Check {
    let file = "/proc/sys/fs/inotify/max_user_watches"
    let most = (try? String(contentsOfFile: file, encoding: .utf8))
      .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    return Check(
      name: "notices", ok: true,
      detail: most.map { "inotify for up to \($0) folders" }
        ?? "no inotify; an inbox is looked at every few seconds")
  }

  /// Runs a check in a folder of its own where the output is or will be.
  private func attemptInOutput(_ name: String, _ body: (URL) throws -> String) -> Check {
    let path = URL(filePath: output).standardizedFileURL.absoluteURL.path
    let folder = URL(
      filePath: InspectionOptions.nearestExisting(path), directoryHint: .isDirectory
    ).appending(path: ".goldendie-doctor-\(UUID().uuidString)", directoryHint: .isDirectory)
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      return Check(name: name, ok: true, detail: try body(folder))
    } catch {
      return Check(name: name, ok: false, detail: Failure(error).sentence)
    }
  }
}
