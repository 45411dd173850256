public import Foundation
import ImageFiles
public import Raster

/// What shows why a finding got its name: pictures of one square of the scan.
public struct ExplanationPictures: Sendable, Equatable {
  /// The finding's number.
  public var id: Int
  /// The square in scan pixels; it may reach over the scan's border.
  public var crop: PixelRect
  /// The square in the scan, in the golden and in the coloured difference.
  public var scan, golden, difference: Picture
  /// Where in the scan the name comes from.
  public var heatMap: Picture
  /// Where each of the most relevant concepts was, in their order.
  public var concepts: [Picture]

  /// Pixels along a picture's side on a page's atlas.
  public static let side = 128

  /// Pictures, all of them squares of `side`.
  public init(
    id: Int, crop: PixelRect, scan: Picture, golden: Picture, difference: Picture,
    heatMap: Picture, concepts: [Picture]
  ) {
    (self.id, self.crop, self.scan, self.golden) = (id, crop, scan, golden)
    (self.difference, self.heatMap, self.concepts) = (difference, heatMap, concepts)
  }

  /// All pictures side by side as one JPEG.
  var atlas: Data { PictureStrip.jpeg([scan, golden, difference, heatMap] + concepts) }
}

/// Pictures of one size side by side.
public enum PictureStrip {
  /// The JPEG of pictures in a row.
  ///
  /// - Parameters:
  ///   - pictures: one at least, of one size.
  ///   - gap: white pixels between two.
  public static func jpeg(_ pictures: [Picture], gap: Int = 0, quality: Int = 84) -> Data {
    guard let first = pictures.first else { return Data() }
    let (width, height) = (first.width, first.height)
    let step = width + gap
    var planes = (0..<3).map { _ in
      Plane(width: step * pictures.count - gap, height: height, filling: 1)
    }
    for (number, picture) in pictures.enumerated() {
      for channel in 0..<3 {
        let plane = picture.planes[min(channel, picture.channels - 1)]
        for y in 0..<height {
          let row = y * planes[channel].width + number * step
          planes[channel].samples.replaceSubrange(
            row..<row + width, with: plane.samples[y * width..<(y + 1) * width])
        }
      }
    }
    return Data(JPEGEncoder.encode(Picture(planes: planes), quality: quality))
  }
}

/// The colours of relevance over a grey picture: red where it speaks for the answer, blue where it speaks against.
public enum RelevanceColours {
  /// Colours relevance over a picture.
  ///
  /// - Parameters:
  ///   - relevance: -1…1 at each pixel.
  ///   - picture: of the same size.
  public static func picture(of relevance: Plane, over picture: Picture) -> Picture {
    let grey = picture.luminance
    let (speaksFor, against) = (SIMD3<Float>(0.86, 0.1, 0.08), SIMD3<Float>(0.05, 0.3, 0.85))
    var planes = (0..<3).map { _ in Plane(width: grey.width, height: grey.height) }
    for place in grey.samples.indices {
      let value = relevance.samples[place]
      // Weak relevance stays faintly visible, strong covers the picture.
      let share = min(1, abs(value)).squareRoot() * 0.9
      let base = 0.25 + 0.6 * min(max(grey.samples[place], 0), 1)
      let colour = value < 0 ? against : speaksFor
      for channel in 0..<3 {
        planes[channel].samples[place] =
          abs(value) < 0.02 ? base : base * (1 - share) + colour[channel] * share
      }
    }
    return Picture(planes: planes)
  }
}
