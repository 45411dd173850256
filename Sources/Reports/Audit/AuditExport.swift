public import Foundation
public import Records

/// A folder that proves what was found, on any machine and without the database.
///
/// - `manifest.json`: size and SHA-256 of every other file, length and last hash of the chain, and its own hash.
/// - `entries.jsonl`: the audit chain, one canonical entry a line; `AuditEntry` says what holds in it.
/// - `records.jsonl`: the records, one a line in the order of their entries, with explanations, decisions and the wafer's frame.
/// - `recipes/`, `models/`: what the records were judged by, named by hash.
/// - `pictures/`: the pictures of each scan's report.
/// - `manifest.sig`, when a key was given: the signature of `manifest.json`.
public struct AuditExport {
  /// Names the format and its version.
  public static let format = "goldendie.audit/1"
  static let manifestName = "manifest.json"
  static let signatureName = "manifest.sig"
  static let entriesName = "entries.jsonl"
  static let recordsName = "records.jsonl"

  let store: any RecordStore
  /// The output folder whose pictures go along.
  let output: URL
  let program: String

  /// An export of records.
  ///
  /// - Parameters:
  ///   - store: the records.
  ///   - output: the folder that holds the scans' folders.
  ///   - program: the name and version of the program, for the manifest.
  public init(of store: any RecordStore, output: URL, program: String) {
    (self.store, self.output, self.program) = (store, output, program)
  }

  /// Writes an export into an empty folder.
  ///
  /// - Parameters:
  ///   - folder: an empty folder.
  ///   - filter: which scans' records go along.
  ///   - isWhole: whether the whole chain goes along, or the entries about those scans only. The default is the whole.
  ///   - key: signs the manifest.
  ///   - time: when this is.
  /// - Returns: how many records went along.
  /// - Throws: `StoreError`, `ReportError`.
  public func write(
    into folder: URL, filter: ScanFilter = ScanFilter(), isWhole: Bool = true,
    key: AuditKey? = nil, at time: Date = Date()
  ) throws -> Int {
    let chain = try Chain(store)
    var scans: [Int: StoredScan] = [:]
    var missing: [String] = []
    try store.forEachScan(filter) { scan in
      // What was recorded since the chain was read is left for the next export.
      if let sequence = chain.inspected[scan.key] { scans[sequence] = scan }
      for document in scan.documents where !missing.contains(document) {
        missing.append(document)
      }
    }
    let sequences = scans.keys.sorted()
    let keys = Set(scans.values.map(\.key))
    var files = FileList(folder: folder)
    let entries = chain.entries.filter {
      isWhole || keys.contains($0.body["scan"]?.string ?? "")
    }
    try files.write(lines: entries.map(\.line), to: Self.entriesName)
    try files.write(
      lines: sequences.compactMap { scans[$0].map { Self.line(of: $0, in: chain) } },
      to: Self.recordsName)
    for document in try store.documents(Set(missing)) {
      switch document.kind {
      case .recipe:
        try files.write(document.content, to: "recipes/\(document.sha256).yaml")
      case .model: try files.write(document.content, to: "models/\(document.sha256).json")
      }
    }
    for sequence in sequences {
      guard let place = scans[sequence]?.folder else { continue }
      for name in ReportPictures.names(in: output.appending(path: place)) {
        let from = output.appending(path: place).appending(path: ReportPictures.folderName)
        guard let data = try? Data(contentsOf: from.appending(path: name)) else { continue }
        try files.write(data, to: "pictures/\(place)/\(name)")
      }
    }
    let manifest = Sealed.data([
      "format": .text(Self.format), "program": .text(program),
      "created": .text(time.ISO8601Format()), "files": files.json,
      "chain": .text(isWhole ? "whole" : "part"), "entries": .integer(entries.count),
      "head": .text(chain.entries.last?.hash ?? Digest.none),
      "records": .list(sequences.map(JSONValue.integer)),
    ])
    try OutputFolder.write(manifest, to: folder.appending(path: Self.manifestName))
    if let signature = try key?.sign(manifest) {
      let data = Sealed.data([
        "algorithm": .text(signature.algorithm.rawValue), "key": .text(signature.key),
        "signature": .text(signature.value),
      ])
      try OutputFolder.write(data, to: folder.appending(path: Self.signatureName))
    }
    return sequences.count
  }

  /// The chain as far as it went when it was read.
  private struct Chain {
    var entries: [AuditEntry] = []
    /// The entry of each scan's result.
    var inspected: [String: Int] = [:]
    var decided: [String: Int] = [:]
    var explanations: Set<String> = []

    init(_ store: any RecordStore) throws {
      while true {
        let more = try store.auditEntries(after: entries.last?.sequence ?? 0, limit: 1000)
        if more.isEmpty { break }
        entries += more
      }
      for entry in entries {
        let key = entry.body["scan"]?.string ?? ""
        switch entry.event {
        case .inspected:
          inspected[key] = entry.sequence
          if case .object(let hashes)? = entry.body["explanations"] {
            for hash in hashes.values { explanations.insert(hash.string ?? "") }
          }
        case .decided: decided[key, default: 0] += 1
        case .explained: explanations.insert(entry.body["explanation_sha256"]?.string ?? "")
        }
      }
    }
  }

  private static func line(of scan: StoredScan, in chain: Chain) -> Data {
    var explanations: [String: JSONValue] = [:]
    for (finding, explanation) in scan.explanations
    where chain.explanations.contains(Digest.sha256(explanation.canonical)) {
      explanations[String(finding)] = explanation
    }
    func json(_ value: some Encodable) -> JSONValue {
      guard let json = try? JSONValue(encoding: value) else {
        preconditionFailure("what was stored as JSON is JSON")
      }
      return json
    }
    return JSONValue.object([
      "scan": .text(scan.key), "folder": .text(scan.folder), "time": .text(scan.time),
      "record": json(scan.record), "frame": scan.frame.map(json) ?? .null,
      "explanations": .object(explanations),
      "decisions": .list(scan.decisions.prefix(chain.decided[scan.key] ?? 0).map(json)),
    ]).canonical
  }
}

/// The files of an export with their hashes.
private struct FileList {
  let folder: URL
  private var files: [String: JSONValue] = [:]

  init(folder: URL) { self.folder = folder }

  var json: JSONValue { .object(files) }

  mutating func write(_ data: Data, to path: String) throws {
    let file = folder.appending(path: path)
    try FileSystem.makeFolders(file.deletingLastPathComponent().path)
    try OutputFolder.write(data, to: file)
    files[path] = .object([
      "bytes": .integer(data.count), "sha256": .text(Digest.sha256(data)),
    ])
  }

  mutating func write(lines: [Data], to path: String) throws {
    try write(Data(lines.map { $0 + Data("\n".utf8) }.joined()), to: path)
  }
}
