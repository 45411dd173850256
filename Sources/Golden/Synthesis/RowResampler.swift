public import Raster

/// Gives a picture that comes in bands of rows another pixel size, holding few rows at a time.
///
/// Where a pixel takes in several of those that come, the picture is first reduced to the mean of whole squares of them,
/// and then sampled bilinearly; beyond the border the outermost pixels go on.
public struct RowResampler {
  private let target: PixelRect
  private let factor: Int
  private let scale: Double
  /// Rows that the reduced picture has in all.
  private let reducedHeight: Int
  /// Rows that came but don't fill a square yet.
  private var waiting: Picture?
  /// Rows of the reduced picture that are still needed, and the first one's number.
  private var reduced: Picture?
  private var first = 0
  /// The next row to give.
  private var next = 0

  /// The most pixels, along a side, that one pixel takes in.
  public static let greatestRatio = 256.0
  /// Rows and columns that are sampled at a time: single precision holds a place in so many exactly.
  private static let block = 1024

  /// A picture that is to get another size.
  ///
  /// - Parameters:
  ///   - width: columns of the picture that comes.
  ///   - height: its rows.
  ///   - ratio: width of the new pixels in old ones, above 0, at most `greatestRatio`.
  ///   - newWidth: columns wanted.
  ///   - newHeight: rows wanted.
  public init(width: Int, height: Int, ratio: Double, newWidth: Int, newHeight: Int) {
    precondition(ratio > 0 && ratio <= Self.greatestRatio, "a pixel takes in up to 256 of a row")
    factor = min(max(1, Int(ratio.rounded())), min(width, height))
    scale = ratio / Double(factor)
    reducedHeight = height / factor
    target = PixelRect(x: 0, y: 0, width: newWidth, height: newHeight)
  }

  /// Takes the next rows, and gives those that can be made now.
  public mutating func take(_ band: Picture, into sink: (Picture) throws -> Void) throws {
    let rows = waiting.map { $0.above(band) } ?? band
    let whole = rows.height / factor * factor
    waiting = whole < rows.height ? rows.rows(whole..<rows.height) : nil
    if whole > 0 {
      let new = rows.rows(0..<whole).mapPlanes { $0.reduced(by: factor) }
      reduced = reduced.map { $0.above(new) } ?? new
    }
    guard let reduced else { return }
    let end = first + reduced.height
    while next < target.height {
      let most = min(next + Self.block, target.height)
      let ready = end >= reducedHeight ? most : (next..<most).first { lowest($0) >= end } ?? most
      if ready == next { break }
      try sink(sample(next..<ready, of: reduced))
      next = ready
    }
    let needed = min(max(highest(next), first), end - 1)
    self.reduced = reduced.rows(needed - first..<reduced.height)
    first = needed
  }

  /// The first and the last row of the reduced picture that a row depends on, one to spare.
  private func highest(_ row: Int) -> Int { Int(((Double(row) + 0.5) * scale).rounded(.down)) - 2 }
  private func lowest(_ row: Int) -> Int { Int(((Double(row) + 0.5) * scale).rounded(.down)) + 2 }

  private func sample(_ rows: Range<Int>, of reduced: Picture) -> Picture {
    let blocks = stride(from: 0, to: target.width, by: Self.block).map { x in
      let columns = x..<min(x + Self.block, target.width)
      let left = min(max(0, highest(columns.lowerBound)), reduced.width - 1)
      let right = min(max(left + 1, lowest(columns.upperBound)), reduced.width)
      let top = min(max(0, highest(rows.lowerBound) - first), reduced.height - 1)
      let bottom = min(max(top + 1, lowest(rows.upperBound) - first), reduced.height)
      let part = reduced.crop(
        PixelRect(x: left, y: top, width: right - left, height: bottom - top))
      let rect = PixelRect(
        x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
      let toPart = Affine.scale(x: scale, y: scale)
        .then(.translation(x: -Double(left), y: -Double(top + first)))
      return part.mapPlanes { $0.resampled(rect: rect, toSource: toPart) }
    }
    return Picture(sideBySide: blocks)
  }
}

extension Picture {
  fileprivate func rows(_ range: Range<Int>) -> Picture {
    if range == 0..<height { return self }
    return crop(PixelRect(x: 0, y: range.lowerBound, width: width, height: range.count))
  }

  /// This picture with another of the same width below it.
  fileprivate func above(_ other: Picture) -> Picture {
    Picture(
      planes: zip(planes, other.planes).map {
        Plane(width: width, height: height + other.height, samples: $0.samples + $1.samples)
      })
  }

  /// Pictures of one height beside each other.
  fileprivate init(sideBySide parts: [Picture]) {
    if parts.count == 1 {
      self = parts[0]
      return
    }
    let width = parts.reduce(0) { $0 + $1.width }
    self.init(
      planes: parts[0].planes.indices.map { channel in
        Plane(width: width, height: parts[0].height) { target in
          var x = 0
          for part in parts {
            part.planes[channel].withUnsafeRows { source in
              for row in 0..<part.height {
                (target + row * width + x).update(from: source.row(row), count: part.width)
              }
            }
            x += part.width
          }
        }
      })
  }
}
