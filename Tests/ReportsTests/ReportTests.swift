import Foundation
import Raster
import Records
import Reports
import TestSupport
import Testing

@Suite struct ReportTests {
  @Test(arguments: [
    sampleRecord(), sampleRecord(findings: 0), refusedRecord(),
  ])
  func `a page needs nothing beside it`(record: InspectionRecord) throws {
    let page = try sampleReport(record).html()
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    #expect(page.count(of: "http:") + page.count(of: "https:") + page.count(of: "@import") == 0)
    for attribute in ["src=\"", "href=\"", "url("] {
      for part in page.components(separatedBy: attribute).dropFirst() {
        #expect(part.hasPrefix("data:") || part.hasPrefix("#"))
      }
    }
    #expect(page.count(of: "{{") == 0)
  }

  @Test func `what comes from outside is escaped`() throws {
    let bad = "<script>alert('x')</script>\"&"
    // A quote with a combining accent is one character, but ends an attribute all the same.
    let sly = "\"\u{301} onload=evil()"
    var record = sampleRecord(path: "in/\(bad)\(sly).tif", device: bad + sly)
    (record.scan.lot, record.scan.wafer, record.scan.slot) = (bad, sly, bad)
    record.scan.takenAt = bad
    record.program = bad
    record.recipe = FileRecord(path: sly + bad, sha256: sly + bad)
    record.golden = GoldenRecord(kind: bad, file: FileRecord(path: bad, sha256: sly))
    record.findings[0].layers = [bad, sly]
    record.findings[0].defectClass = bad + sly
    let page = try sampleReport(record).html()
    let plain = try sampleReport(sampleRecord()).html()
    #expect(page.count(of: "<script") == plain.count(of: "<script"))
    #expect(page.unicodeScalars.count > plain.unicodeScalars.count)
    #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"))
    let scalars = Array(page.unicodeScalars)
    #expect(!zip(scalars, scalars.dropFirst()).contains { $0 == "\"" && $1 == "\u{301}" })
    let reason = try sampleReport(refusedRecord(reason: bad)).html()
    #expect(reason.count(of: "<script") == plain.count(of: "<script"))
  }

