import Foundation
import ImageFiles
import Testing

@Suite struct AlignmentTests {
  @Test func `findings say by which marks a place was found`() throws {
    try withScene { scene in
      try PNGWriter.write(scene.scan(), path: scene.file("a.png").path)
      try scene.write("marked.yaml", Scene.recipe + "\nmatching: {marks: metal, search: 20px}\n")
      let run = try goldendie(
        "inspect", "a.png", "--recipe", "marked.yaml", "--output", "out", in: scene.folder)
      #expect(run.status == 0, "\(run.errors)")
      let data = try Data(contentsOf: scene.file("out/a/findings.json"))
      let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let placed = try #require(record["registration"] as? [String: Any])
      let marks = try #require(placed["marks"] as? [String: Any])
      #expect(marks["layer"] as? String == "metal")
      #expect(try #require(marks["agreement"] as? Double) > 0.6)
      let page = try String(contentsOf: scene.file("out/a/report.html"), encoding: .utf8)
      #expect(page.contains("correlation of the marks on metal"))

      try scene.write("bad.yaml", Scene.recipe + "\nmatching: {marks: metl}\n")
      let refused = try goldendie(
        "inspect", "a.png", "--recipe", "bad.yaml", "--output", "out2", in: scene.folder)
      #expect(refused.status == 65 && refused.errors.contains("did you mean 'metal'?"))
    }
  }
}
