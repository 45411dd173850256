public import Foundation

/// The folder of real photographs, layouts and board pairs that some tests read, or nil where it is absent.
///
/// It lies beside the project's checkout as `shared/data`; a test that needs it is skipped without it.
public let sharedData: URL? = {
  var folder = URL(filePath: #filePath)
  for _ in 0..<4 { folder.deleteLastPathComponent() }
  let data = folder.appending(path: "shared/data")
  return FileManager.default.fileExists(atPath: data.path) ? data : nil
}()

/// A new empty folder for one test, removed when `body` returns.
public func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "goldendie-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
