import Foundation
import Inspection
import Raster
import Records
import TestSupport
import Testing

/// Real photographs of a real chip against the layout that was asked for.
@Suite(.enabled(if: sharedData != nil), .serialized) struct ElectronMicrographTests {
  /// A photograph and what is known of it.
  struct Expected: Sendable, CustomTestStringConvertible {
    var name: String
    /// Measured once and looked at: the layout's edges lie on the photograph's.
    var pixelSizeUm: Double
    var isAmbiguousAlongY = false
    var isDamaged = false
    var testDescription: String { name }
  }

  private static let photographs = [
    Expected(name: "LL_129", pixelSizeUm: 0.04179),
    Expected(name: "LL_136", pixelSizeUm: 0.00440),
    Expected(name: "LL_142", pixelSizeUm: 0.00329, isAmbiguousAlongY: true),
    Expected(name: "LL_144", pixelSizeUm: 0.00331, isDamaged: true),
    Expected(name: "LL_148", pixelSizeUm: 0.00331, isDamaged: true),
  ]

  private let data: URL
  private var micrographs: URL { data.appending(path: "openebl-2024-02/sem") }

  init() throws { data = try #require(sharedData).appending(path: "") }

  private func device(in folder: URL) throws -> Device {
    let recipe = folder.appending(path: "sem.yaml")
    let text = """
      device: openEBL 2024-02
      layout:
        file: \(micrographs.path)/WF150UL_SEM_LL.gds
        layers: {silicon: 1/0}
      scan:
        valid_rows: 0..<1370
        centers: \(micrographs.path)/WF150ULLL.txt
        fields: 200/0
      golden:
        baseline: table
      matching:
        search: 25%
      """
    try Data(text.utf8).write(to: recipe)
    return try Device(recipe: recipe)
  }

  private func inspect(_ name: String) throws -> InspectionRecord {
    try withTemporaryFolder { folder in
      try device(in: folder).inspect(micrographs.appending(path: name + ".jpg")).record
    }
  }

  @Test(arguments: photographs)
  func `a photograph is registered, and findings are where the damage is`(
    expected: Expected
  ) throws {
    let record = try inspect(expected.name)
    #expect(record.verdict == .inspected, "\(record.reason ?? "")")
    let registration = try #require(record.registration)
    #expect(try #require(registration.halvesDisagreePx) <= 0.01 * 2048)
    #expect(abs(registration.offsetPx.x) <= 0.2 * 2048)
    #expect(abs(registration.offsetPx.y) <= 0.2 * 2048)
    let pixelSize = try #require(registration.pixelSizeUm)
    #expect(abs(pixelSize / expected.pixelSizeUm - 1) < 0.02)
    #expect(registration.ambiguousAlong.contains { $0.axis == "y" } == expected.isAmbiguousAlongY)
    if expected.isDamaged {
      let outlines = try damage(of: expected.name)
      let hit = outlines.count { outline in
        record.findings.contains { $0.mask.contains(where: outline.contains(x:y:)) }
      }
      #expect(hit >= Int((0.8 * Double(outlines.count)).rounded(.up)), "of \(outlines.count)")
    } else {
      #expect(record.findings.count <= 8)
    }
  }

  private func damage(of name: String) throws -> [Outline] {
    struct Damage: Decodable { let photographs: [String: [Outline]] }
    let file = data.appending(path: "openebl-2024-02/damage.json")
    let damage = try JSONDecoder().decode(Damage.self, from: Data(contentsOf: file))
    return try #require(damage.photographs[name + ".jpg"])
  }

  @Test func `a photograph of another place is not inspectable`() throws {
    try withTemporaryFolder { folder in
      let scan = folder.appending(path: "LL_142.jpg")
      try FileManager.default.copyItem(at: micrographs.appending(path: "LL_142.jpg"), to: scan)
      // The centre of LL_129.
      try Data(#"{"center_um": [-9954.371, -7497.12]}"#.utf8)
        .write(to: folder.appending(path: "LL_142.json"))
      let record = try device(in: folder).inspect(scan).record
      #expect(record.verdict == .notInspectable)
      #expect(record.reason?.isEmpty == false && record.findings.isEmpty)
    }
  }

  @Test func `the same scan gives the same record`() throws {
    try withTemporaryFolder { folder in
      let device = try device(in: folder)
      let scan = micrographs.appending(path: "LL_144.jpg")
      var (first, second) = (try device.inspect(scan).record, try device.inspect(scan).record)
      (first.seconds, second.seconds) = (0, 0)
      #expect(first == second)
      #expect(try first.json() == second.json())
    }
  }
}
