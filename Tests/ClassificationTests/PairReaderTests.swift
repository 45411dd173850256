import Classification
import Networks
import Raster
import TestSupport
import Testing

@Suite struct PairReaderTests {
  /// A classifier by chance that sees defects in many places.
  private func classifier() -> Classifier {
    var random = Seeded(state: 5)
    var result = Classifier(card: .init(classes: ["a", "b"], isNormalised: true), using: &random)
    if let bias = result.network.parameters.slot("\(result.network.output).bias") {
      // No class is likelier than another, and boxes are small.
      result.network.parameters.values.replaceSubrange(
        bias.range, with: [0, 0, 0, 0.15, 0.15, 0.15, 0.15])
    }
    return result
  }

  private func plane(_ width: Int, _ height: Int, _ value: (Int, Int) -> Float) -> Plane {
    Plane(
      width: width, height: height,
      samples: (0..<width * height).map { value($0 % width, $0 / width) })
  }

  /// Noise, and the same with columns and rows exchanged and columns mirrored.
  private func sources() -> (plain: CropSource, turned: CropSource) {
    var random = Seeded(state: 11)
    let planes = (0..<3).map { _ in plane(160, 96) { _, _ in .random(in: 0...1, using: &random) } }
    let turned = planes.map { one in plane(96, 160) { x, y in one[y, 95 - x] } }
    func source(_ planes: [Plane]) -> CropSource {
      CropSource(
        scan: Picture(planes: [planes[0]]), golden: Picture(planes: [planes[1]]),
        difference: planes[2])
    }
    return (source(planes), source(turned))
  }

  @Test func `looked at in all positions, a turned pair shows the same defects turned`() throws {
    let (plain, turned) = sources()
    func found(_ source: CropSource, views: Int) throws -> [Detection] {
      try PairReader(classifier(), views: views).detections(in: source)
    }
    let (first, second) = (try found(plain, views: 8), try found(turned, views: 8))
    #expect(first.count > 3)
    #expect(first.count == second.count)
    for detection in first {
      let box = detection.box
      let expected = PixelRect(x: 96 - box.maxY, y: box.x, width: box.height, height: box.width)
      #expect(
        second.contains {
          $0.label == detection.label && abs($0.confidence - detection.confidence) < 1e-4
            && expected.expanded(by: 1).contains($0.box)
        })
    }
    // As it lies alone, it shows others.
    #expect(try found(plain, views: 1).map(\.confidence) != first.map(\.confidence))
  }
}
