public import Foundation
public import Records

/// Decisions that a person made in another program, read back from the file that a `FindingExport` made.
///
/// From a `.lyrdb`: the tags `waived` and `important` (KLayout's own), a changed comment, and another category. From a KLARF
/// file: another class, and the rough bins 1 (confirmed) and 2 (waived). What stands as it stood is no decision.
public struct DecisionImport: Sendable, Equatable {
  /// What was decided, in the file's order.
  public var requests: [DecisionRequest]
  /// Items that name no finding of ours.
  public var strangers: Int

  /// Compares a file with the records.
  ///
  /// - Parameters:
  ///   - file: a `.lyrdb` or KLARF file, told apart by content.
  ///   - store: the records.
  ///   - who: who decided.
  ///   - why: why, where the file doesn't say.
  /// - Throws: `KLARFError`, `ReportError` or `StoreError`.
  public init(_ file: URL, store: any RecordStore, who: String, why: String) throws {
    (requests, strangers) = ([], 0)
    guard let handle = try? FileHandle(forReadingFrom: file) else {
      throw ReportError(.noSuchFile, path: file.path, "no such file")
    }
    let start = (try? handle.read(upToCount: 256)) ?? Data()
    try? handle.close()
    let marks = try Self.marks(file, isXML: start.contains(UInt8(ascii: "<")), store: store)
    var known: [String: StoredScan] = [:]
    let wanted = Set(marks.compactMap(\.scan))
    try store.forEachScan(ScanFilter(scans: wanted.sorted())) { known[$0.key] = $0 }
    for mark in marks {
      guard let scan = mark.scan.flatMap({ known[$0] }),
        let finding = scan.record.findings.first(where: { $0.id == mark.finding })
      else {
        strangers += 1
        continue
      }
      let state = scan.state(of: finding)
      func ask(_ kind: DecisionKind, _ newClass: String? = nil, _ text: String? = nil) {
        requests.append(
          DecisionRequest(
            scan: scan.key, finding: finding.id, kind: kind, newClass: newClass, who: who,
            why: text ?? why))
      }
      if mark.defectClass != state.defectClass { ask(.reclassify, mark.defectClass) }
      if mark.status != state.status {
        switch mark.status {
        case .confirmed: ask(.confirm)
        case .waived: ask(.waive)
        case .open: break
        }
      }
      let comment =
        scan.decisions.last { $0.finding == finding.id && $0.kind == .comment }?.why ?? ""
      if let text = mark.comment, !text.isEmpty, text != comment { ask(.comment, nil, text) }
    }
  }

  /// What a file says of one finding.
  private struct Mark {
    var scan: String?
    var finding = 0
    var defectClass: String?
    var status = FindingState.Status.open
    var comment: String?
  }

  private static func marks(
    _ file: URL, isXML: Bool, store: any RecordStore
  ) throws -> [Mark] {
    guard isXML else { return try marks(KLARFFile(contentsOf: file), store: store) }
    return try MarkerFile(contentsOf: file).items.map { item in
      var mark = Mark()
      if let name = item.values.compactMap(MarkerFile.finding).first {
        (mark.scan, mark.finding) = name
      }
      mark.defectClass = item.category == FindingExport.unclassified ? nil : item.category
      mark.status =
        item.tags.contains("waived")
        ? .waived : item.tags.contains("important") ? .confirmed : .open
      mark.comment = item.comment
      return mark
    }
  }

  private static func marks(_ file: KLARFFile, store: any RecordStore) throws -> [Mark] {
    var marks: [Mark] = []
    for wafer in file.wafers {
      let name = wafer.resultsID.split(separator: ":", maxSplits: 1)
      let isOurs = name.first.map(String.init) == FindingExport.resultsPrefix
      for defect in wafer.defects {
        var mark = Mark()
        if isOurs, name.count == 2 {
          (mark.scan, mark.finding) = (String(name[1]), defect.id)
        } else if isOurs, let found = try store.finding(number: defect.id) {
          (mark.scan, mark.finding) = (found.scan, found.finding)
        }
        mark.defectClass = defect.classNumber == 0 ? nil : wafer.classes[defect.classNumber]
        mark.status = FindingExport.bins.first { $0.value == defect.bin }?.key ?? .open
        marks.append(mark)
      }
    }
    return marks
  }
}
