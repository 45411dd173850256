import Foundation
import Inspection
import Testing

/// A recipe with a mistake, and what is to be said of it.
struct BadRecipe: CustomTestStringConvertible, Sendable {
  let yaml: String
  let code: RecipeError.Code
  let line: Int?
  let sentence: String
  var testDescription: String { sentence }

  init(_ yaml: String, _ code: RecipeError.Code, _ line: Int?, _ sentence: String) {
    (self.yaml, self.code, self.line, self.sentence) = (yaml, code, line, sentence)
  }

  /// A mistake in `scan`, `golden` or `matching` of a recipe whose layout is right, from line 2 on.
  static func after(_ yaml: String, _ code: RecipeError.Code, _ line: Int, _ sentence: String)
    -> Self
  {
    Self("layout: {file: layout.gds, layers: {a: 1/0}}\n" + yaml, code, line, sentence)
  }

  static let keys = [
    after(
      "golden:\n  baselin: table", .unknownKey, 3,
      "unknown key 'baselin' in golden; did you mean 'baseline'?"),
    after(
      "mathcing: {}", .unknownKey, 2,
      "unknown key 'mathcing' in the recipe; did you mean 'matching'?"),
    after(
      "golden: {colour: 1}", .unknownKey, 2,
      "unknown key 'colour' in golden; known are generator, image, images, baseline, neighbours"),
    after(
      "golden: {neighbours: 2}", .badValue, 2,
      "golden.neighbours: expected a whole number from 3 to 16, found 2.0"),
    after(
      "golden: {images: [golden.png, golden.png, layout.gds]}", .badValue, 2,
      "golden.images: golden.png is listed twice"),
    after(
      "golden: {images: [golden.png]}", .badValue, 2,
      "golden.images: 3 to 64 pictures of good dies are asked for, and 1 is there"),
    after(
      "golden: {images: {a: b}}", .wrongType, 2,
      "golden.images: expected a list of pictures, or a folder of them, found a list of keys with values"
    ),
    after(
      "wafer: {notch: top}", .badValue, 2,
      "wafer.notch: expected one of down, left, up, right, found 'top'"),
    after(
      "wafer: {pitch_um: [5, 0]}", .badValue, 2,
      "wafer.pitch_um: expected two numbers, [x, y], above 0"),
    after(
      "wafer:\n  sites: {A: [0, 0, 1]}", .wrongType, 3,
      "wafer.sites.A: expected four numbers, [x, y, width, height], the last two above 0"),
    after(
      "matching: {merge: 5%}", .badValue, 2,
      "matching.merge: expected a distance above 0 such as 24px or 0.5um, found '5%'"),
    after(
      "matching: {false_alarms_per_mpx: 1, false_alarms_per_cm2: 1}", .badValue, 2,
      "matching.false_alarms_per_cm2: the rate is given a Mpx already; give one of the two"),
    after(
      "matching: {exclude: [[0, 0, 1]]}", .wrongType, 2,
      "matching.exclude: expected a list of boxes [low x, low y, high x, high y] in µm, found [0, 0, 1]"
    ),
    after(
      "matching: {exclude: [[0, 5, 1, 4]]}", .badValue, 2,
      "matching.exclude: a box has its low corner first; found [0, 5, 1, 4]"),
    after(
      "matching: {sensitivity: {b: 1}}", .unknownKey, 2,
      "unknown key 'b' in matching.sensitivity; did you mean 'a'?"),
    after(
      "matching: {marks: b}", .badValue, 2,
      "matching.marks: layout.layers has no 'b'; did you mean 'a'?"),
    after("outputs: [jsn]", .badValue, 2, "outputs: unknown output 'jsn'; did you mean 'json'?"),
    after(
      "outputs: json", .wrongType, 2,
      "outputs: expected a list of html, json, klarf, lyrdb, csv, coco, audit, found 'json'"),
    after(
      "outputs: []", .wrongType, 2,
      "outputs: expected a list of html, json, klarf, lyrdb, csv, coco, audit, found []"),
    after("device: a\ndevice: b", .duplicateKey, 2, "key 'device' is given more than once"),
    after(
      "1: 2\n[a]: 3", .unknownKey, 2,
      "unknown key '1' in the recipe; known are device, layout, scan, golden, matching, classifier, wafer, outputs"
    ),
    after("[a]: 3", .wrongType, 2, "a key in a recipe is no word"),
    Self(
      "device: a", .missingKey, 1,
      "layout is missing; only a recipe with golden.image, golden.images or golden.neighbours can do without"
    ),
    Self(
      "device: a\nlayout:\n  layers: {a: 1/0}", .missingKey, 3,
      "layout.file: missing; name the GDSII or OASIS file"),
    Self(
      "layout:\n  file: layout.gds", .missingKey, 2,
      "layout.layers: missing; name at least one, such as {ridge: 1/0}"),
    after(
      "golden: {}", .missingKey, 2,
      "golden is one of generator, image, images and baseline, and no more than one"),
    after(
      "golden: {image: golden.png, baseline: table}", .badValue, 2,
      "golden is one of generator, image, images and baseline, and no more than one"),
  ]

