import Foundation
import ImageFiles
import Raster
import Testing

@Suite struct CalibrateTests {
  @Test func `clean scans are learnt, then defects found, and another golden is refused`() throws {
    try withScene { scene in
      // A link to the folder of scans is as good as the folder.
      try FileManager.default.createDirectory(
        at: scene.file("clean"), withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(
        at: scene.file("link"), withDestinationURL: scene.file("clean"))
      for name in ["a.png", "b.png"] {
        try PNGWriter.write(scene.scan(), path: scene.file("clean/\(name)").path)
      }
      let run = try goldendie(
        "calibrate", "--recipe", "recipe.yaml", "--scans", "link", "--output", "c.json",
        in: scene.folder)
      #expect(run.status == 0 && run.errors == "", "\(run.errors)")
      #expect(run.output.hasPrefix("learnt from 2 scans, 0.5 Mpx\n"))
      #expect(run.output.contains("(3/N, 95 %)"))

      try scene.write(
        "calibrated.yaml", Scene.recipe + "\nmatching: {calibration: c.json, search: 20px}\n")
      let defect = PixelRect(x: 300, y: 200, width: 9, height: 7)
      try PNGWriter.write(scene.scan(defect: defect), path: scene.file("bad.png").path)
      try PNGWriter.write(scene.scan(), path: scene.file("good.png").path)
      let found = try goldendie(
        "inspect", "bad.png", "good.png", "--recipe", "calibrated.yaml", "--output", "out",
        "--json", in: scene.folder)
      #expect(found.status == 0, "\(found.errors)")
      let record = try JSONSerialization.jsonObject(
        with: Data(contentsOf: scene.file("out/bad/findings.json")))
      let findings = try #require((record as? [String: Any])?["findings"] as? [[String: Any]])
      let box = try #require(findings.first?["box"] as? [String: Int])
      let (x, y) = (try #require(box["x"]), try #require(box["y"]))
      #expect(abs(x - 300) <= 3 && abs(y - 200) <= 3)

      try scene.write(
        "other.yaml",
        Scene.recipe + "\ngolden: {baseline: tree}\nmatching: {calibration: c.json}\n")
      let refused = try goldendie(
        "inspect", "bad.png", "--recipe", "other.yaml", "--output", "out2", in: scene.folder)
      #expect(refused.status == 65 && refused.errorLines.count == 1)
      #expect(refused.errors.contains("was made with another golden, table"))
      try scene.write("c.json", "{}")
      let damaged = try goldendie(
        "inspect", "bad.png", "--recipe", "calibrated.yaml", "--output", "out2", in: scene.folder)
      #expect(damaged.status == 65 && damaged.errors.contains("is no calibration"))
      // The recipe that names it is the one to make it anew by.
      let anew = try goldendie(
        "calibrate", "--recipe", "calibrated.yaml", "--scans", "link", "--output", "c.json",
        in: scene.folder)
      #expect(anew.status == 0, "\(anew.errors)")
      let again = try goldendie(
        "inspect", "bad.png", "--recipe", "calibrated.yaml", "--output", "out2", in: scene.folder)
      #expect(again.status == 0, "\(again.errors)")
    }
  }

  @Test func `defects known from a truth are judged, as a table, as JSON and as a page`() throws {
    try withScene { scene in
      try FileManager.default.createDirectory(
        at: scene.file("scans"), withIntermediateDirectories: false)
      let defect = PixelRect(x: 300, y: 200, width: 9, height: 7)
      for name in ["a.png", "b.png"] {
        try PNGWriter.write(scene.scan(), path: scene.file("scans/\(name)").path)
      }
      try PNGWriter.write(scene.scan(defect: defect), path: scene.file("scans/c.png").path)
      try scene.write(
        "truth.json",
        """
        {"scans": {"a.png": {"defects": []}, "b.png": {"defects": []}, "c.png": {"defects": [{"class": "particle",
        "contrast": 80, "area_px": 63, "box": {"x": 300, "y": 200, "width": 9, "height": 7}}]}}}
        """)
      let run = try goldendie(
        "evaluate", "--recipe", "recipe.yaml", "--scans", "scans", "--truth", "truth.json",
        "--kinds", "golden", "without-band", "--output", "told", "--json", in: scene.folder)
      #expect(run.status == 0, "\(run.errors)")
      let record = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
      let entries = try #require((record as? [String: Any])?["entries"] as? [[String: Any]])
      #expect(entries.map { $0["name"] as? String } == ["golden", "without-band"])
      let groups = try #require(entries[0]["groups"] as? [[String: Any]])
      let plain = try #require(groups.first { $0["name"] as? String == "plain" })
      let recalls = try #require(plain["recalls"] as? [[String: Any]])
      #expect(recalls.first?["recall"] as? Double == 1)
      #expect(scene.content(of: "told") == ["matching.json", "report.html"])
      let missing = try goldendie(
        "evaluate", "--recipe", "recipe.yaml", "--scans", "scans", "--truth", "none.json",
        in: scene.folder)
      #expect(missing.status == 66 && missing.errorLines.count == 1)
    }
  }

  @Test func `defects put into photographs are judged, whole and stage by stage`() throws {
    try withScene { scene in
      try FileManager.default.createDirectory(
        at: scene.file("photographs"), withIntermediateDirectories: false)
      for (number, name) in ["a.png", "b.png", "c.png"].enumerated() {
        try PNGWriter.write(
          scene.scan(number: UInt32(7 + number)), path: scene.file("photographs/\(name)").path)
      }
      let run = try goldendie(
        "simulate", "defects", "--recipe", "recipe.yaml", "--scans", "photographs", "--clean",
        "a", "b", "--output", "marred", "--seed", "3", "--defects-per-scan", "6", in: scene.folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        scene.content(of: "marred") == [
          "scans", "scans/a.png", "scans/b.png", "scans/c.png", "truth.json",
        ])
      let judged = try goldendie(
        "evaluate", "--recipe", "recipe.yaml", "--scans", "marred/scans", "--truth",
        "marred/truth.json", "--ablation", "--output", "told", "--json", in: scene.folder)
      #expect(judged.status == 0, "\(judged.errors)")
      let record = try JSONSerialization.jsonObject(with: Data(judged.output.utf8))
      let entries = try #require((record as? [String: Any])?["entries"] as? [[String: Any]])
      let names = entries.compactMap { $0["name"] as? String }
      #expect(names.first == "recipe" && names.contains("without-band"))
      // No other dies, no colour, nothing painted: such stages have nothing to be left out.
      #expect(
        !names.contains { ["without-place", "without-colour", "without-placement"].contains($0) })
      let groups = try #require(entries[0]["groups"] as? [[String: Any]])
      let all = try #require(groups.first { $0["name"] as? String == "all" })
      #expect((all["defects"] as? Int ?? 0) >= 3)
      let page = try String(contentsOf: scene.file("told/report.html"), encoding: .utf8)
      #expect(page.contains("What each stage is worth"))

      let again = try goldendie(
        "simulate", "defects", "--recipe", "recipe.yaml", "--scans", "photographs", "--output",
        "marred", "--seed", "3", in: scene.folder)
      #expect(again.status == 65 && again.errors.contains("nothing is overwritten"))
    }
  }
}
