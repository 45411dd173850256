import Matching
import Raster
import TestSupport
import Testing

/// Squares of 14 px every 24 px, and a golden that paints those of one corner in the grey of their ground: what a table
/// does that was learnt where all of them had failed.
@Suite struct MissingEdgesTests {
  private static let size = PixelRect(x: 0, y: 0, width: 360, height: 312)
  private static let failed = PixelRect(x: 24, y: 24, width: 120, height: 96)

  private let coverage: Plane = {
    var plane = Plane(width: size.width, height: size.height)
    for y in 0..<size.height {
      for x in 0..<size.width where x % 24 >= 5 && x % 24 < 19 && y % 24 >= 5 && y % 24 < 19 {
        plane[x, y] = 1
      }
    }
    return plane
  }()

  private func findings(scan: Plane, golden: Plane) -> [Finding] {
    let materials = Labels(stackOf: [coverage])
    return Compared(
      scan: scan, golden: golden, materials: materials,
      edgeDistance: materials.nearestOther(reach: 32).distance, area: Self.size,
      edgesAreDrawn: true
    ).findings
  }

  /// 0.3 on the ground and 0.6 on the squares, but for the failed ones.
  private func picture(failed: PixelRect?) -> Plane {
    var plane = coverage.map { 0.3 + 0.3 * $0 }
    if let failed {
      for y in failed.y..<failed.maxY { for x in failed.x..<failed.maxX { plane[x, y] = 0.3 } }
    }
    var random = Seeded(state: 3)
    for index in plane.samples.indices { plane.samples[index] += 0.01 * random.normal() }
    return plane
  }

  @Test func `a pattern that failed is found though its grey is as painted`() throws {
    let scan = picture(failed: Self.failed)
    let found = findings(scan: scan, golden: scan)
    let finding = try #require(found.first)
    #expect(found.count == 1)
    #expect(finding.box.intersection(Self.failed).area >= 8 * Self.failed.area / 10)
    #expect(Self.failed.expanded(by: 16).contains(finding.box))
  }

  @Test func `a pattern that is there is not missed`() {
    #expect(findings(scan: picture(failed: nil), golden: picture(failed: nil)).isEmpty)
  }

  @Test func `edges that never show are not missed`() {
    var flat = Plane(width: Self.size.width, height: Self.size.height, filling: 0.3)
    var random = Seeded(state: 5)
    for index in flat.samples.indices { flat.samples[index] += 0.01 * random.normal() }
    #expect(findings(scan: flat, golden: flat).isEmpty)
  }
}
