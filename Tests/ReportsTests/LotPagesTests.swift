import Foundation
import Raster
import Records
import Reports
import TestSupport
import Testing

@Suite struct LotPagesTests {
  @Test func `a lot has a page, and so has each wafer`() throws {
    try withPages(lotScans(wafers: 2, dies: 4, findings: 3)) { folder in
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
          "index.html", "lot-L7.html", "wafer-L7-W0.html", "wafer-L7-W1.html",
        ])
      let wafer = try text("wafer-L7-W0.html", in: folder)
      // Four dies, of which the first is clean; two products a die.
      #expect(wafer.contains("25.0 %</b>") && wafer.contains("1 of 4 inspected"))
      #expect(wafer.contains("<th scope=\"row\">A</th><td class=\"n\">1 of 4</td>"))
      #expect(wafer.contains("<th scope=\"row\">B</th><td class=\"n\">4 of 4</td>"))
      #expect(wafer.count(of: "class=\"dot ") == 9)
      // The first finding lies at one place in three dies, the others nowhere twice.
      #expect(wafer.contains("<td class=\"n\">3</td><td>1, 0; 0, 1; 1, 1</td>"))
      #expect(wafer.contains("No place was inspected more than once."))
      #expect(wafer.contains("class=\"notch\""))
      let lot = try text("lot-L7.html", in: folder)
      #expect(lot.contains("Trend over wafers") && lot.count(of: "class=\"map\"") == 2)
    }
  }

  @Test func `what comes from outside is text, and no address leaves the folder`() throws {
    var scans = lotScans(wafers: 1, dies: 2, findings: 1)
    for index in scans.indices {
      (scans[index].record.scan.lot, scans[index].record.scan.wafer) = ("../<b>'\"", "<i>/..")
      scans[index].record.device = "<script>alert(1)</script>"
      scans[index].folder = "a\"b <c>/\(index)"
    }
    try withPages(scans) { folder in
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.count == 3)
      for name in names {
        let page = try text(name, in: folder)
        #expect(!page.contains("<b>'") && !page.contains("<script>alert") && !page.contains("<c>"))
      }
    }
  }

  @Test func `a place that was inspected again tells what was added`() throws {
    var scans = lotScans(wafers: 1, dies: 1, findings: 4, first: 1)
    var later = scans[0]
    (later.key, later.record.scan.takenAt) = ("later", "2026-03-02T08:00:00Z")
    scans[0].record.findings.removeLast(3)
    later.record.findings.removeFirst(1)
    try withPages([later, scans[0]]) { folder in
      let page = try text("wafer-L7-W0.html", in: folder)
      #expect(page.contains("<b>3</b> findings lie where"))
    }
  }

  @Test func `waived findings don't count`() throws {
    var scans = lotScans(wafers: 1, dies: 2, findings: 1, first: 0)
    scans[1].decisions = scans[1].record.findings.map {
      Decision(
        finding: $0.id, kind: .waive, who: "ada", time: "", why: "", old: FindingState(),
        new: FindingState(status: .waived))
    }
    try withPages(scans) { folder in
      let page = try text("wafer-L7-W0.html", in: folder)
      #expect(page.contains("1 of 2 inspected"))
    }
  }

  // Kept where GOLDENDIE_PAGES says, to be looked at and timed in a browser.
  @Test func `two thousand findings make pages of a size that opens`() throws {
    try withPages(lotScans(wafers: 4, dies: 26, findings: 20)) { folder in
      let page = try text("lot-L7.html", in: folder)
      #expect(page.utf8.count < 2_000_000)
      guard let place = ProcessInfo.processInfo.environment["GOLDENDIE_PAGES"] else { return }
      try? FileManager.default.removeItem(atPath: place)
      try FileManager.default.copyItem(
        atPath: folder.deletingLastPathComponent().path, toPath: place)
    }
  }

  private func text(_ name: String, in folder: URL) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }
}

/// Scans of dies in rows, with findings of which the first lies at the same place in all.
private func lotScans(
  wafers: Int, dies: Int, findings: Int, first clean: Int = 1
) -> [StoredScan] {
  let columns = max(2, Int(Double(dies).squareRoot().rounded(.up)))
  let frame = WaferFrame(
    cell: "TOP", diameterUm: 1000 * Double(columns + 3), pitchUm: Point(x: 1000, y: 1000),
    originUm: Point(x: -Double(columns) * 500, y: -Double(columns) * 500),
    cornerUm: Point(x: 0, y: 0), notch: .right,
    sites: [
      .init(name: "A", box: Box(low: Point(x: 50, y: 50), high: Point(x: 950, y: 480))),
      .init(name: "B", box: Box(low: Point(x: 50, y: 520), high: Point(x: 950, y: 950))),
    ])
  return (0..<wafers).flatMap { wafer in
    (0..<dies).map { die in
      var record = sampleRecord(path: "inbox/w\(wafer)_d\(die).png", findings: 0)
      (record.scan.lot, record.scan.wafer) = ("L7", "W\(wafer)")
      record.scan.die = [die % columns, die / columns]
      record.scan.takenAt = "2026-03-01T08:00:00Z"
      (record.scan.width, record.scan.height) = (2000, 2000)
      record.inspectedBox = PixelRect(x: 0, y: 0, width: 2000, height: 2000)
      record.inspectedMpx = 4
      record.registration?.layoutToScan = [[2, 0, 0], [0, -2, 2000]]
      // The clean ones come first.
      let count = die < clean && dies > 1 ? 0 : findings
      record.findings = (0..<count).map { index in
        let place =
          index == 0
          ? Point(x: 300.5, y: 200)
          : Point(
            x: Double(60 + (index * 37 + die * 101 + wafer * 211) % 880),
            y: Double(60 + (index * 53 + die * 7) % 400))
        let box = PixelRect(
          x: Int(2 * place.x) - 2, y: 2000 - Int(2 * place.y) - 2, width: 4, height: 4)
        var finding = FindingRecord(
          id: index + 1, box: box, areaPx: 12, layoutUm: place, die: record.scan.die,
          polarity: index % 2 == 0 ? .bright : .dark, score: 9 + Double(index), contrast: 30,
          mask: RunLengthMask(box: box, width: 2000, height: 2000) { _, _ in true },
          layers: ["ridge"])
        finding.defectClass = ["particle", "scratch", nil][index % 3]
        return finding
      }
      return StoredScan(
        key: "\(wafer)-\(die)", folder: "L7/w\(wafer)_d\(die)", time: "2026-03-01T12:00:00.000Z",
        record: record, frame: frame)
    }
  }
}

/// Writes the pages of scans, with a picture for each finding, and looks at their folder.
private func withPages(_ scans: [StoredScan], _ body: (URL) throws -> Void) throws {
  try withTemporaryFolder { folder in
    try LotPages.write(scans, output: folder)
    if ProcessInfo.processInfo.environment["GOLDENDIE_PAGES"] != nil {
      for scan in scans {
        let report = sampleReport(scan.record)
        try FileManager.default.createDirectory(
          at: folder.appending(path: scan.folder), withIntermediateDirectories: true)
        try report.writePictures(into: folder.appending(path: scan.folder))
      }
    }
    try body(folder.appending(path: LotPages.folderName))
  }
}
