import Foundation
import ImageFiles
import Raster
import Records
import Testing

@Suite struct RecordingTests {
  private static let defect = PixelRect(x: 300, y: 200, width: 9, height: 7)

  private func inspect(_ scans: String..., in scene: Scene, record: Bool = true) throws -> Run {
    try goldendie(
      ["inspect"] + scans + ["--recipe", "recipe.yaml", "--output", "out"]
        + (record ? ["--record"] : []), in: scene.folder)
  }

  @Test func `a run that records is known to the service, and both number what has one name`()
    throws
  {
    try withScene { scene in
      try FileManager.default.createDirectory(
        at: scene.file("inbox/L7"), withIntermediateDirectories: true)
      try PNGWriter.write(scene.scan(defect: Self.defect), path: scene.file("a.png").path)
      #expect(try inspect("a.png", in: scene).status == 0)
      #expect(scene.content(of: "out").contains("records.sqlite"))
      // The same content from the inbox is a copy, another of its name gets a folder of its own.
      try FileManager.default.copyItem(at: scene.file("a.png"), to: scene.file("inbox/a.png"))
      let run = try goldendie(
        "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--once", "--poll", "0.05",
        in: scene.folder)
      #expect(run.errors.contains("a.png is what a holds the result of"))
      try PNGWriter.write(scene.scan(number: 8), path: scene.file("a.png").path)
      // Records that are there are gone on with, asked for or not.
      #expect(try inspect("a.png", in: scene, record: false).output.contains("out/a-2/report.html"))
      #expect(try inspect("a.png", in: scene).output.contains("out/a-2/report.html"))
      let store = try SQLiteRecords(scene.file("out/records.sqlite"), make: false)
      #expect(try store.scans().map(\.folder) == ["a", "a-2"])
      #expect(try store.verify().fits)
      #expect(scene.content(of: "out").contains("lots/index.html"))
      // Without records each takes the place of the one before.
      let plain = try goldendie(
        "inspect", "a.png", "--recipe", "recipe.yaml", "--output", "plain", in: scene.folder)
      #expect(plain.status == 0 && !scene.content(of: "plain").contains("records.sqlite"))
    }
  }

  @Test func `several scans at once give what one after another does, in the order asked for`()
    throws
  {
    try withScene { scene in
      for number in 1...4 {
        try PNGWriter.write(
          scene.scan(defect: number % 2 == 0 ? Self.defect : nil, number: UInt32(number)),
          path: scene.file("s\(number).png").path)
      }
      // One is no picture, one is a copy of another that is inspected just then.
      try scene.write("s5.png", "no picture")
      try FileManager.default.copyItem(at: scene.file("s1.png"), to: scene.file("s6.png"))
      func told(_ workers: Int, record: Bool) throws -> [[String]] {
        let output = "out\(workers)\(record)"
        let run = try goldendie(
          ["inspect"] + (1...6).map { "s\($0).png" }
            + ["--recipe", "recipe.yaml", "--output", output, "--json", "--workers", "\(workers)"]
            + (record ? ["--record"] : []), in: scene.folder)
        #expect(run.status == 65)
        let found = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(found as? [[String: Any]]).map { scan in
          ["scan", "verdict", "findings", "score", "reason"].map { "\(scan[$0] ?? "")" }
        }
      }
      let one = try told(1, record: false)
      #expect(one.map { $0[0] } == (1...6).map { "s\($0).png" })
      #expect(one.map { $0[1] }.filter { $0 == "failed" }.count == 1 && one[1][2] == "1")
      #expect(try told(3, record: false) == one)
      // On record a copy is the result of what it is a copy of, told by the name that was recorded.
      let recorded = try told(6, record: true)
      #expect(recorded.map { Array($0[1...3]) } == one.map { Array($0[1...3]) })
      let store = try SQLiteRecords(scene.file("out6true/records.sqlite"), make: false)
      #expect(try store.scans().count == 4)
    }
  }

