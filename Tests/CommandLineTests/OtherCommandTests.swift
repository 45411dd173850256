import Foundation
import ImageFiles
import Raster
import Testing

@Suite struct OtherCommandTests {
  @Test func `layout info tells what is drawn`() throws {
    try withScene { scene in
      let run = try goldendie("layout", "info", "layout.gds", "--json", in: scene.folder)
      #expect(run.status == 0 && run.errors == "")
      let info = try object(run.output)
      #expect(Set(info.keys) == ["format", "top_cells", "dbu_um", "bbox_um", "layers"])
      #expect(info["top_cells"] as? [String] == ["TOP"])
      #expect(info["bbox_um"] as? [Double] == [0, 0, 60, 45])
      let layers = try #require(info["layers"] as? [[String: Any]])
      #expect(layers.allSatisfy { Set($0.keys) == ["layer", "datatype", "shapes", "area_um2"] })
      #expect(layers.map { $0["shapes"] as? Int } == [12, 1])
      #expect(layers[1]["area_um2"] as? Double == 2700)
    }
  }

  @Test(arguments: [("g.png", ImageFormat.png), ("g.tif", .tiff)])
  func `a golden has the size of its region`(name: String, format: ImageFormat) throws {
    try withScene { scene in
      let run = try goldendie(
        "golden", "--recipe", "recipe.yaml", "--region", "-5,3.5,20,10.01", "--pixel-size", "0.25",
        "--output", name, in: scene.folder)
      #expect(run.status == 0 && run.errorLines.count == 1)
      #expect(run.errors.contains("nominal"))
      let image = try ImageFile(path: scene.file(name).path)
      #expect(image.format == format)
      #expect((image.width, image.height) == (80, 41))
      #expect(image.pixelSizeUm.map { abs($0 - 0.25) < 1e-4 } == true)
    }
  }

  @Test func `layers are told by their names and colours in CAD`() throws {
    try withScene { scene in
      let entry = """
        <properties><name>Metal 1</name><fill-color>#ff80a8</fill-color><source>1/0@1</source></properties>
        <properties><name>Die</name><source>2/0@1</source></properties>
        """
      try scene.write("scene.lyp", "<layer-properties>\(entry)</layer-properties>")
      let layout = "layout: {file: layout.gds, styles: scene.lyp, layers: {metal: 1/0}}"
      let scan = "\nscan: {pixel_size_um: 0.1}\n"
      try scene.write("recipe.yaml", layout + scan)
      let golden = try goldendie(
        "golden", "--recipe", "recipe.yaml", "--region", "0,0,20,10", "--output", "g.png",
        in: scene.folder)
      #expect(golden.status == 0)
      let lines = golden.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(lines.last == ["metal", "1/0", "Metal", "1", "#ff80a8"])

      try PNGWriter.write(
        scene.scan(defect: PixelRect(x: 142, y: 300, width: 14, height: 11)),
        path: scene.file("bad.png").path)
      let inspected = try goldendie(
        "inspect", "bad.png", "--recipe", "recipe.yaml", "--output", "out", in: scene.folder)
      #expect(inspected.status == 0)
      let page = try String(contentsOf: scene.file("out/bad/report.html"), encoding: .utf8)
      let record = try String(contentsOf: scene.file("out/bad/findings.json"), encoding: .utf8)
      let isOnMetal = record.contains("\"metal\"")
      #expect(page.contains("background:#ff80a8") == isOnMetal)
      #expect(page.contains("title=\"1/0 · Metal 1\"") == isOnMetal)

      let info = try goldendie(
        "layout", "info", "layout.gds", "--styles", "scene.lyp", in: scene.folder)
      #expect(info.output.contains("Metal 1") && info.output.contains("Die"))

      try scene.write("recipe.yaml", layout.replacing("1/0", with: "9/0") + scan)
      let wrong = try goldendie(
        "golden", "--recipe", "recipe.yaml", "--region", "0,0,20,10", "--output", "g.png",
        in: scene.folder)
      #expect(wrong.status == 65)
      #expect(wrong.errors.contains("it has 1/0 (Metal 1), 2/0 (Die)"))
    }
  }

  @Test func `a golden that finds no room leaves the one before`() throws {
    try withScene { scene in
      for name in ["g.png", "g.tif"] {
        try scene.write(name, "the one before")
        let run = try goldendie(
          ["golden", "--recipe", "recipe.yaml", "--region", "0,0,60,45", "--output", name]
            + ["--pixel-size", "0.02"], blocks: 4, in: scene.folder)
        #expect(run.status == 75)
        #expect(run.errorLines == ["goldendie: \(name): cannot be written: file too large"])
        #expect(try String(contentsOf: scene.file(name), encoding: .utf8) == "the one before")
      }
      #expect(scene.content(of: "") == ["g.png", "g.tif", "layout.gds", "recipe.yaml"])
    }
  }

