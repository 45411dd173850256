internal import Foundation
internal import Records
internal import Reports

/// What people decided about findings: the records of an output folder, or a CSV file with the heading
/// `results,finding,class`.
///
/// `results` is a scan's folder of an inspection's output, relative to the CSV file; `finding` the number of a finding in
/// it; `class` what it is, `nuisance` for one that is no defect.
struct Decisions {
  /// Classes of findings by their number, by folder.
  let byResults: [(folder: URL, classes: [Int: String])]
  /// SHA-256 over what was decided.
  let sha256: String

  /// Reads the decisions on record.
  ///
  /// Findings count that were confirmed as what they are called, or were given a class. One that was merely waived may be
  /// anything.
  ///
  /// - Parameter file: the records of an output folder.
  /// - Throws: `StoreError`, or `InspectionError` when nothing was decided.
  init(records file: URL) throws {
    let store = try SQLiteRecords(file, make: false)
    let output = file.absoluteURL.deletingLastPathComponent()
    var found: [(folder: URL, classes: [Int: String])] = []
    var lines: [String] = []
    try store.forEachScan(ScanFilter(isBrief: true)) { scan in
      var classes: [Int: String] = [:]
      for finding in scan.record.findings {
        let state = scan.state(of: finding)
        let isNamed =
          state.status == .confirmed
          || scan.decisions.contains { $0.finding == finding.id && $0.kind == .reclassify }
        guard isNamed, let name = state.defectClass,
          !["none", FindingRecord.unknown].contains(name)
        else { continue }
        classes[finding.id] = name
        lines.append("\(scan.key) \(finding.id) \(name)")
      }
      if !classes.isEmpty { found.append((output.appending(path: scan.folder), classes)) }
    }
    guard !found.isEmpty else {
      throw InspectionError(
        .unusableScan, path: file.relativePath,
        "holds no finding that was confirmed as a class or given one")
    }
    (byResults, sha256) = (found, FileHash.sha256(of: Data(lines.joined(separator: "\n").utf8)))
  }

  /// Reads a CSV file.
  ///
  /// - Throws: `InspectionError`, naming the line.
  init(contentsOf file: URL) throws {
    guard let data = try? Data(contentsOf: file) else {
      throw InspectionError(.noSuchFile, path: file.relativePath, "is no file that can be read")
    }
    let lines = String(decoding: data, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    func words(_ line: Substring) -> [String] {
      line.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    guard let heading = lines.first, words(heading) == ["results", "finding", "class"] else {
      throw InspectionError(
        .unusableScan, path: "\(file.relativePath):1",
        "is no file of decisions: its first line is to be 'results,finding,class'")
    }
    var known: [String: [Int: String]] = [:]
    for (number, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let words = words(line)
      guard words.count == 3, !words[0].isEmpty, let finding = Int(words[1]), finding > 0,
        !words[2].isEmpty, words[2] != "none", words[2] != "unknown"
      else {
        throw InspectionError(
          .unusableScan, path: "\(file.relativePath):\(number + 1)",
          "is no decision: a results folder, a finding's number and its class")
      }
      known[words[0], default: [:]][finding] = words[2]
    }
    let folder = file.absoluteURL.deletingLastPathComponent()
    byResults = known.sorted { $0.key < $1.key }.map {
      (URL(filePath: $0.key, relativeTo: folder).absoluteURL, $0.value)
    }
    sha256 = FileHash.sha256(of: data)
    guard !byResults.isEmpty else {
      throw InspectionError(.unusableScan, path: file.relativePath, "holds no decision")
    }
  }

  /// The record of an inspection; all decided findings are in it.
  func record(of folder: URL) throws -> InspectionRecord {
    let file = folder.appending(path: IndexPage.recordName)
    guard let data = try? Data(contentsOf: file) else {
      throw InspectionError(.noSuchFile, path: file.path, "is no file that can be read")
    }
    let record = try InspectionRecord(json: data)
    let classes = byResults.first { $0.folder == folder }?.classes ?? [:]
    if let lost = classes.keys.sorted().first(where: { id in
      !record.findings.contains { $0.id == id }
    }) {
      throw InspectionError(.unusableScan, path: file.path, "has no finding \(lost)")
    }
    return record
  }
}
