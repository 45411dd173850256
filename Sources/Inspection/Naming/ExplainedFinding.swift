internal import Explanations
internal import Networks
public import Raster

/// Where in the scan a finding's name, and the concepts behind it, come from.
public struct ExplainedFinding: Sendable {
  /// A map of relevance in 8 bits, 64 × 64 over the crop; 127 is the most relevant place.
  struct HeatMap: Sendable {
    static let side = 64
    var values: [Int8]

    init(_ map: Tensor) {
      let plane = Plane(width: map.width, height: map.height, samples: map.values)
        .resized(to: Self.side)
      let most = plane.samples.reduce(0) { max($0, abs($1)) }
      values = plane.samples.map {
        most > 0 && $0.isFinite ? Int8(max(-127, min(127, ($0 / most * 127).rounded()))) : 0
      }
    }

    /// The map as a picture of a window shows it, -1…1; 0 outside the crop.
    func plane(of window: PixelRect, in crop: PixelRect, width: Int, height: Int) -> Plane {
      var result = Plane(width: width, height: height)
      for y in 0..<height {
        let row = (window.y + y * window.height / height - crop.y) * Self.side / crop.height
        for x in 0..<width {
          let column = (window.x + x * window.width / width - crop.x) * Self.side / crop.width
          guard (0..<Self.side).contains(row), (0..<Self.side).contains(column) else { continue }
          result.samples[y * width + x] = Float(values[row * Self.side + column]) / 127
        }
      }
      return result
    }
  }

  /// The finding's number.
  public let id: Int
  /// The square of the scan that was read; it may reach over the scan's border.
  public let crop: PixelRect
  /// Of the class, and of the most relevant concepts in their order.
  let heatMap: HeatMap
  let concepts: [HeatMap]

  init(id: Int, crop: PixelRect, _ explanation: Explanation) {
    (self.id, self.crop) = (id, crop)
    heatMap = HeatMap(explanation.heatMap)
    concepts = explanation.concepts.map { HeatMap($0.heatMap) }
  }
}
