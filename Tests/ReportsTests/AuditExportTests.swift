import Foundation
import Raster
import Records
import Reports
import TestSupport
import Testing

@Suite struct AuditExportTests {
  // A bit of every fifth byte; every bit where there is time to fuzz.
  @Test func `a flipped bit anywhere is found, and its file and entry are named`() throws {
    let isThorough = ProcessInfo.processInfo.environment["GOLDENDIE_FUZZ_SECONDS"] != nil
    try withExport { folder, _ in
      #expect(try AuditExport.verify(folder).verdict.fits)
      for path in Self.files(in: folder) {
        let file = folder.appending(path: path)
        let whole = try Data(contentsOf: file)
        for bit in 0..<whole.count * 8 where isThorough || bit % 40 == bit / 40 % 8 {
          var damaged = whole
          damaged[bit / 8] ^= 1 << UInt8(bit % 8)
          try damaged.write(to: file)
          guard case .broken(let entry, let name, _) = try AuditExport.verify(folder).verdict else {
            Issue.record("bit \(bit) of \(path) was not missed")
            continue
          }
          #expect(name == path, "bit \(bit) of \(path)")
          #expect(!path.hasSuffix(".jsonl") || entry != nil, "bit \(bit) of \(path)")
        }
        try whole.write(to: file)
      }
      #expect(try AuditExport.verify(folder).verdict.fits)
    }
  }

  @Test func `the entry that doesn't fit is the one that was touched`() throws {
    try withExport(scans: 3) { folder, _ in
      for name in ["entries.jsonl", "records.jsonl"] {
        let file = folder.appending(path: name)
        let whole = try Data(contentsOf: file)
        let lines = whole.split(separator: UInt8(ascii: "\n"))
        for (index, line) in lines.enumerated() {
          var damaged = whole
          damaged[line.startIndex + line.count / 2] ^= 1
          try damaged.write(to: file)
          guard case .broken(let entry, _, _) = try AuditExport.verify(folder).verdict else {
            Issue.record("nothing was found")
            continue
          }
          #expect(entry == index + 1)
        }
        try whole.write(to: file)
      }
    }
  }

  @Test func `files that are missing, new, or another's are found`() throws {
    try withExport { folder, _ in
      for path in Self.files(in: folder) where path != "manifest.json" {
        let file = folder.appending(path: path)
        let whole = try Data(contentsOf: file)
        try FileManager.default.removeItem(at: file)
        #expect(try !AuditExport.verify(folder).verdict.fits || path == "manifest.sig")
        try whole.write(to: file)
      }
      let other = folder.appending(path: "pictures/other.jpg")
      try FileManager.default.createSymbolicLink(
        atPath: other.path, withDestinationPath: "/etc/passwd")
      guard case .broken(_, let name, _) = try AuditExport.verify(folder).verdict else {
        Issue.record("nothing was found")
        return
      }
      #expect(name == "pictures/other.jpg")
    }
  }

  @Test func `a signature is asked for by its key`() throws {
    try withExport { folder, key in
      #expect(try AuditExport.verify(folder, key: key).verdict.fits)
      let secret = folder.deletingLastPathComponent().appending(path: "other")
      try Data(repeating: 7, count: 32).write(to: secret)
      #expect(try !AuditExport.verify(folder, key: AuditKey(secret)).verdict.fits)
      try FileManager.default.removeItem(at: folder.appending(path: "manifest.sig"))
      #expect(try !AuditExport.verify(folder, key: key).verdict.fits)
      #expect(try AuditExport.verify(folder).signature == .none)
    }
  }

  @Test func `a part of the chain verifies by itself`() throws {
    try withExport(scans: 3, filter: ScanFilter(scans: ["L7/die_01"]), isWhole: false) {
      folder, _ in
      #expect(try AuditExport.verify(folder).verdict.fits)
      let text = try String(
        contentsOf: folder.appending(path: "records.jsonl"), encoding: .utf8)
      #expect(text.count(of: "\n") == 1 && text.contains("die_01"))
    }
  }

  private static func files(in folder: URL) -> [String] {
    (FileManager.default.subpaths(atPath: folder.path) ?? []).filter {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(
        atPath: folder.appending(path: $0).path, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }
}

/// Runs a test on an export of a few scans, with a decision, a recipe and a picture, signed by a shared secret.
private func withExport(
  scans: Int = 1, filter: ScanFilter = ScanFilter(), isWhole: Bool = true,
  _ body: (URL, AuditKey) throws -> Void
) throws {
  try withTemporaryFolder { folder in
    let store = try SQLiteRecords(folder.appending(path: "r.sqlite"))
    for die in 0..<scans {
      _ = try store.add(
        sampleResult(die: die), at: Date(timeIntervalSince1970: 1_772_366_400))
    }
    _ = try store.decide(
      DecisionRequest(
        scan: sampleResult(die: 0).key.text, finding: 1, kind: .confirm, who: "ada", why: "ö"),
      at: Date(timeIntervalSince1970: 1_772_366_400))
    let pictures = folder.appending(path: "out/L7/die_00/pictures")
    try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
    try Data([1, 2, 3]).write(to: pictures.appending(path: "1.jpg"))
    let secret = folder.appending(path: "secret")
    try Data(repeating: 9, count: 32).write(to: secret)
    let export = folder.appending(path: "export")
    try FileManager.default.createDirectory(at: export, withIntermediateDirectories: true)
    let key = try AuditKey(secret)
    _ = try AuditExport(
      of: store, output: folder.appending(path: "out"), program: "goldendie test"
    ).write(into: export, filter: filter, isWhole: isWhole, key: key)
    try body(export, key)
  }
}
