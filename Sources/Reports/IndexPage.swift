public import Foundation
import Records

/// `index.html`: one line per scan of an output folder, with links to the reports.
public struct IndexPage: Sendable, Equatable {
  /// The name of the page's file.
  public static let fileName = "index.html"
  /// The name of the record in a scan's folder.
  public static let recordName = "findings.json"

  /// What the lines said when the page was last written, beside it, so that no record need be read for it again.
  static let keptName = ".goldendie.index.json"

  /// One line per scan, in order of the folders' names.
  public private(set) var entries: [IndexEntry] = []
  /// What tells the record that a line was read from, by the scan's folder.
  private var stamps: [String: [Int]] = [:]

  /// A line as it is kept.
  private struct Kept: Codable {
    var entry: IndexEntry
    var stamp: [Int]
  }

  /// An index of these lines; of two with one folder, the later counts.
  public init(entries: [IndexEntry] = []) { for entry in entries { put(entry) } }

  /// The index of all scans in an output folder.
  ///
  /// Every `*/findings.json` has a line, and those in folders of lots; only those that are new since the page was last written
  /// are read.
  ///
  /// Hidden folders are left out. A record that can't be read gets a line that says so.
  ///
  /// - Throws: `ReportError` with code `.noSuchFile` when the folder is missing.
  public init(reading outputFolder: URL) throws {
    guard (try? FileManager.default.contentsOfDirectory(atPath: outputFolder.path)) != nil else {
      throw ReportError(.noSuchFile, path: outputFolder.path, "the output folder can't be listed")
    }
    let file = outputFolder.appending(path: Self.keptName)
    let kept = (try? Data(contentsOf: file)).flatMap {
      try? JSONDecoder().decode([Kept].self, from: $0)
    }
    let known = Dictionary(
      (kept ?? []).map { ($0.entry.folder, $0) }, uniquingKeysWith: { $1 })
    read(outputFolder, below: "", depth: 4, known)
  }

