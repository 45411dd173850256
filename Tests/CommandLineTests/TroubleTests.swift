import Foundation
import ImageFiles
import Testing

@Suite struct TroubleTests {
  /// A mistake, what it takes to make it, and what is to be said.
  struct Mistake: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var arguments = ["inspect", "scan.png", "--recipe", "recipe.yaml", "--output", "out"]
    var status: Int32
    /// Words of the one line on standard error.
    var words: [String]
    var make: @Sendable (Scene) throws -> Void = { _ in }
  }

  static let mistakes: [Mistake] = [
    Mistake(
      testDescription: "no such scan",
      arguments: ["inspect", "scan.png", "gone.png", "--recipe", "recipe.yaml", "--output", "out"],
      status: 66, words: ["gone.png", "no such file"]),
    Mistake(testDescription: "an empty scan", status: 65, words: ["scan.png", "empty"]) {
      try $0.write("scan.png", "")
    },
    Mistake(testDescription: "a truncated scan", status: 65, words: ["scan.png", "ends early"]) {
      let whole = try Data(contentsOf: $0.file("scan.png"))
      try whole.prefix(whole.count / 2).write(to: $0.file("scan.png"))
    },
    Mistake(testDescription: "a text named as a PNG", status: 65, words: ["neither PNG nor JPEG"]) {
      try $0.write("scan.png", "a text")
    },
    Mistake(testDescription: "no such recipe", status: 66, words: ["recipe.yaml"]) {
      try FileManager.default.removeItem(at: $0.file("recipe.yaml"))
    },
    Mistake(
      testDescription: "an unknown key of the recipe", status: 65,
      words: ["recipe.yaml, line 6", "pixel_siz"]
    ) { try $0.write("recipe.yaml", Scene.recipe.replacing("pixel_size_um", with: "pixel_siz")) },
    Mistake(testDescription: "an unknown layer", status: 65, words: ["metal", "9/0", "1/0"]) {
      try $0.write("recipe.yaml", Scene.recipe.replacing("1/0", with: "9/0"))
    },
    Mistake(testDescription: "no pixel size", status: 65, words: ["pixel_size_um"]) {
      let lines = Scene.recipe.split(separator: "\n").dropLast(2)
      try $0.write("recipe.yaml", lines.joined(separator: "\n"))
    },
    Mistake(testDescription: "no such layout", status: 66, words: ["layout.gds"]) {
      try FileManager.default.removeItem(at: $0.file("layout.gds"))
    },
    Mistake(testDescription: "a broken layout", status: 65, words: ["layout.gds", "byte"]) {
      let whole = try Data(contentsOf: $0.file("layout.gds"))
      try whole.prefix(whole.count / 2).write(to: $0.file("layout.gds"))
    },
    Mistake(
      testDescription: "an output below a file",
      arguments: ["inspect", "scan.png", "--recipe", "recipe.yaml", "--output", "scan.png/out"],
      status: 75, words: ["scan.png/out", "is a file"]),
    Mistake(
      testDescription: "a file as output",
      arguments: ["inspect", "scan.png", "--recipe", "recipe.yaml", "--output", "layout.gds"],
      status: 75, words: ["layout.gds is a file"]),
    Mistake(
      testDescription: "an output where no folder can be made",
      arguments: ["inspect", "scan.png", "--recipe", "recipe.yaml", "--output", "/proc/goldendie"],
      status: 75, words: ["/proc"]),
    Mistake(
      testDescription: "an empty name as output",
      arguments: ["inspect", "scan.png", "--recipe", "recipe.yaml", "--output", ""],
      status: 64, words: ["--output"]),
    Mistake(
      testDescription: "two scans of one name",
      arguments: ["inspect", "scan.png", "scan.jpg", "--recipe", "recipe.yaml", "--output", "out"],
      status: 64, words: ["scan.jpg", "scan.png", "folder 'scan'"]),
    Mistake(
      testDescription: "no recipe given", arguments: ["inspect", "scan.png", "--output", "out"],
      status: 64, words: ["--recipe"]),
    Mistake(
      testDescription: "no arguments", arguments: ["inspect"], status: 64, words: ["<scan>"]),
    Mistake(
      testDescription: "no such command", arguments: ["inspekt"], status: 64, words: ["inspekt"]),
    Mistake(
      testDescription: "an unknown option",
      arguments: [
        "inspect", "scan.png", "--recipe", "recipe.yaml", "--output", "out", "--threshold", "3",
      ], status: 64, words: ["--threshold"]),
    Mistake(
      testDescription: "no such inbox",
      arguments: ["watch", "gone", "--recipe", "recipe.yaml", "--output", "out", "--once"],
      status: 66, words: ["gone", "no such folder"]),
    Mistake(
      testDescription: "no such layout to tell of", arguments: ["layout", "info", "gone.gds"],
      status: 66, words: ["gone.gds"]),
    Mistake(
      testDescription: "a picture as a layout", arguments: ["layout", "info", "scan.png"],
      status: 65, words: ["scan.png", "GDSII"]),
    Mistake(
      testDescription: "a golden of an unknown format",
      arguments: ["golden", "--recipe", "recipe.yaml", "--region", "0,0,9,9", "--output", "g.bmp"],
      status: 64, words: [".png", "g.bmp"]),
    Mistake(
      testDescription: "a golden far from everything",
      arguments: [
        "golden", "--recipe", "recipe.yaml", "--region", "9e6,0,9,9", "--output", "out.png",
      ], status: 64, words: ["16777216 pixels", "origin"]),
    Mistake(
      testDescription: "a golden too large",
      arguments: [
        "golden", "--recipe", "recipe.yaml", "--region", "0,0,200000,9", "--output", "out.png",
      ], status: 64, words: ["2000000 × 90 pixels", "1048576 a side"]),
    Mistake(
      testDescription: "a golden in place of a folder",
      arguments: [
        "golden", "--recipe", "recipe.yaml", "--region", "0,0,9,9", "--output", "g.tif",
      ], status: 75, words: ["g.tif", "is a folder"]
    ) {
      try FileManager.default.createDirectory(
        at: $0.file("g.tif"), withIntermediateDirectories: false)
    },
    Mistake(
      testDescription: "a golden below a file",
      arguments: [
        "golden", "--recipe", "recipe.yaml", "--region", "0,0,9,9", "--output", "scan.png/g.tif",
      ], status: 75, words: ["scan.png/g.tif", "is a file"]),
    Mistake(
      testDescription: "a cache below a file",
      arguments: [
        "golden", "--recipe", "recipe.yaml", "--region", "0,0,9,9", "--output", "g.tif",
        "--cache", "scan.png/tiles",
      ], status: 75, words: ["scan.png/tiles", "cache"]),
    Mistake(
      testDescription: "a region of three numbers",
      arguments: ["golden", "--recipe", "recipe.yaml", "--region", "0,0,9", "--output", "g.png"],
      status: 64, words: ["--region"]),
  ]

  @Test(arguments: mistakes)
  func `a mistake is one line and an exit code, and leaves nothing behind`(
    mistake: Mistake
  ) throws {
    try withScene { scene in
      try PNGWriter.write(scene.scan(), path: scene.file("scan.png").path)
      try PNGWriter.write(scene.scan(), path: scene.file("scan.jpg").path)
      try mistake.make(scene)
      let before = scene.content(of: "")
      let run = try goldendie(mistake.arguments, in: scene.folder)
      #expect(run.status == mistake.status)
      #expect(run.errorLines.count == 1 && run.errors.hasSuffix("\n"))
      #expect(run.errors.hasPrefix("goldendie: ") && !run.errors.contains("Error"))
      for word in mistake.words { #expect(run.errors.contains(word)) }
      #expect(scene.content(of: "") == before)
    }
  }
}