  static let values = [
    after(
      "scan:\n  pixel_size_um: 0", .badValue, 3,
      "scan.pixel_size_um: expected a number above 0, or [low, high], found 0.0"),
    after(
      "scan: {pixel_size_um: [2, 1]}", .badValue, 2,
      "scan.pixel_size_um: the low end 2.0 is above the high end 1.0"),
    after(
      "scan: {pixel_size_um: [1, 2, 3]}", .wrongType, 2,
      "scan.pixel_size_um: expected a number above 0, or [low, high], found [1, 2, 3]"),
    after(
      "scan: {pixel_size_um: half}", .wrongType, 2,
      "scan.pixel_size_um: expected a number above 0, or [low, high], found 'half'"),
    after(
      "scan: {pixel_size_um: '0.5'}", .wrongType, 2,
      "scan.pixel_size_um: expected a number above 0, or [low, high], found '0.5'"),
    after(
      "scan: {pixel_size_um: nan}", .wrongType, 2,
      "scan.pixel_size_um: expected a number above 0, or [low, high], found nan"),
    after(
      "scan:\n  valid_rows: 5..<5", .badValue, 3,
      "scan.valid_rows: 5..<5 holds no row; expected rows such as 0..<1370 or 0...1369"),
    after(
      "scan:\n  valid_columns: 9...3", .badValue, 3,
      "scan.valid_columns: 9...3 holds no column; expected columns such as 0..<1370 or 0...1369"),
    after(
      "scan: {valid_rows: -1...4}", .badValue, 2,
      "scan.valid_rows: expected rows such as 0..<1370 or 0...1369, found '-1...4'"),
    after(
      "scan: {valid_rows: 1370}", .badValue, 2,
      "scan.valid_rows: expected rows such as 0..<1370 or 0...1369, found '1370'"),
    after(
      "scan: {fields: 200}", .badValue, 2,
      "scan.fields: expected layer/datatype such as 1/0, found '200'"),
    after("scan: 5", .wrongType, 2, "scan is a list of keys with values, not 5"),
    after("scan:", .wrongType, 2, "scan is a list of keys with values, not nothing"),
    after(
      "golden: {baseline: tabel}", .badValue, 2,
      "golden.baseline: expected 'table' or 'tree', found 'tabel'"),
    after(
      "matching:\n  search: 5", .badValue, 3,
      "matching.search: expected a distance above 0 such as 5um, 25% (of the field, at most 100%) or 40px, found '5'"
    ),
    after(
      "matching: {rotation_deg: 90}", .badValue, 2,
      "matching.rotation_deg: expected degrees from 0 to 45, found 90.0"),
    after(
      "matching: {threshold: -1}", .badValue, 2,
      "matching.threshold: expected a number above 0, found -1.0"),
    after(
      "matching: {false_alarms_per_mpx: [1]}", .wrongType, 2,
      "matching.false_alarms_per_mpx: expected a number above 0, found [1]"),
    after("device: [a, b]", .wrongType, 2, "device: expected a name, found [a, b]"),
    after("device: ~", .wrongType, 2, "device: expected a name, found nothing"),
    Self(
      "layout: {file: layout.gds, layers: {a: 1-0}}", .badValue, 1,
      "layout.layers.a: expected layer/datatype such as 1/0, found '1-0'"),
    Self(
      "layout:\n  file: layout.gds\n  layers:\n    a: 1/0\n    b: 1/0", .duplicateKey, 5,
      "layout.layers.b: 1/0 is 'a' already; a layer has one name"),
    Self("- a\n- b", .wrongType, 1, "a recipe is a list of keys with values, not [a, b]"),
  ]

  static let forms = [
    Self("", .empty, 1, "the recipe is empty"),
    Self("# nothing\n\n", .empty, 1, "the recipe is empty"),
    Self(
      "device: a\nlayout: {file: [", .syntax, 3,
      "not valid YAML: while parsing a flow node, did not find expected node content"),
    Self(
      "device: a\n\tlayout: b", .syntax, 2,
      "not valid YAML: while scanning a plain scalar, found a tab character that violates indentation"
    ),
    Self(
      "device: a\n---\ndevice: b", .syntax, 2,
      "not valid YAML: expected a single document in the stream, but found another document"),
    Self("device: a\nscan: *b", .syntax, 2, "not valid YAML: found undefined alias"),
    Self(
      "device: a\n\nscan: \u{1}", .syntax, 3, "not valid YAML: control characters are not allowed"),
  ]
}

@Suite struct BadRecipeTests {
  @Test(arguments: BadRecipe.keys + BadRecipe.values + BadRecipe.forms)
  func `a mistake is named with its line`(bad: BadRecipe) {
    let error = #expect(throws: RecipeError.self) { try recipe(bad.yaml) }
    #expect(error?.code == bad.code)
    #expect(error?.line == bad.line)
    #expect(error?.detail == bad.sentence)
  }

  @Test func `a file that is not there is named with its path and line`() {
    let error = #expect(throws: RecipeError.self) {
      try recipe("device: a\nlayout:\n  file: sub/gone.gds\n  layers: {a: 1/0}")
    }
    #expect(error?.code == .noSuchFile)
    #expect(error?.line == 3)
    #expect(error?.detail.hasPrefix("layout.file /") == true)
    #expect(error?.description.hasSuffix("/sub/gone.gds: no such file") == true)
    #expect(error?.description.contains("recipe.yaml, line 3: ") == true)
  }
}
