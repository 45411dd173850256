import Foundation
import Raster
import Records
import Reports
import TestSupport
import Testing

/// The record of a scan whose first finding is a named defect and whose second one is a nuisance.
private func namedRecord(className: String = "particle", model: String = "m") -> InspectionRecord {
  var record = sampleRecord()
  for index in 0..<2 {
    let name = index == 0 ? className : "nuisance"
    record.findings[index].defectClass = name
    record.findings[index].classScores = [name: 0.9, "none": 0.1]
    var explanation = FindingExplanation(
      modelSha256: model, weightsSha256: "w", inputSha256: "i", goldenSha256: "g",
      crop: PixelRect(x: -40, y: -40, width: 128, height: 128), method: "gradient",
      stabiliser: 1e-6,
      start: .init(
        class: name, channel: 1, box: PixelRect(x: 1, y: 2, width: 3, height: 4), contenders: 3,
        amount: "score", normalised: true), layer: "deep",
      concepts: [
        .init(channel: 7, relevance: 0.6, share: 0.6 - 0.1 * Double(index), mainClass: className),
        .init(channel: 3, relevance: -0.2, share: -0.2, mainClass: nil),
      ], heatMapSha256: "h", given: 1, arrived: 0.75, absorbed: 0.25)
    explanation.goldenLayers = [
      .init(layer: className, share: 0.5), .init(layer: "b", share: -0.5),
    ]
    record.findings[index].explanation = explanation
  }
  return record
}

private func concepts(_ text: String = "particle", model: String = "m") -> ConceptSheets {
  let picture = Picture(planes: [Plane(width: 8, height: 8, filling: 0.5)])
  return ConceptSheets(
    model: FileRecord(path: "c.safetensors", sha256: model), layer: "deep",
    sheets: [
      .init(
        channel: 3, mainClass: nil, classes: [(text, -0.1)], references: [], strip: Data()),
      .init(
        channel: 7, mainClass: text, classes: [(text, 0.4), ("b", 0.1)],
        references: [("\(text).png #1", text)],
        strip: PictureStrip.jpeg([picture, picture], gap: 3)
      ),
    ])
}

private func report(_ record: InspectionRecord, _ text: String = "particle") -> Report {
  let side = ExplanationPictures.side
  let grey = Picture(planes: [Plane(width: side, height: side, filling: 0.5)])
  var report = sampleReport(record)
  report.concepts = concepts(text)
  report.explanations = record.findings.map {
    ExplanationPictures(
      id: $0.id, crop: PixelRect(x: 0, y: 0, width: 128, height: 128), scan: grey, golden: grey,
      difference: grey, heatMap: grey, concepts: [grey, grey])
  }
  return report
}

@Suite struct ExplanationPageTests {
  @Test func `a nuisance is kept, marked and not counted`() throws {
    let page = try report(namedRecord()).html()
    #expect(page.contains("<strong>1 finding</strong>"))
    #expect(page.contains("1 nuisance kept and not counted"))
    #expect(page.count(of: "class=\"row dark nuisance\"") == 1)
    #expect(page.count(of: "role=\"row\" id=\"f") == 2)
    #expect(page.contains("href=\"why/1.html\"") && page.contains("href=\"why/2.html\""))
    #expect(IndexEntry(record: namedRecord(), folder: "a").findings == 1)
  }

