public import Raster

/// One window of a scan held out, and what goldens paint there.
public struct WindowPictures: Sendable, Equatable {
  /// The scan's file name.
  public var scan: String
  /// The window in the photograph's pixels.
  public var rect: PixelRect
  /// Why this window is shown, such as `most edges`.
  public var reason: String
  /// What was photographed.
  public var seen: Picture
  /// What each golden paints in the photograph's light, in the order of the record.
  public var goldens: [Picture]

  /// A window with pictures of one size.
  public init(scan: String, rect: PixelRect, reason: String, seen: Picture, goldens: [Picture]) {
    precondition(
      goldens.allSatisfy { $0.bounds == seen.bounds }, "the pictures of a window have one size")
    (self.scan, self.rect, self.reason) = (scan, rect, reason)
    (self.seen, self.goldens) = (seen, goldens)
  }
}

extension WindowPictures {
  /// The difference, grey levels of 255, from which on its colour stays the same.
  static let saturation = 25.5

  /// The address of the coloured difference of brightness, scan less golden.
  func difference(to golden: Picture) -> String {
    let (seen, painted) = (seen.luminance, golden.luminance)
    let levels = Plane(
      width: seen.width, height: seen.height,
      samples: zip(seen.samples, painted.samples).map { 255 * ($0 - $1) })
    return dataAddress(of: DifferenceColours(saturation: Self.saturation).picture(of: levels))
  }

  /// The window's place in words.
  var place: String {
    "\(reason) · \(rect.width) × \(rect.height) px at \(rect.x), \(rect.y)"
  }

  /// How the differences are coloured, for the legend.
  static var legend: [String: Any] {
    let stops = DifferenceColours.stops.enumerated().map { index, colour in
      "rgb(\((0..<3).map { "\(Int((colour[$0] * 255).rounded()))" }.joined(separator: ","))) \(index * 25)%"
    }
    return [
      "gradient": "linear-gradient(90deg,\(stops.joined(separator: ",")))",
      "most": Wording.number(saturation, digits: 1),
      "factor": Wording.number(127.5 / saturation, digits: 0),
    ]
  }
}
