import Foundation
import ImageFiles
import Inspection
import Layout
import Raster
import Records
import Reports
import TestSupport
import Testing

/// Scans of dies of one reticle beside their layout, 0.1 µm a pixel.
@Suite struct RepeatedTests {
  private static let size = PixelRect(x: 0, y: 0, width: 560, height: 440)
  /// What the reticle has wrong, and what one die has.
  private static let spot = PixelRect(x: 301, y: 187, width: 9, height: 8)
  private static let own = PixelRect(x: 402, y: 300, width: 8, height: 8)

  private func makeLayout(in folder: URL) throws -> Plane {
    let layer = LayerID(layer: 1, datatype: 0)
    var random = Seeded(state: 3)
    var elements: [GDSIILibrary.Element] = []
    for place in 0..<30 {
      let (x, y) = (Double(place % 6) * 9.3 + 1, Double(place / 6) * 8.8 + 1)
      let (width, height) = (
        Double.random(in: 2...6, using: &random), Double.random(in: 2...6, using: &random)
      )
      elements.append(
        .boundary(
          layer,
          [
            Point(x: x, y: y), Point(x: x + width, y: y), Point(x: x + width, y: y + height),
            Point(x: x, y: y + height),
          ]))
    }
    let file = folder.appending(path: "layout.gds")
    try GDSIILibrary(cells: [.init(name: "TOP", elements: elements)]).write(to: file.path)
    let layout = try Layout(contentsOf: file.path)
    return try layout.coverage(
      of: layer, in: layout.topCells[0],
      layoutToScan: Affine.translation(x: 0, y: -44).then(.scale(x: 10, y: -10)), rect: Self.size
    ).smoothed(sigma: 1)
  }

  private func scan(_ coverage: Plane, _ number: Int, spots: [PixelRect]) -> Picture {
    var random = Seeded(state: UInt64(40 + number))
    var plane = coverage.map { 0.3 + 0.4 * $0 }
    for spot in spots {
      for y in spot.y..<spot.maxY { for x in spot.x..<spot.maxX { plane[x, y] += 0.25 } }
    }
    for index in plane.samples.indices { plane.samples[index] += 0.008 * random.normal() }
    return Picture(planes: [plane])
  }

  @Test func `what most dies show is listed apart, and not as a finding`() throws {
    try withTemporaryFolder { folder in
      let coverage = try makeLayout(in: folder)
      func write(_ number: Int, _ spots: [PixelRect]) throws -> URL {
        let file = folder.appending(path: "\(number).png")
        try PNGWriter.write(scan(coverage, number, spots: spots), path: file.path)
        return file
      }
      var files: [URL] = []
      for number in 0..<6 {
        files.append(try write(number, number == 2 ? [] : [Self.spot]))
      }
      let bad = try write(6, [Self.spot, Self.own])
      let recipe = folder.appending(path: "recipe.yaml")
      let text = """
        layout: {file: layout.gds, cell: TOP, layers: {metal: 1/0}}
        scan: {pixel_size_um: 0.1}
        golden: {baseline: table, neighbours: 6}
        """
      try Data((text + "\nmatching: {search: 20px}\n").utf8).write(to: recipe)
      // Not on the one that lacks what the others show.
      let learnt = try Device(recipe: recipe).calibrate([files[0], files[1], files[3]]).calibration
      try learnt.json().write(to: folder.appending(path: "c.json"))
      try Data(
        (text + "\nmatching: {search: 20px, calibration: c.json, least_contrast: 10}\n").utf8
      ).write(to: recipe)

      let inspected = try Device(recipe: recipe).inspect(bad)
      let record = inspected.record
      #expect(
        record.findings.count == 1,
        "\(record.findings.map { "\($0.box) \($0.score) \($0.contrast)" })")
      #expect(record.findings.allSatisfy { !$0.box.intersection(Self.own).isEmpty })
      let repeated = try #require(record.repeated)
      #expect(repeated.count == 1)
      let again = try #require(repeated.first)
      #expect(!again.finding.box.intersection(Self.spot).isEmpty)
      #expect(again.dies == 6 && again.of == 7)
      #expect(again.finding.id == 2 && again.finding.polarity == .bright)
      #expect(again.finding.layoutUm.map { abs($0.x - 30.55) < 0.3 } == true)
      let page = try inspected.report().html()
      #expect(page.contains("On most dies") && page.contains("6 of 7 dies"))
      #expect(page.contains("id=\"b2\"") && page.contains("id=\"f2\""))
      // Alone it would be one.
      let without = try Device(recipe: recipe).inspect(bad, beside: { [] }).record
      #expect(without.repeated == nil)
      #expect(without.findings.contains { !$0.box.intersection(Self.spot).isEmpty })
    }
  }
}
