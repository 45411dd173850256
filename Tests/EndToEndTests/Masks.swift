import Raster
import Records

extension RunLengthMask {
  /// Calls `body` with the column and row of every set pixel until it returns true; whether it ever did.
  func contains(where body: (_ x: Int, _ y: Int) -> Bool) -> Bool {
    let height = size[0]
    var start = 0
    for (index, count) in counts.enumerated() {
      if index % 2 == 1 {
        for place in start..<start + count where body(place / height, place % height) {
          return true
        }
      }
      start += count
    }
    return false
  }
}

/// An outline in scan pixels.
struct Outline: Decodable {
  let polygon: [[Double]]

  /// Whether the middle of a pixel is inside.
  func contains(x: Int, y: Int) -> Bool {
    let (px, py) = (Double(x) + 0.5, Double(y) + 0.5)
    var isInside = false
    for (index, corner) in polygon.enumerated() {
      let next = polygon[(index + 1) % polygon.count]
      if (corner[1] > py) != (next[1] > py),
        px < corner[0] + (py - corner[1]) / (next[1] - corner[1]) * (next[0] - corner[0])
      {
        isInside.toggle()
      }
    }
    return isInside
  }
}