  /// Adds the records of the folders in a folder; one without a record may be that of a lot.
  private mutating func read(
    _ folder: URL, below path: String, depth: Int, _ known: [String: Kept]
  ) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where !name.hasPrefix(".") {
      let place = folder.appending(path: name)
      let file = place.appending(path: Self.recordName)
      guard let stamp = FileSystem.stamp(file.path) else {
        let kind = try? FileManager.default.attributesOfItem(atPath: place.path)[.type]
        if depth > 0, kind as? FileAttributeType == .typeDirectory {
          read(place, below: path + name + "/", depth: depth - 1, known)
        }
        continue
      }
      stamps[path + name] = stamp
      if let line = known[path + name], line.stamp == stamp {
        put(line.entry)
        continue
      }
      do {
        let record = try InspectionRecord(json: Data(contentsOf: file))
        put(IndexEntry(record: record, folder: path + name))
      } catch let error as RecordError {
        put(IndexEntry(unreadable: path + name, reason: error.detail))
      } catch {
        put(IndexEntry(unreadable: path + name, reason: "\(Self.recordName) can't be read"))
      }
    }
  }

  /// Adds a line, in place of the one before of the same folder.
  ///
  /// A service that inspects for weeks keeps the index and adds to it, so that it need not read all records again.
  ///
  /// - Parameter outputFolder: where the record lies that the line was made of.
  public mutating func put(_ entry: IndexEntry, recordedIn outputFolder: URL) {
    let file = outputFolder.appending(path: entry.folder).appending(path: Self.recordName)
    stamps[entry.folder] = FileSystem.stamp(file.path)
    put(entry)
  }

  private mutating func put(_ entry: IndexEntry) {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.isOrdered(entries[middle].folder, entry.folder) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    if low < entries.count, entries[low].folder == entry.folder {
      entries[low] = entry
    } else {
      entries.insert(entry, at: low)
    }
  }

  /// By the numbers in the names, so that die_2 comes before die_10; names that differ in leading zeros alone by bytes.
  private static func isOrdered(_ one: String, _ other: String) -> Bool {
    let order = one.compare(other, options: [.numeric])
    return order == .orderedSame ? one < other : order == .orderedAscending
  }

  /// Writes the page into an output folder, in place of the one before in one step.
  ///
  /// - Throws: `ReportError` when the file system refuses.
  public func write(into outputFolder: URL) throws {
    try OutputFolder.replace(
      outputFolder.appending(path: Self.fileName), with: Data(html().utf8))
    let kept = entries.compactMap { entry in
      stamps[entry.folder].map { Kept(entry: entry, stamp: $0) }
    }
    try OutputFolder.replace(
      outputFolder.appending(path: Self.keptName), with: JSONEncoder().encode(kept))
  }

  private static let template = Result { () throws(ReportError) in
    try PageTemplate(
      title: "Inspected scans{{#devices}} · {{devices}}{{/devices}}", body: page)
  }

  /// The page: nothing fetched, all text from outside escaped.
  ///
  /// - Throws: `ReportError` when a template can't be used.
  public func html() throws -> String {
    let refused = entries.count { $0.findings == nil }
    let flagged = entries.count { ($0.findings ?? 0) > 0 }
    let total = entries.reduce(0) { $0 + ($1.findings ?? 0) }
    let devices = Set(entries.map(\.device)).subtracting([""]).sorted()
    func tile(_ name: String, _ value: String, _ unit: String = "", refused: Bool = false)
      -> [String: Any]
    {
      ["name": name, "value": value, "unit": unit, "isRefused": refused]
    }
    return try Self.template.get().render([
      "style": PageStyle.base + Self.style, "script": PageScript.sorting,
      "devices": devices.joined(separator: " · "),
      "tiles": [
        tile("Scans", Wording.grouped(entries.count)),
        tile("Not inspectable", Wording.grouped(refused), refused: refused > 0),
        tile("With findings", Wording.grouped(flagged)),
        tile("Without findings", Wording.grouped(entries.count - refused - flagged)),
        tile("Findings", Wording.grouped(total)),
        tile("Inspected", Wording.brief(entries.reduce(0) { $0 + $1.inspectedMpx }), "Mpx"),
        tile("Time", Wording.duration(entries.reduce(0) { $0 + $1.seconds })),
      ],
      "isEmpty": entries.isEmpty, "hasDevices": devices.count > 1,
      "rows": entries.map(Self.row),
    ])
  }

  private static func row(_ entry: IndexEntry) -> [String: Any] {
    var values: [String: Any] = [
      "scan": entry.scan, "device": entry.device, "origin": entry.origin,
      "link": address(entry.folder), "seconds": entry.seconds,
      "time": Wording.duration(entry.seconds),
      "taken": Wording.time(entry.takenAt ?? ""),
    ]
    switch entry.outcome {
    case .inspected(let bright, let dark):
      let count = bright + dark
      values["kind"] = count == 0 ? "clean" : "found"
      values["order"] = count == 0 ? 2 : 1
      values["verdict"] = count == 0 ? "No findings" : "Findings"
      values["findings"] = count
      values["findingsText"] = Wording.grouped(count)
      if count > 0 { values["split"] = "\(bright) brighter, \(dark) darker" }
      values["isInspected"] = true
      values["mpx"] = entry.inspectedMpx
      values["mpxText"] = Wording.brief(entry.inspectedMpx)
    case .notInspectable(let reason):
      (values["kind"], values["order"]) = ("refused", 0)
      (values["verdict"], values["reason"]) = ("Not inspectable", reason)
    case .unreadable(let reason):
      (values["kind"], values["order"]) = ("refused", 0)
      (values["verdict"], values["reason"]) = ("Record unreadable", reason)
    }
    if let confidence = entry.confidence {
      values["confidence"] = confidence
      values["confidenceText"] = Wording.number(confidence, digits: 2)
    }
    return values
  }

  /// The relative address of a folder's report.
  private static func address(_ folder: String) -> String {
    "\(escaped(folder))/\(Report.fileName)"
  }

  /// A folder's name as part of an address.
  static func escaped(_ folder: String) -> String {
    let plain = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return folder.split(separator: "/")
      .map { $0.addingPercentEncoding(withAllowedCharacters: plain) ?? String($0) }
      .joined(separator: "/")
  }
}
