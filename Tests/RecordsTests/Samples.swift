import Foundation
import GRDB
import Raster
import Records
import TestSupport

extension InspectionRecord {
  /// A scan of 6×4 pixels with one finding and every optional part present but the class.
  static let sample: InspectionRecord = {
    var scan = ScanRecord(
      path: "inbox/die_00.tif", sha256: String(repeating: "a", count: 64), width: 6, height: 4)
    (scan.lot, scan.wafer, scan.slot, scan.die) = ("L7", "W03", "5", [2, -1])
    scan.takenAt = "2026-03-01T08:00:00Z"
    let box = PixelRect(x: 1, y: 1, width: 2, height: 2)
    let finding = FindingRecord(
      id: 1, box: box, areaPx: 3, layoutUm: Point(x: 12.5, y: -3.25), die: [2, -1],
      polarity: .dark, score: 9.5, contrast: -31.25,
      mask: RunLengthMask(box: box, width: 6, height: 4) { $0 + $1 < 4 },
      layers: ["ridge", "p_metal"])
    return InspectionRecord(
      program: "goldendie 1.0.0", device: "MPW-17", scan: scan,
      recipe: FileRecord(path: "recipe.yaml", sha256: String(repeating: "b", count: 64)),
      layout: FileRecord(path: "layout.gds", sha256: String(repeating: "c", count: 64)),
      verdict: .inspected, reason: nil,
      registration: RegistrationRecord(
        layoutToScan: [[2, 0, 1], [0, -2, 5]], pixelSizeUm: 0.5, rotationDeg: 0.125,
        offsetPx: Point(x: 3.5, y: -1.25), confidence: 0.96875, score: 0.8125,
        halvesDisagreePx: 0.25,
        ambiguousAlong: [Ambiguity(axis: "x", periodUm: 0.31, periodPx: 0.62)]),
      golden: GoldenRecord(kind: "table"), inspectedBox: PixelRect(x: 0, y: 0, width: 6, height: 4),
      inspectedMpx: 0.000024, seconds: 1.5,
      findings: [finding])
  }()
}

let noon = Date(timeIntervalSince1970: 1_772_366_400)

/// A result with an explanation, a frame and a recipe, of one of several scans.
func sampleResult(die: Int = 0) -> NewResult {
  var record = InspectionRecord.sample
  record.scan.path = "inbox/L7/die_0\(die).tif"
  record.scan.sha256 = Digest.sha256(Data("\(die)".utf8))
  let recipe = Data("device: MPW-17\n".utf8)
  return NewResult(
    key: ContentKey(
      scan: record.scan.sha256, recipe: Digest.sha256(recipe), models: Digest.none),
    folder: "L7/die_0\(die)", record: record,
    explanations: [1: .object(["concepts": .list([.number(0.25), .text("ридж")])])],
    frame: WaferFrame(
      cell: "TOP", diameterUm: 76_200, pitchUm: Point(x: 5000, y: 4000),
      originUm: Point(x: -2500, y: -2000),
      cornerUm: Point(x: 0, y: 0),
      sites: [
        .init(name: "A", box: Box(low: Point(x: 0, y: 0), high: Point(x: 100, y: 100)))
      ]),
    documents: [
      StoredDocument(
        kind: .recipe, name: "recipe.yaml", sha256: Digest.sha256(recipe), content: recipe)
    ])
}

/// Runs a test on new records.
func withStore<Result>(_ body: (SQLiteRecords) throws -> Result) throws -> Result {
  try withTemporaryFolder { try body(SQLiteRecords($0.appending(path: "records.sqlite"))) }
}

/// Changes a database behind the back of whoever has it open.
func change(_ file: URL, _ sql: String) throws {
  var configuration = Configuration()
  configuration.foreignKeysEnabled = false
  let queue = try DatabaseQueue(path: file.path, configuration: configuration)
  try queue.write { try $0.execute(sql: sql) }
}
