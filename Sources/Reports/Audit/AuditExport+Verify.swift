public import Foundation
public import Records

extension AuditExport {
  /// What a check of an export says of its signature.
  public enum SignatureState: Sendable, Equatable {
    /// Nobody signed it.
    case none
    /// Signed with this key, which was checked: the one handed in.
    case checked(key: String)
    /// Signed with this key; that it is the right one was not asked.
    case unasked(key: String)
  }

  /// Whether a folder is an export.
  public static func isExport(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: manifestName).path)
  }

  /// Checks every byte of an export, and names the first entry or file that doesn't fit.
  ///
  /// - Parameters:
  ///   - folder: the export.
  ///   - key: the key it must be signed with; nil asks for none.
  /// - Throws: `ReportError` when a file can't be read.
  public static func verify(
    _ folder: URL, key: AuditKey? = nil
  ) throws(ReportError) -> (verdict: AuditVerdict, signature: SignatureState) {
    var signature = SignatureState.none
    do {
      let bytes = try read(manifestName, in: folder)
      let manifest: Manifest
      do {
        manifest = try Manifest(bytes)
      } catch {
        throw Misfit(manifestName, error.detail)
      }
      signature = try self.signature(of: bytes, in: folder, key: key)
      try checkFiles(manifest, in: folder)
      let entries = try checkEntries(manifest, in: folder)
      try checkRecords(manifest, entries, in: folder)
      return (.fits(entries: manifest.entries, head: manifest.head), signature)
    } catch let misfit as Misfit {
      return (
        .broken(entry: misfit.entry, file: misfit.file, reason: misfit.reason), signature
      )
    } catch let error as ReportError {
      throw error
    } catch {
      throw ReportError(.fileSystem, path: folder.path, "\(error)")
    }
  }

  private struct Misfit: Error {
    let entry: Int?
    let file: String
    let reason: String

    init(_ file: String, entry: Int? = nil, _ reason: String) {
      (self.file, self.entry, self.reason) = (file, entry, reason)
    }
  }

  private struct Manifest {
    let files: [String: JSONValue]
    let isWhole: Bool
    let entries: Int
    let head: String
    let records: [Int]

    init(_ data: Data) throws(RecordError) {
      let members = try Sealed.members(of: data)
      guard members["format"] == .text(AuditExport.format),
        case .object(let files)? = members["files"], let entries = members["entries"]?.int,
        let head = members["head"]?.string, case .list(let records)? = members["records"]
      else { throw RecordError(.unknownFormat, "is no manifest of \(AuditExport.format)") }
      (self.files, self.entries, self.head) = (files, entries, head)
      isWhole = members["chain"] == .text("whole")
      self.records = records.compactMap(\.int)
    }
  }

  private static func read(_ name: String, in folder: URL) throws -> Data {
    let file = folder.appending(path: name)
    do {
      return try Data(contentsOf: file)
    } catch {
      if FileManager.default.fileExists(atPath: file.path) {
        throw ReportError(.fileSystem, path: file.path, "the file can't be read")
      }
      throw Misfit(name, "is missing")
    }
  }

  private static func signature(
    of manifest: Data, in folder: URL, key: AuditKey?
  ) throws -> SignatureState {
    guard FileManager.default.fileExists(atPath: folder.appending(path: signatureName).path) else {
      if key != nil { throw Misfit(signatureName, "is missing; the export is not signed") }
      return .none
    }
    let signature: AuditKey.Signature
    do {
      let members = try Sealed.members(of: try read(signatureName, in: folder))
      guard let algorithm = members["algorithm"]?.string.flatMap(AuditKey.Algorithm.init),
        let name = members["key"]?.string, let value = members["signature"]?.string
      else { throw RecordError(.inconsistent, "is no signature") }
      signature = AuditKey.Signature(algorithm: algorithm, key: name, value: value)
    } catch let error as RecordError {
      throw Misfit(signatureName, error.detail)
    }
    if let key {
      if let reason = key.misfit(signature, of: manifest) { throw Misfit(signatureName, reason) }
      return .checked(key: signature.key)
    }
    if signature.holds(for: manifest) == false {
      throw Misfit(signatureName, "the signature is not that of \(manifestName)")
    }
    return .unasked(key: signature.key)
  }

  /// Every file is there, as it was, and no other.
  private static func checkFiles(_ manifest: Manifest, in folder: URL) throws {
    let paths = FileManager.default.subpaths(atPath: folder.path) ?? []
    for path in paths.sorted() where path != manifestName && path != signatureName {
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: folder.appending(path: path).path)
      switch attributes?[.type] as? FileAttributeType {
      case .typeDirectory: continue
      case .typeRegular where manifest.files[path] != nil: continue
      default: throw Misfit(path, "is not in the manifest")
      }
    }
    for (path, stated) in manifest.files.sorted(by: { $0.key < $1.key }) {
      let file = folder.appending(path: path)
      guard FileManager.default.fileExists(atPath: file.path) else {
        throw Misfit(path, "is missing")
      }
      let found: (sha256: String, bytes: Int)
      do {
        found = try Digest.sha256(file: file)
      } catch {
        throw ReportError(.fileSystem, path: file.path, "the file can't be read")
      }
      guard stated["sha256"]?.string != found.sha256 || stated["bytes"]?.int != found.bytes else {
        continue
      }
      // Which line it is can be told of these two.
      if path == entriesName { _ = try checkEntries(manifest, in: folder) }
      if path == recordsName {
        try checkRecords(manifest, try checkEntries(manifest, in: folder), in: folder)
      }
      throw Misfit(path, "is not the file that was exported")
    }
  }

  private static func lines(_ name: String, in folder: URL) throws -> [Data] {
    let data = try read(name, in: folder)
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What follows the last newline is no line.
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { Data($0) }
  }

  private static func checkEntries(_ manifest: Manifest, in folder: URL) throws -> [AuditEntry] {
    var entries: [AuditEntry] = []
    for (index, line) in try lines(entriesName, in: folder).enumerated() {
      let number = manifest.isWhole ? index + 1 : (entries.last?.sequence ?? 0) + 1
      let entry: AuditEntry
      do {
        entry = try AuditEntry(line: line)
      } catch {
        throw Misfit(entriesName, entry: number, "it can't be read: \(error.detail)")
      }
      let reason =
        manifest.isWhole ? entry.misfit(after: entries.last) : entry.contentMisfit
      if let reason { throw Misfit(entriesName, entry: number, reason) }
      entries.append(entry)
    }
    guard entries.count == manifest.entries else {
      throw Misfit(
        entriesName, entry: entries.count + 1,
        "it is missing: \(manifest.entries) entries were exported")
    }
    if manifest.isWhole, entries.last?.hash ?? Digest.none != manifest.head {
      throw Misfit(entriesName, entry: entries.count, "it is not the last that was exported")
    }
    return entries
  }

  private static func checkRecords(
    _ manifest: Manifest, _ entries: [AuditEntry], in folder: URL
  ) throws {
    let bySequence = Dictionary(uniqueKeysWithValues: entries.map { ($0.sequence, $0) })
    let byScan = Dictionary(grouping: entries) { $0.body["scan"]?.string ?? "" }
    let lines = try lines(recordsName, in: folder)
    for (line, sequence) in zip(lines, manifest.records) {
      guard let entry = bySequence[sequence] else {
        throw Misfit(recordsName, entry: sequence, "its entry is missing")
      }
      if let reason = misfit(line, entry, byScan[entry.body["scan"]?.string ?? ""] ?? []) {
        throw Misfit(recordsName, entry: sequence, reason)
      }
      try checkDocuments(of: entry, in: folder)
    }
    if lines.count != manifest.records.count {
      let place = min(lines.count, manifest.records.count)
      throw Misfit(
        recordsName, entry: place < manifest.records.count ? manifest.records[place] : nil,
        "\(manifest.records.count) records were exported, and \(lines.count) are there")
    }
  }

  /// Why the line of a record is not what its entries vouch for; nil when it is.
  private static func misfit(
    _ line: Data, _ entry: AuditEntry, _ entries: [AuditEntry]
  ) -> String? {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: line)
    } catch {
      return "its record can't be read: \(error.detail)"
    }
    guard value.canonical == line else { return "its record is not in the canonical form" }
    func hash(_ member: String) -> String? {
      value[member].flatMap { $0 == .null ? nil : Digest.sha256($0.canonical) }
    }
    guard value["scan"] == entry.body["scan"], value["folder"] == entry.body["folder"],
      value["time"] == .text(entry.time)
    else { return "its record is that of another" }
    if hash("record") != entry.body["record_sha256"]?.string {
      return "its record is not the one that was hashed"
    }
    if hash("frame") != entry.body["frame_sha256"]?.string {
      return "its wafer's frame is not the one that was hashed"
    }
    var hashes: [String: Set<String>] = [:]
    if case .object(let first)? = entry.body["explanations"] {
      for (finding, hash) in first { hashes[finding, default: []].insert(hash.string ?? "") }
    }
    for later in entries where later.event == .explained {
      hashes[String(later.body["finding"]?.int ?? 0), default: []]
        .insert(later.body["explanation_sha256"]?.string ?? "")
    }
    guard case .object(let explanations)? = value["explanations"],
      Set(explanations.keys) == Set(hashes.keys),
      explanations.allSatisfy({
        hashes[$0.key]?.contains(Digest.sha256($0.value.canonical)) == true
      })
    else { return "an explanation is not the one that was hashed" }
    let decided = entries.filter { $0.event == .decided }
    guard case .list(let decisions)? = value["decisions"], decisions.count == decided.count,
      zip(decisions, decided).allSatisfy({ decision, entry in
        decision["time"] == .text(entry.time)
          && ["finding", "kind", "who", "why", "old", "new"].allSatisfy {
            decision[$0] == entry.body[$0]
          }
      })
    else { return "a decision on it is not the one that was hashed" }
    return nil
  }

  private static func checkDocuments(of entry: AuditEntry, in folder: URL) throws {
    guard case .list(let documents)? = entry.body["documents"] else { return }
    for document in documents {
      let hash = document["sha256"]?.string ?? ""
      let path =
        document["kind"] == .text("recipe") ? "recipes/\(hash).yaml" : "models/\(hash).json"
      if Digest.sha256(try read(path, in: folder)) != document["content_sha256"]?.string {
        throw Misfit(path, entry: entry.sequence, "is not what the entry vouches for")
      }
    }
  }
}