  @Test func `a decision is kept with what was before, shows on the lot's page, and is listed`()
    throws
  {
    try withScene { scene in
      try PNGWriter.write(scene.scan(defect: Self.defect), path: scene.file("a.png").path)
      try scene.write("a.json", #"{"lot": "L7", "wafer": "W1", "die": [0, 0]}"#)
      _ = try inspect("a.png", in: scene)
      func page() throws -> String {
        try String(contentsOf: scene.file("out/lots/wafer-L7-W1.html"), encoding: .utf8)
      }
      #expect(try page().contains("<dt>Findings</dt><dd><b>1</b></dd>"))
      func decide(_ words: String...) throws -> Run {
        try goldendie(["decide", "out/a"] + words, in: scene.folder)
      }
      #expect(try decide().output == "no decisions\n")
      let first = try decide(
        "--finding", "1", "--reclassify", "particle", "--who", "ada", "--why", "round")
      #expect(first.status == 0, "\(first.errors)")
      #expect(
        first.output.hasSuffix(
          "finding 1  reclassify by ada (open → open particle): round\n"))
      #expect(
        try decide("--finding", "1", "--waive", "--who", "ada").output
          .contains("(open particle → waived particle)"))
      #expect(
        try decide("--finding", "1", "--waive", "--who", "eve").output
          == "finding 1 stood so already\n")
      let listed = try decide("--finding", "1", "--json")
      let list = try JSONSerialization.jsonObject(with: Data(listed.output.utf8))
      #expect((list as? [[String: Any]])?.map { $0["kind"] as? String } == ["reclassify", "waive"])
      #expect(try page().contains("<dd><b>0</b></dd><dd class=\"note\">1 waived</dd>"))
      #expect(try goldendie("audit", "verify", "out", in: scene.folder).status == 0)
      let before = try page()
      #expect(try goldendie("report", "out", in: scene.folder).status == 0)
      #expect(try page() == before)

      for (words, status) in [
        (["--finding", "2", "--confirm", "--who", "ada"], 65),
        (["--finding", "1", "--confirm"], 64),
        (["--finding", "1", "--confirm", "--waive", "--who", "ada"], 64),
        (["--confirm", "--who", "ada"], 64),
        (["--finding", "1", "--comment", " ", "--who", "a"], 64),
      ] {
        let run = try goldendie(["decide", "out/a"] + words, in: scene.folder)
        #expect(run.status == Int32(status) && run.errorLines.count == 1)
      }
      let gone = try goldendie("decide", "out/b", "--finding", "1", in: scene.folder)
      #expect(gone.status == 66 && gone.errors.contains("out/b"))
      let other = try goldendie("decide", "out/lots", in: scene.folder)
      #expect(other.status == 66 && other.errors.contains("tell of no such scan"))
    }
  }

  @Test func `a classifier learns from decisions on record, wherever the service put the scan`()
    throws
  {
    try withScene { scene in
      try FileManager.default.createDirectory(
        at: scene.file("inbox/L7"), withIntermediateDirectories: true)
      for number in 0..<2 {
        try PNGWriter.write(
          scene.scan(defect: Self.defect, number: UInt32(number)),
          path: scene.file("inbox/L7/s\(number).png").path)
      }
      let watch = try goldendie(
        "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--once", "--poll", "0.05",
        in: scene.folder)
      #expect(watch.status == 0, "\(watch.errors)")
      let train = [
        "train", "classifier", "--dataset", "out", "--output", "m.safetensors", "--steps", "2",
        "--batch", "1", "--patch", "64",
      ]
      let undecided = try goldendie(train, in: scene.folder)
      #expect(undecided.status == 65 && undecided.errors.contains("no finding that was confirmed"))
      for number in 0..<2 {
        let run = try goldendie(
          "decide", "out/L7/s\(number)", "--finding", "1", "--reclassify", "particle", "--who",
          "ada", in: scene.folder)
        #expect(run.status == 0, "\(run.errors)")
      }
      let learnt = try goldendie(train, in: scene.folder)
      #expect(learnt.status == 0, "\(learnt.errors)")
      #expect(scene.content(of: "").contains("m.safetensors"))
    }
  }
}
