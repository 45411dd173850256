internal import Golden
internal import Raster

/// A window of a scan that a page shows.
struct SampleWindow: Sendable, Equatable {
  /// Why it is shown.
  enum Kind: String { case edges = "most edges", flats = "fewest edges" }

  /// The scan's file name.
  var scan: String
  /// The pixels, in the photograph of the scan's field.
  var rect: PixelRect
  var kind: Kind

  /// Pixels along a window's side; fewer where less is seen.
  static let side = 192

  /// The windows with the most and the fewest pixels near an edge; one where the area holds only one.
  ///
  /// - Parameters:
  ///   - edgeDistance: pixels to the nearest edge, of the whole photograph.
  ///   - area: the pixels that were placed.
  static func choose(scan: String, edgeDistance: Plane, area: PixelRect) -> [SampleWindow] {
    let (width, height) = (min(side, area.width), min(side, area.height))
    guard width > 0, height > 0 else { return [] }
    func places(_ from: Int, _ to: Int, _ length: Int) -> [Int] {
      Array(stride(from: from, through: to - length, by: max(1, length / 2)))
    }
    let rects = places(area.y, area.maxY, height).flatMap { y in
      places(area.x, area.maxX, width).map { PixelRect(x: $0, y: y, width: width, height: height) }
    }
    let counts = rects.map { rect in
      edgeDistance.crop(rect).samples.count { $0 <= ImageScores.edgeReach }
    }
    // Of equals the first, so that a page is the same whenever it is made.
    var (most, fewest) = (0, 0)
    for index in rects.indices {
      if counts[index] > counts[most] { most = index }
      if counts[index] < counts[fewest] { fewest = index }
    }
    let edges = SampleWindow(scan: scan, rect: rects[most], kind: .edges)
    return most == fewest
      ? [edges] : [edges, SampleWindow(scan: scan, rect: rects[fewest], kind: .flats)]
  }
}
