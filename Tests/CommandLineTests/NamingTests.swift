import Foundation
import ImageFiles
import Raster
import Testing

@Suite struct NamingTests {
  private static let defects = [
    "a.png": PixelRect(x: 300, y: 220, width: 14, height: 14),
    "b.png": PixelRect(x: 150, y: 320, width: 12, height: 16),
  ]

  /// Scans with a bright defect each, and a COCO file that says where.
  private func prepare(_ scene: Scene) throws {
    var images: [String] = []
    var annotations: [String] = []
    for (number, (name, box)) in Self.defects.sorted(by: { $0.key < $1.key }).enumerated() {
      try PNGWriter.write(scene.scan(defect: box), path: scene.file(name).path)
      images.append(#"{"id": \#(number), "file_name": "\#(name)", "width": 600, "height": 450}"#)
      annotations.append(
        #"{"image_id": \#(number), "category_id": 1, "bbox": [\#(box.x), \#(box.y), \#(box.width), \#(box.height)]}"#
      )
    }
    try scene.write(
      "labels.json",
      """
      {"images": [\(images.joined(separator: ","))], "annotations": [\(annotations.joined(separator: ","))],
       "categories": [{"id": 1, "name": "blob"}]}
      """)
  }

  @Test func `a classifier is taught, names findings, explains them, and the record holds`() throws
  {
    try withScene { scene in
      try prepare(scene)
      let taught = try goldendie(
        "train", "classifier", "--dataset", "labels.json", "--recipe", "recipe.yaml", "--output",
        "c.safetensors", "--steps", "3", "--patch", "64", "--batch", "2", "--card", "c.md",
        "--precision", "float32", in: scene.folder)
      #expect(taught.status == 0, "\(taught.errors)")
      #expect(taught.errors.contains("1 scans to learn from, 1 held out; places: 1 blob"))
      #expect(scene.content(of: "").contains("c.references.json"))
      let card = try String(contentsOf: scene.file("c.md"), encoding: .utf8)
      #expect(card.contains("| Classes | none, blob |") && card.contains("| Seed | 1 |"))
      let info = try goldendie("model", "info", "c.safetensors", in: scene.folder)
      #expect(info.output.contains("classes      none, blob\n"))

      try scene.write("named.yaml", Scene.recipe + "\nclassifier: c.safetensors\n")
      let run = try goldendie(
        "inspect", "a.png", "--recipe", "named.yaml", "--output", "out", "--json", in: scene.folder)
      #expect(run.status == 0, "\(run.errors)")
      let file = scene.file("out/a/findings.json")
      var record = try object(String(contentsOf: file, encoding: .utf8))
      let findings = try #require(record["findings"] as? [[String: Any]])
      let finding = try #require(findings.first)
      #expect(["blob", "nuisance", "unknown"].contains(finding["class"] as? String))
      #expect((finding["class_scores"] as? [String: Double])?.keys.sorted() == ["blob", "none"])
      let explanation = try #require(finding["explanation"] as? [String: Any])
      #expect((explanation["concepts"] as? [Any])?.count == 5)
      #expect(explanation["layer"] as? String == "up1.1.activation")
      #expect(explanation["through"] is Double)
      let pages = scene.content(of: "out")
      #expect(pages.contains("a/why/1.html") && pages.contains("concepts/index.html"))

      let replay = try goldendie(
        "explain", "out/a", "--finding", "1", "--replay", in: scene.folder)
      #expect(replay.status == 0 && replay.output == "finding 1: the same to the last bit\n")
      let other = try goldendie(
        "explain", "out/a", "--finding", "1", "--class", "blob", "--method", "gradient", "--layer",
        "up1.1.activation", "--concept", "5", "--output", "page", in: scene.folder)
      #expect(other.status == 0 && other.output.contains("explained: blob by gradient"))
      #expect(scene.content(of: "page").contains("1.html"))
      for (arguments, text) in [
        (["--class", "scratch"], "no class 'scratch'"), (["--layer", "x"], "no layer 'x'"),
        (["--concept", "48"], "concepts 0 to 47"),
      ] {
        let refused = try goldendie(
          ["explain", "out/a", "--finding", "1"] + arguments, in: scene.folder)
        #expect(refused.status == 65 && refused.errors.contains(text))
      }

      // What was touched is noticed.
      var touched = finding
      touched["class"] = "stain"
      var told = explanation
      told["heat_map_sha256"] = String(repeating: "0", count: 64)
      told["arrived"] = 12.5
      touched["explanation"] = told
      record["findings"] = [touched] + findings.dropFirst()
      try JSONSerialization.data(withJSONObject: record).write(to: file)
      let broken = try goldendie(
        "explain", "out/a", "--finding", "1", "--replay", in: scene.folder)
      #expect(broken.status == 65 && broken.output.contains("the relevance that arrived"))
      #expect(broken.output.contains(", and was stain"))
    }
  }

  @Test func `names are drawn from the same pictures with a calibration and without`() throws {
    try withScene { scene in
      try prepare(scene)
      try FileManager.default.createDirectory(
        at: scene.file("clean"), withIntermediateDirectories: false)
      for number in [1, 2] as [UInt32] {
        let file = scene.file("clean/\(number).png")
        try PNGWriter.write(scene.scan(number: number), path: file.path)
      }
      let steps: [[String]] = [
        [
          "train", "classifier", "--dataset", "labels.json", "--recipe", "recipe.yaml", "--output",
          "m.safetensors", "--steps", "1", "--patch", "64", "--batch", "1",
        ], ["calibrate", "--recipe", "recipe.yaml", "--scans", "clean", "--output", "c.json"],
      ]
      for step in steps {
        let run = try goldendie(step, in: scene.folder)
        #expect(run.status == 0, "\(run.errors)")
      }
      func explained(_ matching: String, in folder: String) throws -> [String: Any] {
        try scene.write(
          "named.yaml", Scene.recipe + "\nclassifier: m.safetensors\n" + matching)
        let run = try goldendie(
          "inspect", "a.png", "--recipe", "named.yaml", "--output", folder, "--json",
          in: scene.folder)
        #expect(run.status == 0, "\(run.errors)")
        let text = try String(contentsOf: scene.file("\(folder)/a/findings.json"), encoding: .utf8)
        let findings = try #require(object(text)["findings"] as? [[String: Any]])
        return try #require(findings.first?["explanation"] as? [String: Any])
      }
      let plain = try explained("", in: "plain")
      let calibrated = try explained("matching: {calibration: c.json}\n", in: "calibrated")
      #expect(plain["crop"] as? [String: Int] == calibrated["crop"] as? [String: Int])
      #expect(plain["input_sha256"] as? String == calibrated["input_sha256"] as? String)
      #expect((plain["input_sha256"] as? String)?.count == 64)
    }
  }

  @Test func `another layer's channels become the concepts, and only the same data show them`()
    throws
  {
    try withScene { scene in
      try prepare(scene)
      let taught = try goldendie(
        "train", "classifier", "--dataset", "labels.json", "--recipe", "recipe.yaml", "--output",
        "c.safetensors", "--steps", "60", "--patch", "64", "--batch", "2", in: scene.folder)
      #expect(taught.status == 0, "\(taught.errors)")
      try scene.write("named.yaml", Scene.recipe + "\nclassifier: c.safetensors\n")
      func move(_ recipe: String, _ layer: String? = nil) throws -> Run {
        try goldendie(
          [
            "train", "concepts", "--classifier", "c.safetensors", "--dataset", "labels.json",
            "--recipe", recipe,
          ] + (layer.map { ["--layer", $0] } ?? []), in: scene.folder)
      }
      let model = try Data(contentsOf: scene.file("c.safetensors"))
      let examples = try Data(contentsOf: scene.file("c.references.json"))
      try FileManager.default.removeItem(at: scene.file("c.references.json"))
      #expect(try move("recipe.yaml").status == 0)
      #expect(try Data(contentsOf: scene.file("c.references.json")) == examples)
      for (recipe, layer, words) in [
        ("named.yaml", "down3.2.activation", "was taught other data"),
        ("recipe.yaml", "x", "no layer 'x'"),
      ] {
        let refused = try move(recipe, layer)
        #expect(refused.status == 65 && refused.errors.contains(words), "\(refused.errors)")
        #expect(try Data(contentsOf: scene.file("c.safetensors")) == model)
      }
      let moved = try move("recipe.yaml", "down3.2.activation")
      #expect(moved.output.contains("64 concepts of down3.2.activation"), "\(moved.errors)")
      let run = try goldendie(
        "inspect", "a.png", "--recipe", "named.yaml", "--output", "out", in: scene.folder)
      #expect(run.status == 0, "\(run.errors)")
      let record = try String(contentsOf: scene.file("out/a/findings.json"), encoding: .utf8)
      #expect(record.contains("down3.2.activation"))
    }
  }

  @Test func `people's decisions teach, and mistakes in them are told by line`() throws {
    try withScene { scene in
      try prepare(scene)
      let run = try goldendie(
        "inspect", "a.png", "b.png", "--recipe", "recipe.yaml", "--output", "out",
        in: scene.folder)
      #expect(run.status == 0)
      func teach(_ text: String, _ more: String...) throws -> Run {
        try scene.write("decisions.csv", text)
        return try goldendie(
          [
            "train", "classifier", "--dataset", "decisions.csv", "--output", "c.safetensors",
            "--steps", "1", "--patch", "64", "--batch", "1",
          ] + more, in: scene.folder)
      }
      let taught = try teach("results,finding,class\nout/a,1,blob\nout/b,1,nuisance\n")
      #expect(taught.status == 0, "\(taught.errors)")
      #expect(taught.errors.contains("1 blob"))
      for (text, status, sentence) in [
        ("finding,class\n", 65, "decisions.csv:1"),
        ("results,finding,class\nout/a,x,blob\n", 65, "decisions.csv:2"),
        ("results,finding,class\nout/a,999,blob\n", 65, "has no finding 999"),
        ("results,finding,class\nnowhere,1,blob\n", 66, "nowhere"),
      ] as [(String, Int32, String)] {
        let refused = try teach(text)
        #expect(refused.status == status && refused.errors.contains(sentence), "\(refused.errors)")
      }

      // More decisions go on from what was taught; other classes can't.
      let start = scene.file("start.safetensors")
      try FileManager.default.moveItem(at: scene.file("c.safetensors"), to: start)
      let decided = "results,finding,class\nout/a,1,blob\nout/b,1,nuisance\n"
      let further = try teach(decided, "--start", "start.safetensors")
      #expect(further.status == 0, "\(further.errors)")
      let info = try goldendie("model", "info", "c.safetensors", in: scene.folder)
      #expect(info.output.contains("begun with   sha256 "))
      let other = try teach(
        decided.replacing("blob", with: "dot"), "--start", "start.safetensors")
      #expect(other.status == 65 && other.errors.contains("knows the classes none, blob"))
    }
  }

  @Test func `what is no data set, or no classifier, is said in one line`() throws {
    try withScene { scene in
      for (arguments, status) in [
        (["--dataset", "nowhere"], 66), (["--dataset", "layout.gds"], 65),
        (["--dataset", "."], 65), (["--dataset", "recipe.yaml", "--patch", "100"], 64),
      ] as [([String], Int32)] {
        let run = try goldendie(
          ["train", "classifier", "--output", "c.safetensors"] + arguments, in: scene.folder)
        #expect(run.status == status && run.errorLines.count == 1, "\(run.errors)")
      }
      try PNGWriter.write(scene.scan(), path: scene.file("a.png").path)
      try scene.write("c.safetensors", "x")
      try scene.write("named.yaml", Scene.recipe + "\nclassifier: c.safetensors\n")
      let run = try goldendie(
        "inspect", "a.png", "--recipe", "named.yaml", "--output", "out", in: scene.folder)
      #expect(run.status == 65 && run.errors.contains("c.safetensors"))
    }
  }
}