  @Test func `every finding that was explained gets a page with its concepts and the audit record`()
    throws
  {
    try withTemporaryFolder { folder in
      try report(namedRecord()).writeExplanations(into: folder)
      let why = folder.appending(path: "why")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: why.path).sorted() == [
          "1.html", "1.jpg", "2.html", "2.jpg", "concept-7.jpg", "concepts.json",
        ])
      let page = try String(contentsOf: why.appending(path: "1.html"), encoding: .utf8)
      #expect(page.contains("<h1>Finding 1: particle</h1>"))
      #expect(page.contains("90 % confidence") && page.contains("<b>60 %</b> for"))
      #expect(page.contains("<b>20 %</b> against"))
      #expect(page.contains("mostly <b>particle</b>, 80 %"))
      #expect(page.contains("It spoke for no training example."))
      #expect(page.contains("took up 25 %") && page.contains("makes the difference"))
      #expect(page.contains("href=\"2.html\"") && page.contains("../report.html#f1"))
      #expect(page.contains("../../concepts/7.html"))
      for hash in ["m", "w", "i", "g", "h"] { #expect(page.contains("<code>\(hash)</code>")) }
      #expect(page.count(of: "{{") == 0)
    }
  }

  @Test func `layers are told as CAD calls and paints them`() throws {
    try withTemporaryFolder { folder in
      var report = report(namedRecord())
      report.layerLooks = [
        LayerLook(layer: "particle", number: "1/0", name: "Si <full>", colour: "#ff80a8"),
        LayerLook(layer: "b", number: "2/0", colour: "red\">"),
      ]
      report.record.findings[0].layers = ["b", "c"]
      try report.writeExplanations(into: folder)
      let page = try String(contentsOf: folder.appending(path: "why/1.html"), encoding: .utf8)
      let swatch = "<i style=\"background:#ff80a8\"></i>"
      #expect(page.contains("\(swatch)particle<small>1/0 · Si &lt;full&gt;</small>"))
      #expect(page.count(of: "<span class=\"layer\">b<small>2/0</small></span>") == 2)
      #expect(page.contains("<span class=\"layer\">c</span>"))
    }
  }

  @Test func `what was measured stands beside the name, with the name that it would have without`()
    throws
  {
    try withTemporaryFolder { folder in
      var record = namedRecord()
      record.findings[0].explanation?.measured = .init(
        kind: "more layers than drawn", kindAdds: log(2.5),
        measures: [
          .init(name: "edge distance", value: 3.5, unit: "px", adds: -log(4)),
          .init(name: "layers more", value: 1, unit: "", adds: 0.5),
        ], classWithout: "residue", probabilityWithout: 0.62)
      #expect(try InspectionRecord(json: record.json()) == record)
      try report(record).writeExplanations(into: folder)
      let pages = try ["1", "2"].map {
        try String(contentsOf: folder.appending(path: "why/\($0).html"), encoding: .utf8)
      }
      for (name, value, odds) in [
        ("layers", "more layers than drawn", "2.50"), ("edge distance", "3.5 px", "0.25"),
        ("layers more", "1", "1.65"),
      ] {
        #expect(
          pages[0].contains(
            "<dt>\(name)</dt><dd>\(value)<small>odds × \(odds)</small></dd>"
          ))
      }
      #expect(pages[0].contains("it would be residue, 62 %"))
      #expect(!pages[1].contains("Measured here"))
    }
  }

  @Test func `names from outside are escaped on every page`() throws {
    let bad = "<script>x</script>\"&"
    try withTemporaryFolder { folder in
      var record = namedRecord(className: bad)
      record.findings[0].explanation?.measured = .init(
        kind: bad, kindAdds: 0, measures: [.init(name: bad, value: 1, unit: bad, adds: 1)],
        classWithout: bad, probabilityWithout: 1)
      try report(record, bad).writeExplanations(into: folder)
      try ConceptPages.add(record, concepts(bad), to: folder, folder: bad)
      for name in ["why/1.html", "concepts/7.html", "concepts/index.html"] {
        let page = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        #expect(page.count(of: "<script") == 0)
        #expect(page.contains("&lt;script&gt;x&lt;/script&gt;&quot;&amp;"))
      }
    }
  }

  @Test func `a concept's page tells where in the lot it mattered, each scan once`() throws {
    try withTemporaryFolder { folder in
      for name in ["die_1", "die_2", "die_1"] {
        try ConceptPages.add(namedRecord(), concepts(), to: folder, folder: name)
      }
      let file = folder.appending(path: "concepts/7.html")
      let page = try String(contentsOf: file, encoding: .utf8)
      #expect(page.contains("of 4 findings on 2 scans of this lot"))
      #expect(page.count(of: "href=\"../die_1/why/1.html\"") == 1)
      let (first, second) = (
        page.range(of: "../die_2/why/1.html"), page.range(of: "../die_1/why/2.html")
      )
      // The more relevant one comes first.
      #expect(try #require(first).lowerBound < #require(second).lowerBound)
      var gone = namedRecord()
      gone.findings = []
      try ConceptPages.add(gone, concepts(), to: folder, folder: "die_1")
      #expect(
        try String(contentsOf: file, encoding: .utf8).contains(
          "of 2 findings on 1 scan of this lot"))
      // Another model's concepts are others.
      try ConceptPages.add(
        namedRecord(model: "n"), concepts(model: "n"), to: folder, folder: "die_3")
      #expect(
        try String(contentsOf: file, encoding: .utf8).contains(
          "of 2 findings on 1 scan of this lot"))
      #expect(!(try String(contentsOf: file, encoding: .utf8)).contains("die_2"))
    }
  }

  @Test func `pages of concepts are made again, and without them from what scans keep`() throws {
    try withTemporaryFolder { folder in
      let files = FileManager.default
      let output = folder.appending(path: "out")
      var scans: [StoredScan] = []
      for name in ["L7/die_1", "L7/die_2"] {
        let place = output.appending(path: name)
        try files.createDirectory(at: place, withIntermediateDirectories: true)
        try report(namedRecord()).writeExplanations(into: place)
        try ConceptPages.add(
          namedRecord(), concepts(), to: output.appending(path: "L7"),
          folder: (name as NSString).lastPathComponent)
        scans.append(StoredScan(unrecorded: namedRecord(), folder: name))
      }
      let place = output.appending(path: "L7/concepts")
      func pages() throws -> [String: Data] {
        try Dictionary(
          uniqueKeysWithValues: files.contentsOfDirectory(atPath: place.path).map {
            ($0, try Data(contentsOf: place.appending(path: $0)))
          })
      }
      let before = try pages()
      for name in ["3.html", "7.html", "index.html"] {
        try files.removeItem(at: place.appending(path: name))
      }
      try ConceptPages.rewrite(for: scans, in: output, isAnew: true)
      #expect(try pages() == before)
      // One scan alone leaves what is told of the other.
      try ConceptPages.rewrite(for: [scans[0]], in: output, isAnew: false)
      #expect(try pages() == before)
      scans[1].record.findings = []
      try ConceptPages.rewrite(for: scans, in: output, isAnew: true)
      #expect(
        try String(contentsOf: place.appending(path: "7.html"), encoding: .utf8).contains(
          "of 2 findings on 1 scan of this lot"))
      try files.removeItem(at: place)
      scans[1].record = namedRecord()
      try ConceptPages.rewrite(for: scans, in: output, isAnew: true)
      #expect(try pages()["7.html"] == before["7.html"])
      // Where nothing is known, nothing is made.
      try ConceptPages.rewrite(
        for: scans, in: folder.appending(path: "elsewhere"), isAnew: true)
      #expect(!files.fileExists(atPath: folder.appending(path: "elsewhere").path))
    }
  }

  @Test func `relevance is red where it speaks for and blue where against`() {
    let grey = Picture(planes: [Plane(width: 3, height: 1, filling: 0.5)])
    let shown = RelevanceColours.picture(
      of: Plane(width: 3, height: 1, samples: [1, 0, -1]), over: grey)
    func colour(_ x: Int) -> [Float] { shown.planes.map { $0[x, 0] } }
    #expect(colour(0)[0] > colour(0)[2] + 0.3 && colour(2)[2] > colour(2)[0] + 0.3)
    #expect(colour(1)[0] == colour(1)[2])
  }
}
