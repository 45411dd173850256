public import Foundation

/// The folder of one scan among the output: it appears whole or not at all.
///
/// It is filled under a hidden name beside its place, on the same file system, made safe on the disk, and then renamed.
/// Readers of the output skip names that start with a dot.
public struct OutputFolder: Sendable, Equatable {
  /// The folder that holds one folder per scan.
  public let parent: URL
  /// The name of this scan's folder.
  public let name: String

  /// The folder of a scan: named after its file without the extension.
  ///
  /// - Parameters:
  ///   - parent: the output folder; made where it is missing.
  ///   - scanPath: the path of the scan's file.
  public init(in parent: URL, forScan scanPath: String) {
    self.parent = parent
    name = Self.name(forScan: scanPath)
  }

  /// A folder that is called exactly so.
  ///
  /// - Parameter folder: its place; the folder around it is made where it is missing.
  public init(at folder: URL) {
    let place = folder.absoluteURL.standardizedFileURL
    (parent, name) = (place.deletingLastPathComponent(), place.lastPathComponent)
  }

  /// Refuses to take the place of anything but an earlier folder of the same content.
  ///
  /// - Parameter names: the files that such a folder holds.
  /// - Throws: `ReportError` with code `notWritable` where something else is there.
  public func requireOwn(_ names: Set<String>) throws(ReportError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return }
    guard isFolder.boolValue else {
      throw ReportError(.notWritable, path: url.path, "is a file, where a folder is to be made")
    }
    let found = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    if let other = found.filter({ !names.contains($0) }).min() {
      throw ReportError(
        .notWritable, path: url.path,
        "the folder holds '\(other)', which is no part of a report, and would be replaced; name another folder"
      )
    }
  }

  /// The place of the folder once written.
  public var url: URL { parent.appending(path: name, directoryHint: .isDirectory) }

  /// The name of the folder of a scan: its file's name without the extension.
  ///
  /// A leading dot becomes an underscore, so that the folder is seen; so does a name that `index.html` or the concepts' pages need.
  public static func name(forScan path: String) -> String {
    let file = (path as NSString).lastPathComponent
    let name = (file as NSString).deletingPathExtension
    if name.isEmpty || name == "/" { return "scan" }
    if name.hasPrefix(".") { return "_" + name.dropFirst() }
    return [IndexPage.fileName, ConceptPages.folder].contains(name) ? "_" + name : name
  }

  /// Makes the folder with what `body` writes, in place of the one before; what comes back would outlast a power cut.
  ///
  /// - Parameter body: writes into the empty folder it is given. When it throws, nothing of it stays, the folder
  ///   before stays as it was, and the error is passed on.
  /// - Throws: `ReportError` when the file system refuses, and what `body` throws.
  public func write(_ body: (URL) throws -> Void) throws { try write(exchanging: true, body) }

  /// The same; `exchanging` false takes the way of systems that can't swap two folders in one step.
  package func write(exchanging: Bool, _ body: (URL) throws -> Void) throws {
    try FileSystem.makeFolders(parent.path)
    let mark = UUID().uuidString.prefix(8)
    let new = parent.appending(path: ".\(name).new-\(mark)", directoryHint: .isDirectory)
    try FileSystem.makeFolder(new.path)
    do {
      try body(new)
      try FileSystem.settle(new.path)
      try moveIn(new, mark: mark, exchanging: exchanging)
      try FileSystem.sync(parent.path)
    } catch {
      try? FileManager.default.removeItem(at: new)
      throw error
    }
  }

  private func moveIn(_ new: URL, mark: Substring, exchanging: Bool) throws(ReportError) {
    guard FileManager.default.fileExists(atPath: url.path) else {
      return try FileSystem.move(new.path, to: url.path)
    }
    if exchanging, FileSystem.exchange(new.path, url.path) {
      // What is now at `new` is the folder before.
      try? FileManager.default.removeItem(at: new)
      return
    }
    let old = parent.appending(path: ".\(name).old-\(mark)", directoryHint: .isDirectory)
    try FileSystem.move(url.path, to: old.path)
    do {
      try FileSystem.move(new.path, to: url.path)
    } catch {
      try FileSystem.move(old.path, to: url.path)
      throw error
    }
    try? FileManager.default.removeItem(at: old)
  }

  /// Clears what a killed process left behind: restores a folder set aside whose place is empty, removes the rest.
  ///
  /// To be called before any folder is written, for a folder being written would be removed.
  ///
  /// - Parameter parent: the output folder; nothing happens where it is missing.
  /// - Throws: `ReportError` when a folder can't be restored.
  public static func clearLeftovers(in parent: URL) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    for leftover in names.sorted() {
      guard let match = leftover.wholeMatch(of: /\.(.+)\.(new|old)-[0-9A-F]{8}/) else { continue }
      let path = parent.appending(path: leftover).path
      let place = parent.appending(path: String(match.1)).path
      if match.2 == "old", !FileManager.default.fileExists(atPath: place) {
        try FileSystem.move(path, to: place)
      } else {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
  }

  /// Writes a file into a folder.
  ///
  /// - Throws: `ReportError`.
  public static func write(_ data: Data, to file: URL) throws(ReportError) {
    try FileSystem.write(data, to: file.path)
  }

  /// Puts a file in place of the one before in one step, so that a reader sees one or the other.
  ///
  /// - Throws: `ReportError`; the file before stays as it was.
  public static func replace(_ file: URL, with data: Data) throws(ReportError) {
    let folder = file.deletingLastPathComponent()
    let mark = UUID().uuidString.prefix(8)
    let new = folder.appending(path: ".\(file.lastPathComponent).new-\(mark)").path
    do {
      try FileSystem.write(data, to: new)
      try FileSystem.move(new, to: file.path)
    } catch {
      try? FileManager.default.removeItem(atPath: new)
      throw error
    }
  }
}
