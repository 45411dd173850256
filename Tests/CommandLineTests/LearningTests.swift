import Foundation
import Golden
import ImageFiles
import Raster
import Testing

@Suite struct LearningTests {
  @Test func `a generator is taught, told of, and refused when it is damaged`() throws {
    try withScene { scene in
      try FileManager.default.createDirectory(
        at: scene.file("scans"), withIntermediateDirectories: false)
      for name in ["a.png", "b.png"] {
        try PNGWriter.write(scene.scan(), path: scene.file("scans/\(name)").path)
      }
      // What is made only now may be named.
      try scene.write(
        "whole.yaml",
        Scene.recipe
          + "\ngolden: {generator: m.safetensors}\nmatching: {calibration: c.json, search: 20px}\nclassifier: n.safetensors\n"
      )
      let run = try goldendie(
        "train", "generator", "--recipe", "whole.yaml", "--scans", "scans", "--output",
        "m.safetensors", "--steps", "2", "--report", "told", "--card", "m.md", in: scene.folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(scene.content(of: "told") == ["training.html", "training.json"])
      let record = try object(
        String(contentsOf: scene.file("told/training.json"), encoding: .utf8))
      let model = try #require(record["model"] as? [String: Any])
      #expect(model["steps"] as? Int == 2 && model["held_out"] as? [String] == ["b.png"])
      let card = try String(contentsOf: scene.file("m.md"), encoding: .utf8)
      #expect(card.contains("| Layers of the recipe, in this order | metal |"))

      let told = try goldendie("model", "info", "m.safetensors", "--json", in: scene.folder)
      #expect(told.status == 0 && told.errors == "")
      #expect(try NSDictionary(dictionary: object(told.output)) == NSDictionary(dictionary: model))
      let text = try goldendie("model", "info", "m.safetensors", in: scene.folder)
      #expect(text.output.contains("layers       metal\n"))
      #expect(text.output.contains("taught       2 steps"))

      let bytes = try Data(contentsOf: scene.file("m.safetensors"))
      for (index, damaged) in [
        bytes.prefix(bytes.count / 2), bytes.prefix(5), Data(), Data("no model".utf8),
        try Data(contentsOf: scene.file("scans/a.png")),
      ].enumerated() {
        let name = "damaged\(index).safetensors"
        try damaged.write(to: scene.file(name))
        let run = try goldendie("model", "info", name, in: scene.folder)
        #expect(run.status == 65 && run.output == "" && run.errorLines.count == 1)
        #expect(run.errors.contains(name))
      }
      let missing = try goldendie("model", "info", "none.safetensors", in: scene.folder)
      #expect(missing.status == 66 && missing.errorLines.count == 1)
    }
  }

  @Test func `layers that a generator was never shown are not judged, and that is told`() throws {
    try withScene { scene in
      let scans = scene.file("scans")
      try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: false)
      for name in ["a.png", "b.png"] {
        try PNGWriter.write(scene.scan(), path: scene.file("scans/\(name)").path)
      }
      let run = try goldendie(
        "train", "generator", "--recipe", "recipe.yaml", "--scans", "scans", "--output",
        "m.safetensors", "--steps", "1", in: scene.folder)
      #expect(run.status == 0, "\(run.errors)")
      var generator = try Generator(contentsOf: scene.file("m.safetensors"))
      #expect(generator.card.materials == [0, 1])
      try scene.write("recipe.yaml", Scene.recipe + "\ngolden: {generator: m.safetensors}\n")
      for shown: [UInt16]? in [[0, 1], [0], nil] {
        generator.card.materials = shown
        try generator.write(to: scene.file("m.safetensors"))
        let out = "out\(shown?.count ?? 0)"
        let run = try goldendie(
          "inspect", "scans/a.png", "--recipe", "recipe.yaml", "--output", out, in: scene.folder)
        #expect(run.status == 0, "\(run.errors)")
        let record = try object(
          String(contentsOf: scene.file("\(out)/a/findings.json"), encoding: .utf8))
        let box = try #require(record["inspected_box"] as? [String: Int])
        let inspected = try #require(record["inspected_mpx"] as? Double)
        let untaught = record["untaught_mpx"] as? Double
        let all = Double((box["width"] ?? 0) * (box["height"] ?? 0)) / 1e6
        #expect((untaught == nil) == (shown == nil))
        #expect(abs(inspected + (untaught ?? 0) - all) < 1e-9)
        #expect((untaught ?? 0 > 0.01) == (shown == [0]))
        #expect(run.output.contains("never shown together, and is not judged") == (shown == [0]))
        let page = try String(contentsOf: scene.file("\(out)/a/report.html"), encoding: .utf8)
        #expect(page.contains("layers never shown together") == (shown == [0]))
      }
    }
  }