  @Test func `layers under a finding have their names and colours from CAD`() throws {
    var report = sampleReport(sampleRecord())
    report.layerLooks = [
      LayerLook(layer: "ridge", number: "1/0", name: "Si <full>", colour: "#ff80a8")
    ]
    let page = try report.html()
    #expect(
      page.contains(
        "<span title=\"1/0 · Si &lt;full&gt;\"><i style=\"background:#ff80a8\"></i>ridge"))
    try withTemporaryFolder { folder in
      try report.writePictures(into: folder)
      #expect(try Report(report.record, picturesIn: folder).layerLooks == report.layerLooks)
    }
    report.layerLooks[0].colour = "red;x:url(y)"
    report.layerLooks[0].name = nil
    #expect(try report.html().contains("<span title=\"1/0\">ridge"))
  }

  @Test func `an inspected scan shows its findings on the map and in the table`() throws {
    let page = try sampleReport(sampleRecord()).html()
    #expect(page.contains("<strong>2 findings</strong>"))
    #expect(page.count(of: "class=\"box bright\"") == 1)
    #expect(page.count(of: "class=\"box dark\"") == 1)
    #expect(page.contains("data-box=\"20 10 5 4\""))
    #expect(page.count(of: "role=\"row\" id=\"f") == 2)
    #expect(page.count(of: "class=\"crop\"") == 6)
    // The window is 9×8 pixels with the 3×2 box in its middle.
    #expect(page.contains("--t:37.5%;--r:33.3333%;--b:37.5%;--l:33.3333%"))
    #expect(page.contains("flagged from ±5.0."))
    #expect(page.contains("+2.000, −1.000 µm"))
    #expect(page.contains("data-back=\"0.5 "))
    #expect(page.contains(">+30.0<") && page.contains(">−30.0<"))
    // 6 pixels of 0.5 µm.
    #expect(page.contains(">6<small>1.50 µm²</small>"))
  }

  @Test func `a scan without findings says so and has no table`() throws {
    let page = try sampleReport(sampleRecord(findings: 0)).html()
    #expect(page.contains("<strong>No findings</strong>"))
    #expect(!page.contains("role=\"table\"") && !page.contains("class=\"box "))
  }

  @Test func `a scan that is not inspectable shows the reason and is never called clean`() throws {
    let page = try sampleReport(refusedRecord(reason: "the picture is blank")).html()
    #expect(page.contains("<strong>Not inspectable</strong>"))
    #expect(page.contains("the picture is blank"))
    #expect(!page.contains("No findings") && !page.contains("<b>0</b></dd>"))
    #expect(!page.contains("id=\"v-golden\"") && !page.contains("id=\"v-difference\""))
    #expect(page.contains("id=\"p-scan\""))
  }

  @Test(arguments: [
    (
      Ambiguity(axis: "x", periodUm: 0.31, periodPx: 62),
      "Known only up to its 0.310 µm pitch along x."
    ),
    (
      Ambiguity(axis: "y", periodUm: nil, periodPx: 62),
      "Known only up to its 62.0 px pitch along y."
    ),
    (
      Ambiguity(axis: "y", periodUm: nil, periodPx: 0),
      "Not known along y: nothing changes along it in this field."
    ),
  ])
  func `what is not known of the place is said in words`(ambiguity: Ambiguity, words: String) throws
  {
    var record = sampleRecord()
    record.registration?.ambiguousAlong = [ambiguity]
    #expect(try sampleReport(record).html().contains(words))
    #expect(try !sampleReport(sampleRecord()).html().contains(words))
  }

  @Test func `without a scale there is no bar and no area in µm`() throws {
    var record = sampleRecord()
    record.registration?.pixelSizeUm = nil
    let page = try sampleReport(record).html()
    #expect(!page.contains("class=\"scale\"") && !page.contains("µm²"))
    #expect(try sampleReport(sampleRecord()).html().contains("class=\"scale\""))
  }

  @Test func `a page of very many findings has their pictures beside it, and rows that wait`()
    throws
  {
    var record = sampleRecord(findings: 1)
    let finding = try #require(record.findings.first)
    record.findings = (1...250).map {
      var next = finding
      next.id = $0
      next.defectClass = "</noscript><script>alert(1)</script>"
      return next
    }
    var report = sampleReport(record)
    let pictures = try #require(report.findings.first)
    report.findings = record.findings.map {
      var next = pictures
      next.id = $0.id
      return next
    }
    let page = try report.html()
    #expect(page.count(of: "role=\"row\" id=\"f") == 250)
    #expect(
      page.count(of: "src=\"pictures/") == 750 && page.contains("src=\"pictures/250-golden.jpg\""))
    #expect(page.count(of: "<noscript") == 1 && page.count(of: "</noscript>") == 1)
    let first = page.components(separatedBy: "<noscript")[0]
    #expect(first.count(of: "role=\"row\" id=\"f") == 100)
  }

  @Test func `a finding without pictures is listed all the same`() throws {
    var report = sampleReport(sampleRecord())
    report.findings.removeFirst()
    let page = try report.html()
    #expect(page.count(of: "role=\"row\" id=\"f") == 2)
    #expect(page.count(of: "class=\"crop\"") == 3)
  }

  @Test func `a folder gets the record and the page, and the same again`() throws {
    try withTemporaryFolder { folder in
      let report = sampleReport(sampleRecord())
      try report.write(into: folder)
      let record = folder.appending(path: "findings.json")
      let page = folder.appending(path: "report.html")
      #expect(try InspectionRecord(json: Data(contentsOf: record)) == report.record)
      let first = try Data(contentsOf: page)
      try report.write(into: folder)
      #expect(try Data(contentsOf: page) == first)
    }
  }
}
