import Classification
import Foundation
import Raster
import Testing

/// What is measured at flagged places.
@Suite struct PlaceMeasuresTests {
  /// Ground of 51 grey levels, and a ridge of 102 over rows 40 to 55, with a rectangle of a colour in the scan.
  private func measures(
    of change: PixelRect, _ colour: [Float], in box: PixelRect
  ) throws -> PlaceMeasures {
    let side = 96
    let codes = (0..<side * side).map { UInt16((40..<56).contains($0 / side) ? 1 : 0) }
    let drawn = Plane(width: side, height: side, samples: codes.map { $0 == 1 ? 0.4 : 0.2 })
    let golden = Picture(planes: [drawn, drawn, drawn])
    var scan = golden
    for y in change.y..<change.maxY {
      for x in change.x..<change.maxX {
        for (plane, level) in colour.enumerated() { scan.planes[plane][x, y] = level / 255 }
      }
    }
    let source = CropSource(
      scan: scan, golden: golden, difference: Plane(width: side, height: side),
      materials: Labels(width: side, height: side, values: codes))
    return try #require(source.measures(of: box))
  }

  private func rect(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> PixelRect {
    PixelRect(x: x, y: y, width: width, height: height)
  }

  /// Blurred over 3 × 3 pixels, 20 × 4 pixels become 22 × 6 less their corners, of which 76 are half as strong as the strongest, and
  /// 80 differ, by 102, 51 and 0.
  private static let speck: [(measure: PlaceMeasures.Measure, value: Double, unit: String)] = [
    (.area, 128, "px"), (.fill, 66.6667, "%"), (.length, 21.3951, "px"), (.width, 5.8949, "px"),
    (.contrast, 65.8407, "grey levels"), (.brightness, 51, "grey levels"),
    (.colourfulness, 102, "grey levels"), (.unevenness, 24.6902, "grey levels"),
    (.sharpness, 59.375, "%"), (.opposite, 0, "%"), (.edgeDistance, 20, "px"), (.atEdges, 0, "%"),
    (.onOneMaterial, 100, "%"), (.layersDrawn, 0, ""), (.layersMore, 0, ""), (.line, 0, "px"),
    (.gap, 0, "px"),
    // With the corners.
    (.alone, 132, "px"),
  ]

  @Test func `a speck on bare ground`() throws {
    let place = try measures(of: rect(30, 10, 20, 4), [153, 102, 51], in: rect(28, 8, 24, 8))
    #expect(Self.speck.count == PlaceMeasures.Measure.allCases.count)
    for (measure, value, unit) in Self.speck {
      let reading = place.reading(measure)
      #expect(abs(reading.value - value) < 0.001 && reading.unit == unit, "\(measure): \(reading)")
    }
  }

  @Test func `a bite out of a ridge has a layer less, and lies at its edge`() throws {
    let place = try measures(of: rect(30, 40, 10, 8), [51, 51, 51], in: rect(28, 38, 14, 12))
    #expect(place.kind == PlaceKind(.fewer))
    #expect(place.reading(.layersMore).value == -1 && place.reading(.layersDrawn).value == 1)
    // Of 12 × 10 pixels less corners the first row is on ground, and two more rows are within two pixels of it.
    #expect(abs(place.reading(.onOneMaterial).value - 100 * 106 / 116.0) < 0.001)
    #expect(abs(place.reading(.atEdges).value - 100 * (10 + 24) / 116.0) < 0.001)
  }

  @Test func `a cut tells how much of the ridge it parts`() throws {
    let place = try measures(of: rect(30, 40, 6, 16), [51, 51, 51], in: rect(28, 38, 10, 20))
    #expect(place.kind == PlaceKind(.fewer, .line))
    // Twelve columns about the cut are looked at, and three pixels beside it belong to it.
    #expect(place.reading(.line).value >= 100)
  }
}
