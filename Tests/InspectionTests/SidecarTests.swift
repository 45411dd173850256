import Foundation
import Inspection
import Raster
import TestSupport
import Testing

@Suite struct SidecarTests {
  @Test func `everything that can be said is read`() throws {
    let sidecar = try sidecar(
      """
      {"lot": "L7", "wafer": 3, "slot": 12, "die": [-1, 4], "center_um": [-13294.5, 2e3],
       "pixel_size_um": [0.4, 0.5], "rotation_deg": -0.25, "taken_at": "2026-02-13T10:11:12.5+01:00"}
      """)
    #expect(sidecar?.lot == "L7" && sidecar?.wafer == "3" && sidecar?.slot == "12")
    #expect(sidecar?.die == [-1, 4])
    #expect(sidecar?.centerUm == Point(x: -13294.5, y: 2000))
    #expect(sidecar?.pixelSizeUm == 0.4...0.5)
    #expect(sidecar?.rotationDeg == -0.25)
    #expect(sidecar?.takenAt == "2026-02-13T10:11:12.5+01:00")
  }

  @Test func `nothing need be said`() throws {
    #expect(try sidecar("{}") == Sidecar())
    #expect(try sidecar(#"{"lot": null, "die": null, "pixel_size_um": null}"#) == Sidecar())
    #expect(try Sidecar.read(for: URL(filePath: "/nowhere/scan.tif")) == nil)
  }

  @Test func `a json file has no sidecar, for it is no scan`() {
    #expect(Sidecar.url(for: URL(filePath: "/in/x.json")) == nil)
    #expect(Sidecar.url(for: URL(filePath: "/in/x.JSON")) == nil)
    #expect(Sidecar.url(for: URL(filePath: "/in/x.1.tif"))?.path == "/in/x.1.json")
  }

  @Test(arguments: [
    (
      #"{"lot": "a", "pixelsize_um": 1}"#, RecipeError.Code.unknownKey, 1,
      "unknown key 'pixelsize_um'; did you mean 'pixel_size_um'?"
    ),
    (
      "{\"lot\": \"a\",\n\n\"slit\": 1}", .unknownKey, 3, "unknown key 'slit'; did you mean 'slot'?"
    ),
    ("{\"lot\": \"a\",\n\"lot\": \"b\"}", .duplicateKey, 2, "key 'lot' is given twice"),
    (#"{"lot": ["lot", {"lot": 1}]}"#, .wrongType, 1, "lot: expected text or a whole number"),
    (#"{"lot": ""}"#, .wrongType, 1, "lot: expected text or a whole number"),
    (#"{"slot": 1.5}"#, .wrongType, 1, "slot: expected text or a whole number"),
    (#"{"slot": true}"#, .wrongType, 1, "slot: expected text or a whole number"),
    (#"{"die": [1, 2.5]}"#, .wrongType, 1, "die: expected two whole numbers, [column, row]"),
    (#"{"center_um": [1]}"#, .wrongType, 1, "center_um: expected two numbers, [x, y]"),
    (
      #"{"pixel_size_um": 0}"#, .badValue, 1,
      "pixel_size_um: expected a number above 0, or [low, high]"
    ),
    (
      #"{"pixel_size_um": [2, 1]}"#, .badValue, 1,
      "pixel_size_um: expected a number above 0, or [low, high]"
    ),
    (
      #"{"pixel_size_um": "1"}"#, .wrongType, 1,
      "pixel_size_um: expected a number above 0, or [low, high]"
    ),
    (#"{"rotation_deg": 400}"#, .badValue, 1, "rotation_deg: 400.0 is out of range"),
    (#"{"taken_at": 5}"#, .wrongType, 1, "taken_at: expected text"),
    (
      #"{"taken_at": "13.2.2026"}"#, .badValue, 1,
      "taken_at: '13.2.2026' is no ISO 8601 date and time such as 2026-02-13T10:11:12Z"
    ),
    (
      #"{"taken_at": "2026-02-30"}"#, .badValue, 1,
      "taken_at: '2026-02-30' is no ISO 8601 date and time such as 2026-02-13T10:11:12Z"
    ),
  ])
  func `a mistake is named with its key`(
    json: String, code: RecipeError.Code, line: Int, sentence: String
  ) {
    let error = #expect(throws: RecipeError.self) { try sidecar(json) }
    #expect(error?.code == code)
    #expect(error?.line == line)
    #expect(error?.detail == sentence)
  }

  @Test(arguments: ["", "{", "nonsense", #"{"lot" "a"}"#, #"{"rotation_deg": 1e999}"#, "{} {}"])
  func `what is no JSON is refused in one line`(json: String) {
    let error = #expect(throws: RecipeError.self) { try sidecar(json) }
    #expect(error?.code == .syntax || error?.code == .wrongType)
    #expect(error?.description.contains("/scan.json") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test(arguments: ["[]", "3", "null", #""lot""#])
  func `a sidecar is an object`(json: String) {
    let error = #expect(throws: RecipeError.self) { try sidecar(json) }
    #expect(error?.code == .wrongType)
  }
}

/// Reads `scan.json` beside `scan.tif`.
private func sidecar(_ json: String) throws -> Sidecar? {
  try withTemporaryFolder { folder in
    try Data(json.utf8).write(to: folder.appending(path: "scan.json"))
    return try Sidecar.read(for: folder.appending(path: "scan.tif"))
  }
}
