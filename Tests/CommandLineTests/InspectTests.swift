import Foundation
import ImageFiles
import Raster
import Testing

@Suite struct InspectTests {
  @Test func `a planted defect is found and reported`() throws {
    try withScene { scene in
      let defect = PixelRect(x: 142, y: 300, width: 14, height: 11)
      try PNGWriter.write(scene.scan(defect: defect), path: scene.file("bad.png").path)
      try PNGWriter.write(scene.scan(), path: scene.file("good.png").path)
      let run = try goldendie(
        "inspect", "bad.png", "good.png", "--recipe", "recipe.yaml", "--output", "out", "--json",
        in: scene.folder)
      #expect(run.status == 0 && run.errors == "")
      let results = try objects(run.output)
      #expect(results.map { $0["scan"] as? String } == ["bad.png", "good.png"])
      #expect(results.map { $0["findings"] as? Int } == [1, 0])
      #expect(results.map { $0["verdict"] as? String } == ["inspected", "inspected"])
      #expect(
        scene.content(of: "out").filter { !$0.contains("/pictures/") } == [
          ".goldendie.index.json", "bad", "bad/findings.json", "bad/pictures", "bad/report.html",
          "good",
          "good/findings.json", "good/pictures", "good/report.html", "index.html",
        ])
      #expect(scene.content(of: "out/bad/pictures").contains("1-golden.jpg"))
      let record = try Data(contentsOf: scene.file("out/bad/findings.json"))
      let json = try #require(JSONSerialization.jsonObject(with: record) as? [String: Any])
      let finding = try #require((json["findings"] as? [[String: Any]])?.first)
      let box = try #require(finding["box"] as? [String: Int])
      let found = PixelRect(
        x: box["x"] ?? 0, y: box["y"] ?? 0, width: box["width"] ?? 0, height: box["height"] ?? 0)
      #expect(!found.intersection(defect).isEmpty && found.area < 4 * defect.area)
    }
  }

  @Test func `a threshold below all noise is taken as it is`() throws {
    try withScene { scene in
      try scene.write("recipe.yaml", Scene.recipe + "\nmatching: {threshold: 0.001}\n")
      try PNGWriter.write(scene.scan(), path: scene.file("scan.png").path)
      let run = try goldendie(
        "inspect", "scan.png", "--recipe", "recipe.yaml", "--output", "out", in: scene.folder)
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  @Test func `a PNG is read whatever its name says`() throws {
    try withScene { scene in
      try PNGWriter.write(scene.scan(), path: scene.file("scan.jpg").path)
      let run = try goldendie(
        "inspect", "scan.jpg", "--recipe", "recipe.yaml", "--output", "out", in: scene.folder)
      #expect(run.status == 0 && run.errors == "")
      #expect(run.output.contains("inspected"))
    }
  }

  @Test func `a scan without structure is a result, with the reason`() throws {
    try withScene { scene in
      let grey = Picture(planes: [Plane(width: 600, height: 450, filling: 0.4)])
      try PNGWriter.write(grey, path: scene.file("flat.png").path)
      let run = try goldendie(
        "inspect", "flat.png", "--recipe", "recipe.yaml", "--output", "out", in: scene.folder)
      #expect(run.status == 0 && run.errors == "")
      #expect(run.output.contains("flat.png: not inspectable: the scan shows no structure"))
      #expect(scene.content(of: "out").contains("flat/findings.json"))
    }
  }

  @Test func `one bad scan does not stop the others`() throws {
    try withScene { scene in
      try PNGWriter.write(scene.scan(), path: scene.file("good.png").path)
      try scene.write("bad.png", "no picture")
      let run = try goldendie(
        "inspect", "bad.png", "good.png", "--recipe", "recipe.yaml", "--output", "out",
        in: scene.folder)
      #expect(run.status == 65)
      #expect(run.errorLines.count == 1 && run.errors.contains("bad.png"))
      #expect(
        scene.content(of: "out").filter { !$0.contains("/pictures/") } == [
          ".goldendie.index.json", "good", "good/findings.json", "good/pictures",
          "good/report.html", "index.html",
        ])
    }
  }

  private func objects(_ text: String) throws -> [[String: Any]] {
    try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
  }
}
