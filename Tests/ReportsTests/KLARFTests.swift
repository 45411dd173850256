import Foundation
import Reports
import TestSupport
import Testing

@Suite struct KLARFTests {
  // How many defects each wafer of a file holds.
  @Test(
    .enabled(if: sharedData != nil),
    arguments: [
      ("CPS3TwithoutReview.001", [16], 0), ("simple12.klarf", [1], 0),
      ("klarf12Example.klarf", [2], 0), ("klarf12DefectListExample.klarf", [13], 1),
      ("simple18.klarf", [3, 1], 0), ("wierdKlarfWithNAs.klarf", [3, 1], 0),
      ("klarfWithImagelist.klarf", [6], 0),
    ])
  func `every finding of a file from elsewhere is read`(
    name: String, counts: [Int], remarks: Int
  ) throws {
    let folder = try #require(sharedData).appending(path: "klarf")
    let file = try KLARFFile(contentsOf: folder.appending(path: name))
    #expect(file.wafers.map(\.defects.count) == counts)
    #expect(file.remarks.count == remarks)
  }

  @Test(
    .enabled(if: sharedData != nil),
    arguments: [
      ("bad12.klarf", 36, KLARFError.Code.twice),
      ("bad12DefectList.klarf", 29, .malformed),
    ])
  func `a bad file is refused with its line`(name: String, line: Int, code: KLARFError.Code) throws
  {
    let file = try #require(sharedData).appending(path: "klarf/\(name)")
    let error = #expect(throws: KLARFError.self) { try KLARFFile(contentsOf: file) }
    #expect(error?.line == line && error?.code == code, "\(String(describing: error))")
  }

  @Test(.enabled(if: sharedData != nil)) func `places are told in µm`() throws {
    let folder = try #require(sharedData).appending(path: "klarf")
    let old = try KLARFFile(contentsOf: folder.appending(path: "CPS3TwithoutReview.001"))
    let last = try #require(old.wafers[0].defects.last)
    #expect(last.x == 1753.12 && last.y == 506.08 && last.column == 32 && last.row == -9)
    #expect(old.wafers[0].classes.count == 276 && old.wafers[0].dies.count == 4988)
    let new = try KLARFFile(contentsOf: folder.appending(path: "klarfWithImagelist.klarf"))
    let first = try #require(new.wafers[0].defects.first)
    #expect(abs(first.x - 7243.34) < 1e-9 && abs(first.width - 0.31) < 1e-9)
    #expect(first.images == ["a/path/here", "a/path/there", "a/path/anywhere"])
    #expect(abs(new.wafers[0].pitchX - 7270.96) < 1e-9)
  }

  @Test(arguments: KLARFFile.Version.allCases)
  func `what is written is read back equal`(version: KLARFFile.Version) throws {
    var wafer = KLARFFile.Wafer()
    (wafer.lot, wafer.wafer, wafer.device) = ("L 7", "W;03", "MPW-17 'x'")
    (wafer.step, wafer.setup, wafer.resultsID, wafer.slot) = ("S", "R", "goldendie:1", 4)
    (wafer.resultTimestamp, wafer.station) = ("03-01-2026 12:00:00", ["a", "b b", ""])
    (wafer.diameterUm, wafer.pitchX, wafer.pitchY) = (76_200, 5000.5, 4000.25)
    (wafer.centerX, wafer.centerY, wafer.areaUm2) = (2500, -2000.125, 2e6)
    (wafer.classes, wafer.dies) = ([0: "unclassified", 3: "particle {}"], [[0, 0], [-1, 2]])
    wafer.defects = (1...5).map { number in
      KLARFFile.Defect(
        id: number, x: 12.5 * Double(number), y: -3.125, column: -1, row: 2, width: 1.5,
        height: 2, area: 2.25, size: 2, classNumber: number == 2 ? 3 : 0, bin: number % 3,
        images: number % 2 == 0 ? ["../a b/\(number).jpg"] : [])
    }
    for count in [5, 0] {
      wafer.defects = Array(wafer.defects.prefix(count))
      let file = KLARFFile(
        version: version, fileTimestamp: "03-01-2026 12:00:01", wafers: [wafer])
      #expect(try KLARFFile(file.data, path: "x") == file)
    }
  }

  @Test(arguments: ["1.2", "1.8"])
  func `damage gives an error or a result`(version: String) throws {
    var wafer = KLARFFile.Wafer()
    wafer.resultTimestamp = "03-01-2026 12:00:00"
    wafer.defects = [
      .init(
        id: 1, x: 1, y: 2, column: 0, row: 0, width: 1, height: 1, area: 1, size: 1,
        classNumber: 0, images: ["a.jpg"])
    ]
    let whole = KLARFFile(
      version: try #require(KLARFFile.Version(rawValue: version)),
      fileTimestamp: "03-01-2026 12:00:01", wafers: [wafer]
    ).data
    for place in 0..<whole.count {
      #expect(throws: KLARFError.self) {
        // Only what follows the last word may be cut off.
        try KLARFFile(whole.prefix(min(place, whole.count - 3)), path: "x")
      }
      var damaged = whole
      damaged[place] ^= 1 << UInt8(place % 8)
      _ = try? KLARFFile(damaged, path: "x")
    }
  }
}
