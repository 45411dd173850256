import Foundation
import Raster
import Records
import Reports
import TestSupport
import Testing

@Suite struct FindingExportTests {
  @Test func `decisions come back from markers`() throws {
    try withScans { store, folder in
      let file = folder.appending(path: "f.lyrdb")
      let text = String(decoding: export(store, folder).markers().data, as: UTF8.self)
      // As KLayout saves it once a person has tagged it.
      let edited = text.replacing(
        "<tags></tags>", with: "<tags>#mine,waived</tags>", maxReplacements: 1
      )
      .replacing(
        "<comment></comment>", with: "<comment>dust &amp; hair</comment>", maxReplacements: 1
      )
      .replacing(
        "<category>'unclassified'", with: "<category>'it\\'s &lt;new&gt;'", maxReplacements: 1)
      try Data(edited.utf8).write(to: file)
      let found = try DecisionImport(file, store: store, who: "ada", why: "seen")
      #expect(found.requests.map(\.kind) == [.reclassify, .waive, .comment])
      #expect(found.requests[0].newClass == "it's <new>" && found.requests[2].why == "dust & hair")
      for request in found.requests { #expect(try store.decide(request, at: Date()) != nil) }
      // What was decided is in the next export, and no decision when read back.
      let again = export(store, folder).markers().data
      try again.write(to: file)
      let nothing = try DecisionImport(file, store: store, who: "ada", why: "")
      #expect(nothing.requests.isEmpty && nothing.strangers == 0)
    }
  }

  @Test(arguments: [KLARFFile.Version.v1_2, .v1_8])
  func `decisions come back from KLARF`(version: KLARFFile.Version) throws {
    try withScans { store, folder in
      let written = try export(store, folder).klarf(version)
      #expect(written.leftOut == 0 && written.files.count == 1)
      var file = written.files[0].file
      #expect(file.wafers.map(\.defects.count) == [2])
      let defect = file.wafers[0].defects[1]
      #expect(defect.column == 1 && defect.row == -1 && defect.x == 1 && defect.y == 2)
      #expect(defect.width == 1.5 && defect.area == 1.5)
      file.wafers[0].classes[7] = "scratch"
      file.wafers[0].defects[1].classNumber = 7
      file.wafers[0].defects[0].bin = 1
      let place = folder.appending(path: "f.klarf")
      try file.data.write(to: place)
      let found = try DecisionImport(place, store: store, who: "ada", why: "seen")
      #expect(found.requests.map(\.kind) == [.confirm, .reclassify])
      #expect(found.requests[1].newClass == "scratch")
      for request in found.requests { #expect(try store.decide(request, at: Date()) != nil) }
      #expect(try DecisionImport(place, store: store, who: "ada", why: "").requests.isEmpty)
    }
  }

  @Test func `a table has a row a finding, and no formulas`() throws {
    try withScans { store, folder in
      var scans = try store.scans()
      scans[0].folder = "=1+1,\"x\""
      let text = String(
        decoding: FindingExport(of: scans, output: folder, place: folder, program: "p").csv(),
        as: UTF8.self)
      #expect(text.count(of: "\r\n") == 3)
      #expect(text.contains("\r\n\"'=1+1,\"\"x\"\"\",L7,W1,0,-1,1,"))
    }
  }

  @Test func `COCO masks fill their boxes`() throws {
    try withScans { store, folder in
      let json = try JSONValue(parsing: export(store, folder).coco().dropLast())
      guard case .list(let annotations)? = json["annotations"] else {
        Issue.record("no annotations")
        return
      }
      #expect(annotations.count == 2)
      #expect(annotations[0]["bbox"] == .list([4, 6, 3, 2].map(JSONValue.integer)))
      #expect(annotations[0]["segmentation"]?["size"] == .list([30, 40].map(JSONValue.integer)))
    }
  }

  private func export(_ store: SQLiteRecords, _ folder: URL) -> FindingExport {
    FindingExport(
      of: (try? store.scans()) ?? [], output: folder, place: folder, program: "p")
  }

  private func withScans(_ body: (SQLiteRecords, URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let store = try SQLiteRecords(folder.appending(path: "r.sqlite"))
      for die in 0..<2 { _ = try store.add(sampleResult(die: die), at: Date()) }
      try body(store, folder)
    }
  }
}