  @Test func `a golden from the cache is the same file`() throws {
    try withScene { scene in
      func paint(_ name: String, _ region: String, _ more: String...) throws -> Data {
        let run = try goldendie(
          ["golden", "--recipe", "recipe.yaml", "--region", region, "--output", name] + more,
          in: scene.folder)
        #expect(run.status == 0)
        return try Data(contentsOf: scene.file(name))
      }
      let fresh = try paint("a.tif", "0,0,60,45")
      let kept = try paint("b.tif", "0,0,60,45", "--cache", "tiles")
      let tiles = scene.content(of: "tiles")
      #expect(!tiles.isEmpty)
      let found = try paint("c.tif", "0,0,60,45", "--cache", "tiles")
      #expect(fresh == kept && kept == found && scene.content(of: "tiles") == tiles)
      // Another layer is another golden.
      try scene.write("recipe.yaml", Scene.recipe.replacing("1/0", with: "2/0"))
      #expect(try paint("d.tif", "0,0,60,45", "--cache", "tiles") != fresh)
    }
  }

  @Test(arguments: [(0.1, 600, 450), (0.3, 200, 150)])
  func `a golden learnt from a scan looks like it`(size: Double, width: Int, height: Int) throws {
    try withScene { scene in
      let scan = try scene.scan()
      try PNGWriter.write(scan, path: scene.file("scan.png").path)
      let run = try goldendie(
        "golden", "--recipe", "recipe.yaml", "--region", "0,0,60,45", "--scan", "scan.png",
        "--pixel-size", "\(size)", "--output", "g.png", in: scene.folder)
      #expect(run.status == 0 && run.errors == "")
      let image = try ImageFile(path: scene.file("g.png").path)
      #expect((image.width, image.height) == (width, height))
      let golden = try image.read(image.bounds).planes[0]
      let seen = scan.planes[0].reduced(by: Int((size / 0.1).rounded()))
      let mean =
        zip(golden.samples, seen.samples).reduce(0) { $0 + abs($1.0 - $1.1) }
        / Float(golden.samples.count)
      // The noise alone makes 0.0125; the layers differ by 0.4.
      #expect(mean < 0.02)
    }
  }

  @Test func `an inbox is emptied once`() throws {
    try withScene { scene in
      try FileManager.default.createDirectory(
        at: scene.file("inbox"), withIntermediateDirectories: false)
      try PNGWriter.write(scene.scan(), path: scene.file("inbox/good.png").path)
      try scene.write("inbox/bad.png", "no picture")
      let run = try goldendie(
        "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--once", "--poll", "0.05",
        in: scene.folder)
      #expect(run.status == 0)
      #expect(scene.content(of: "inbox/processed") == ["good.png"])
      #expect(scene.content(of: "inbox/failed") == ["bad.png", "bad.png.reason.txt"])
      let reason = try String(
        contentsOf: scene.file("inbox/failed/bad.png.reason.txt"), encoding: .utf8)
      #expect(reason.hasPrefix("inbox/bad.png: the content is neither"))
      let record = try String(contentsOf: scene.file("out/good/findings.json"), encoding: .utf8)
      #expect(record.contains("\"path\" : \"inbox/good.png\""))
    }
  }

  @Test func `a scan waits while its result can't be written`() throws {
    try withScene { scene in
      try FileManager.default.createDirectory(
        at: scene.file("inbox"), withIntermediateDirectories: false)
      try PNGWriter.write(scene.scan(), path: scene.file("inbox/good.png").path)
      let run = try goldendie(
        "watch", "inbox", "--recipe", "recipe.yaml", "--output", "/proc/goldendie", "--once",
        "--poll", "0.05", in: scene.folder)
      #expect(run.status == 75)
      #expect(run.errorLines.last?.hasPrefix("goldendie: ") == true)
      let files = scene.content(of: "inbox").filter { $0.hasSuffix("good.png") }
      #expect(files.count == 1 && !files[0].hasPrefix("failed"))
      let again = try goldendie(
        "watch", "inbox", "--recipe", "recipe.yaml", "--output", "out", "--once", "--poll", "0.05",
        in: scene.folder)
      #expect(again.status == 0)
      #expect(scene.content(of: "inbox/processed") == ["good.png"])
    }
  }

  @Test func `the doctor finds this machine well`() throws {
    try withScene { scene in
      let run = try goldendie("doctor", "--json", in: scene.folder)
      #expect(run.status == 0 && run.errors == "")
      let checks = try #require(object(run.output)["checks"] as? [[String: Any]])
      #expect(checks.allSatisfy { $0["ok"] as? Bool == true })
      #expect(checks.contains { $0["name"] as? String == "inspection" })
    }
  }
}