  @Test func `a folder that holds something else is no place for a report`() throws {
    try withScene { scene in
      for arguments in [
        ["train", "generator", "--output", "m.safetensors", "--report", "."],
        ["evaluate", "golden", "--output", "."],
      ] {
        let run = try goldendie(
          arguments + ["--recipe", "recipe.yaml", "--scans", "scans"], in: scene.folder)
        #expect(run.status == 75 && run.errorLines.count == 1)
        #expect(run.errors.contains("layout.gds"))
      }
      #expect(scene.content(of: "") == ["layout.gds", "recipe.yaml"])
    }
  }

  @Test func `what can't be learnt from is said in one line, and the model before stays`() throws {
    try withScene { scene in
      let scans = scene.file("scans")
      try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: false)
      try scene.write("m.safetensors", "the model before")
      func train(_ more: String...) throws -> (status: Int32, errors: [Substring]) {
        let run = try goldendie(
          ["train", "generator", "--recipe", "recipe.yaml", "--scans", "scans", "--output"]
            + ["m.safetensors", "--steps", "1"] + more, in: scene.folder)
        return (run.status, run.errorLines.map { Substring($0) })
      }
      let empty = try train()
      #expect(empty.status == 66 && empty.errors.count == 1)
      #expect(empty.errors[0].contains("holds no scan"))

      try PNGWriter.write(scene.scan(), path: scene.file("scans/a.png").path)
      let one = try train()
      #expect(one.status == 65 && one.errors.last?.contains("at least two dies") == true)

      // Another device: the same scene, upside down and with a stretch that no layout of it has.
      let other = Plane(width: 600, height: 450).map { _ in 0.5 }
      for name in ["a.png", "b.png"] {
        try PNGWriter.write(Picture(planes: [other]), path: scene.file("scans/\(name)").path)
      }
      let foreign = try train()
      #expect(foreign.status == 65)
      #expect(foreign.errors.last?.contains("none of 2 scans could be placed") == true)
      #expect(
        try String(contentsOf: scene.file("m.safetensors"), encoding: .utf8) == "the model before")

      let objective = try train("--objective", "beauty")
      #expect(objective.status == 64 && objective.errors.count == 1)
    }
  }

  @Test func `a training that is broken off leaves another's model, and goes on`() throws {
    try withScene { scene in
      let scans = scene.file("scans")
      try FileManager.default.createDirectory(at: scans, withIntermediateDirectories: false)
      for name in ["a.png", "b.png"] {
        try PNGWriter.write(scene.scan(), path: scene.file("scans/\(name)").path)
      }
      try scene.write("m.safetensors", "the model before")
      let arguments = [
        "train", "generator", "--recipe", "recipe.yaml", "--scans", "scans", "--output",
        "m.safetensors", "--steps", "40",
      ]
      let log = scene.file("log")
      let process = try startGoldendie(arguments, errors: log, in: scene.folder)
      let checkpoint = scene.file("m.safetensors.checkpoint")
      while !FileManager.default.fileExists(atPath: checkpoint.path) {
        Thread.sleep(forTimeInterval: 0.01)
        try #require(process.isRunning)
      }
      kill(process.processIdentifier, SIGTERM)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      #expect(
        try String(contentsOf: log, encoding: .utf8).contains("m.safetensors stays as it was"))
      #expect(
        try String(contentsOf: scene.file("m.safetensors"), encoding: .utf8) == "the model before")
      let rest = try goldendie(arguments + ["--resume"], in: scene.folder)
      #expect(rest.status == 0 && rest.output.contains("40 steps"), "\(rest.errors)")
      #expect(!FileManager.default.fileExists(atPath: checkpoint.path))
    }
  }

  @Test func `a recipe's generator must know its layers`() throws {
    try withScene { scene in
      try PNGWriter.write(scene.scan(), path: scene.file("a.png").path)
      try scene.write("g.safetensors", "no model")
      try scene.write("recipe.yaml", Scene.recipe + "\ngolden: {generator: g.safetensors}\n")
      let run = try goldendie(
        "inspect", "a.png", "--recipe", "recipe.yaml", "--output", "out", in: scene.folder)
      #expect(run.status == 65 && run.errorLines.count == 1)
      #expect(run.errors.contains("g.safetensors"))
    }
  }
}
