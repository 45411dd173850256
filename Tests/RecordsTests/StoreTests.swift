import Foundation
import Records
import TestSupport
import Testing

@Suite struct StoreTests {
  @Test func `a result is recorded once, and read back as it was`() throws {
    try withStore { store in
      let result = sampleResult()
      #expect(try store.folder(of: result.key) == nil)
      #expect(try store.add(result, at: noon))
      #expect(try !store.add(result, at: noon))
      #expect(try store.folder(of: result.key) == "L7/die_00")
      let scans = try store.scans()
      #expect(scans.count == 1)
      #expect(scans.first?.record == result.record)
      #expect(scans.first?.explanations == result.explanations)
      #expect(scans.first?.frame == result.frame)
      #expect(scans.first?.time == "2026-03-01T12:00:00.000Z")
      #expect(try store.scans(ScanFilter(lot: "L7", wafer: "W03")).count == 1)
      #expect(try store.scans(ScanFilter(lot: "L8")).isEmpty)
      #expect(try store.scans(ScanFilter(scans: ["L7/die_00"])).count == 1)
      #expect(try store.documents([result.documents[0].sha256]) == result.documents)
      #expect(try store.auditEntries(after: 0, limit: 9).count == 1)
    }
  }

  @Test func `scans come briefly by lot, and what changed is told by wafer`() throws {
    try withStore { store in
      for die in 0..<3 {
        var result = sampleResult(die: die)
        if die == 2 { (result.record.scan.lot, result.record.scan.wafer) = (nil, nil) }
        if die == 1 { result.record.scan.wafer = "W04" }
        _ = try store.add(result, at: noon)
      }
      #expect(try store.lots() == ["", "L7"])
      #expect(try store.scans(ScanFilter(lot: "")).map(\.folder) == ["L7/die_02"])
      let whole = try store.scans(ScanFilter(lot: "L7"))
      var brief = try store.scans(ScanFilter(lot: "L7", isBrief: true))
      #expect(brief.map(\.folder) == whole.map(\.folder) && brief[0] != whole[0])
      for (index, scan) in whole.enumerated() {
        #expect(brief[index].explanations.isEmpty)
        brief[index].explanations = scan.explanations
        brief[index].record.findings[0].mask = scan.record.findings[0].mask
        brief[index].record.findings[0].layers = scan.record.findings[0].layers
      }
      #expect(brief == whole)

      let (all, last) = try store.changes(after: 0)
      #expect(all.count == 3 && last == 3)
      #expect(try store.changes(after: last).wafers.isEmpty)
      let key = try #require(whole.last?.key)
      _ = try store.decide(
        DecisionRequest(scan: key, finding: 1, kind: .confirm, who: "ada", why: ""), at: noon)
      let (changed, end) = try store.changes(after: last)
      #expect(changed == [WaferName(lot: "L7", wafer: "W04")] && end == 4)
    }
  }

  @Test func `a decision keeps what was before, and says it once`() throws {
    try withStore { store in
      let result = sampleResult()
      _ = try store.add(result, at: noon)
      var request = DecisionRequest(
        scan: String(result.key.text.prefix(12)), finding: 1, kind: .reclassify,
        newClass: "particle", who: "ada", why: "round")
      let first = try #require(try store.decide(request, at: noon))
      #expect(first.old == FindingState())
      #expect(first.new == FindingState(status: .open, defectClass: "particle"))
      #expect(try store.decide(request, at: noon) == nil)
      request.kind = .waive
      #expect(try store.decide(request, at: noon)?.old == first.new)
      request.kind = .comment
      #expect(try store.decide(request, at: noon)?.new.status == .waived)
      let scan = try #require(try store.scans().first)
      #expect(scan.decisions.map(\.kind) == [.reclassify, .waive, .comment])
      #expect(
        scan.state(of: scan.record.findings[0])
          == FindingState(status: .waived, defectClass: "particle"))
      #expect(try store.verify().fits)
      request.finding = 2
      #expect(throws: StoreError.self) { try store.decide(request, at: noon) }
      (request.finding, request.scan) = (1, "00000000")
      #expect(throws: StoreError.self) { try store.decide(request, at: noon) }
    }
  }

  @Test func `the file is its owner's alone`() throws {
    try withStore { store in
      _ = try store.add(sampleResult(), at: noon)
      for ending in ["", "-wal", "-shm"] {
        let attributes = try FileManager.default.attributesOfItem(
          atPath: store.file.path + ending)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
      }
    }
  }

  @Test func `attempts of a job are counted over restarts`() throws {
    try withTemporaryFolder { folder in
      for attempt in 1...3 {
        let store = try SQLiteRecords(folder.appending(path: "r.sqlite"))
        #expect(try store.beginJob("a1", name: "scan.tif", at: noon) == attempt)
      }
      let store = try SQLiteRecords(folder.appending(path: "r.sqlite"))
      try store.endJob("a1", .refused(reason: "no"), at: noon)
      #expect(try store.jobCounts() == ["refused": 1])
    }
  }

  @Test func `what is wrong with the file is said`() throws {
    try withTemporaryFolder { folder in
      func code(_ name: String, make: Bool = true) -> StoreError.Code? {
        do throws(StoreError) {
          _ = try SQLiteRecords(folder.appending(path: name), make: make)
          return nil
        } catch { return error.code }
      }
      #expect(code("none.sqlite", make: false) == .noSuchFile)
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "none.sqlite").path))
      try Data(repeating: 65, count: 5000).write(to: folder.appending(path: "text.sqlite"))
      #expect(code("text.sqlite") == .damaged)
      #expect(code("nowhere/r.sqlite") == .noSuchFile)
      try FileManager.default.createSymbolicLink(
        atPath: folder.appending(path: "link.sqlite").path, withDestinationPath: "/etc/passwd")
      #expect(code("link.sqlite") == .notWritable)
    }
  }
}
