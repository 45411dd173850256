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

  /// The window with the most pixels near an edge, and, where there is room beside it, the one with the fewest.
  ///
  /// - Parameters:
  ///   - edgeDistance: pixels to the nearest edge, of the whole photograph.
  ///   - area: the pixels that were placed.
  static func choose(scan: String, edgeDistance: Plane, area: PixelRect) -> [SampleWindow] {
    let (width, height) = (min(side, area.width), min(side, area.height))
    guard width > 0, height > 0 else { return [] }
    func places(_ from: Int, _ to: Int, _ length: Int) -> [Int] {
      Array(stride(from: from, to: to - length, by: max(1, length / 2))) + [to - length]
    }
    let rects = places(area.y, area.maxY, height).flatMap { y in
      places(area.x, area.maxX, width).map { PixelRect(x: $0, y: y, width: width, height: height) }
    }
    func count(_ rect: PixelRect) -> Int {
      edgeDistance.crop(rect).samples.count { $0 <= ImageScores.edgeReach }
    }
    // Of equals the first, so that a page is the same whenever it is made.
    let counted = rects.map { (rect: $0, edges: count($0)) }
    guard let most = counted.max(by: { $0.edges < $1.edges }) else { return [] }
    let apart = counted.filter { $0.rect.intersection(most.rect).isEmpty }
    let fewest = apart.min { $0.edges < $1.edges }
    return [SampleWindow(scan: scan, rect: most.rect, kind: .edges)]
      + (fewest.map { [SampleWindow(scan: scan, rect: $0.rect, kind: .flats)] } ?? [])
  }
}
