import Foundation
import Raster
import Records
import Reports

/// A record of a 40×30 scan with findings at (4, 6) and (20, 10), bright and dark.
func sampleRecord(
  path: String = "inbox/die_00.tif", device: String = "MPW-17", findings: Int = 2
) -> InspectionRecord {
  let boxes = [
    PixelRect(x: 4, y: 6, width: 3, height: 2), PixelRect(x: 20, y: 10, width: 5, height: 4),
  ]
  return InspectionRecord(
    program: "goldendie 1.0.0", device: device,
    scan: ScanRecord(
      path: path, sha256: String(repeating: "a", count: 64), width: 40, height: 30),
    recipe: FileRecord(path: "recipe.yaml", sha256: String(repeating: "b", count: 64)),
    layout: FileRecord(path: "layout.gds", sha256: String(repeating: "c", count: 64)),
    verdict: .inspected, reason: nil,
    registration: RegistrationRecord(
      layoutToScan: [[2, 0, 1], [0, -2, 29]], pixelSizeUm: 0.5, rotationDeg: 0.1,
      offsetPx: Point(x: 4, y: -2), confidence: 0.9, score: 0.8, halvesDisagreePx: 0.2,
      ambiguousAlong: []),
    golden: GoldenRecord(kind: "table"),
    inspectedBox: PixelRect(x: 0, y: 0, width: 40, height: 30), inspectedMpx: 0.0012, seconds: 2,
    findings: boxes.prefix(findings).enumerated().map { index, box in
      FindingRecord(
        id: index + 1, box: box, areaPx: box.area, layoutUm: Point(x: 1, y: 2), die: nil,
        polarity: index == 0 ? .bright : .dark, score: 9 - Double(index),
        contrast: index == 0 ? 30 : -30,
        mask: RunLengthMask(box: box, width: 40, height: 30) { _, _ in true },
        layers: ["ridge"])
    })
}

/// The same scan refused.
func refusedRecord(
  path: String = "inbox/die_01.tif", reason: String = "no structure was found"
) -> InspectionRecord {
  var record = sampleRecord(path: path, findings: 0)
  (record.verdict, record.reason, record.registration) = (.notInspectable, reason, nil)
  (record.inspectedBox, record.inspectedMpx) = (nil, 0)
  return record
}

/// The report of a record on plain grey pictures.
func sampleReport(_ record: InspectionRecord) -> Report {
  func grey(_ width: Int, _ height: Int) -> Picture {
    Picture(planes: [Plane(width: width, height: height, filling: 0.5)])
  }
  let colours = DifferenceColours(saturation: 10, threshold: 5)
  let isInspected = record.verdict == .inspected
  func difference(_ width: Int, _ height: Int) -> Picture {
    colours.picture(of: Plane(width: width, height: height, filling: 3))
  }
  return Report(
    record: record,
    field: FieldPictures(
      scan: grey(20, 15), golden: isInspected ? grey(20, 15) : nil,
      difference: isInspected ? difference(20, 15) : nil, reduction: 2),
    findings: record.findings.map { finding in
      let window = finding.box.expanded(by: 3)
      return FindingPictures(
        id: finding.id, rect: window, scan: grey(window.width, window.height),
        golden: grey(window.width, window.height),
        difference: difference(window.width, window.height))
    },
    colours: colours)
}

extension String {
  /// How often a text occurs in this one.
  func count(of text: String) -> Int { ranges(of: text).count }
}

/// A result of one of several scans, in lot L7, with an explanation, a frame and a recipe.
func sampleResult(die: Int) -> NewResult {
  var record = sampleRecord(path: "inbox/L7/die_0\(die).tif", findings: 1)
  record.scan.sha256 = Digest.sha256(Data("\(die)".utf8))
  (record.scan.lot, record.scan.wafer, record.scan.die) = ("L7", "W1", [die, -1])
  let recipe = Data("device: MPW-17\n".utf8)
  return NewResult(
    key: ContentKey(
      scan: record.scan.sha256, recipe: Digest.sha256(recipe), models: Digest.none),
    folder: "L7/die_0\(die)", record: record,
    explanations: [1: .object(["concepts": .list([.number(0.25)])])],
    frame: WaferFrame(
      cell: "TOP", diameterUm: 76_200, pitchUm: Point(x: 5000, y: 4000),
      originUm: Point(x: -2500, y: -2000), cornerUm: Point(x: 0, y: 0)),
    documents: [
      StoredDocument(
        kind: .recipe, name: "recipe.yaml", sha256: Digest.sha256(recipe), content: recipe)
    ])
}
