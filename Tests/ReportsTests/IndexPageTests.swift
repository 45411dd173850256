import Foundation
import Records
import Reports
import TestSupport
import Testing

@Suite struct IndexPageTests {
  @Test func `the totals count what was found, what was not and what could not be inspected`()
    throws
  {
    try withTemporaryFolder { folder in
      for (name, record) in [
        ("die_2", sampleRecord(path: "die_2.tif")),
        ("die_10", sampleRecord(path: "die_10.tif", findings: 1)),
        ("die_3", sampleRecord(path: "die_3.tif", findings: 0)),
        ("die_4", refusedRecord(path: "die_4.tif", reason: "too <dark>")),
        (".die_5.new-00000000", sampleRecord(path: "die_5.tif")),
      ] {
        let place = folder.appending(path: name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
        try record.json().write(to: place.appending(path: "findings.json"))
      }
      let damaged = folder.appending(path: "die_6")
      try FileManager.default.createDirectory(at: damaged, withIntermediateDirectories: false)
      try Data("{".utf8).write(to: damaged.appending(path: "findings.json"))

      let index = try IndexPage(reading: folder)
      #expect(index.entries.map(\.folder) == ["die_2", "die_3", "die_4", "die_6", "die_10"])
      let page = try index.html()
      for (name, value) in [
        ("Scans", "5"), ("Not inspectable", "2"), ("With findings", "2"),
        ("Without findings", "1"), ("Findings", "3"),
      ] {
        #expect(page.contains("<dt>\(name)</dt><dd><b>\(value)</b>"))
      }
      #expect(page.contains("too &lt;dark&gt;") && !page.contains("<dark>"))
      #expect(page.contains("Record unreadable"))
      #expect(page.contains("href=\"die_10/report.html\""))
      try index.write(into: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.contains("index.html") && !names.contains { $0.hasPrefix(".index") })
    }
  }

  @Test func `a line takes the place of the one before of its folder`() {
    let index = IndexPage(entries: [
      IndexEntry(record: sampleRecord(), folder: "b"),
      IndexEntry(record: sampleRecord(), folder: "a"),
      IndexEntry(record: refusedRecord(), folder: "a"),
    ])
    #expect(index.entries.map(\.folder) == ["a", "b"])
    #expect(index.entries[0].outcome == .notInspectable(reason: "no structure was found"))
    #expect(index.entries[0].findings == nil && index.entries[1].findings == 2)
  }

  @Test func `only records that are new since the page was written are read again`() throws {
    try withTemporaryFolder { folder in
      func write(_ name: String, _ data: Data) throws {
        let place = folder.appending(path: name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try data.write(to: place.appending(path: "findings.json"))
      }
      for name in ["L7/a", "b", "c"] { try write(name, sampleRecord(path: "\(name).tif").json()) }
      let file = folder.appending(path: "L7/a/findings.json")
      func date() throws {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: 1_750_000_000)], ofItemAtPath: file.path)
      }
      try date()
      let before = try IndexPage(reading: folder)
      try before.write(into: folder)
      // What wasn't changed can be told from what was by the file alone: its content is never looked at.
      let size = try Data(contentsOf: file).count
      let handle = try FileHandle(forWritingTo: file)
      try handle.write(contentsOf: Data(repeating: 32, count: size))
      try handle.close()
      try date()
      try write("b", refusedRecord(path: "b.tif", reason: "dark").json())
      try FileManager.default.removeItem(at: folder.appending(path: "c"))
      let after = try IndexPage(reading: folder)
      #expect(after.entries.map(\.folder) == ["L7/a", "b"])
      #expect(after.entries[0] == before.entries[0])
      #expect(after.entries[1].outcome == .notInspectable(reason: "dark"))
    }
  }

  @Test func `a folder's name can't leave its link`() throws {
    let entry = IndexEntry(record: sampleRecord(), folder: "a b\"#?<c>%")
    let page = try IndexPage(entries: [entry]).html()
    #expect(page.contains("href=\"a%20b%22%23%3F%3Cc%3E%25/report.html\""))
  }

  @Test func `an index of nothing says so`() throws {
    #expect(try IndexPage().html().contains("No scan has been inspected yet"))
  }

  @Test func `a missing output folder is told from a damaged one`() {
    #expect {
      try IndexPage(reading: URL(filePath: "/nowhere/at/all"))
    } throws: {
      ($0 as? ReportError)?.code == .noSuchFile
    }
  }
}
