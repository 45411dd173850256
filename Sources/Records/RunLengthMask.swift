public import Raster

/// A pixel mask as COCO's uncompressed run lengths: column by column, runs of 0 and 1 in turn, starting with 0.
///
/// Source: the COCO data format, cocodataset.org/#format-data ("segmentation" with `iscrowd` = 1).
public struct RunLengthMask: Hashable, Sendable, Codable {
  /// Height and width of the picture that the mask lies on.
  public var size: [Int]
  /// Lengths of the runs; they add up to height × width.
  public var counts: [Int]

  /// The mask of a set of horizontal spans.
  ///
  /// - Parameters:
  ///   - box: the smallest rectangle around the set pixels, inside the picture.
  ///   - width: columns of the picture.
  ///   - height: rows of the picture.
  ///   - isSet: whether the pixel at a column and row of the picture is set; asked inside `box` only.
  public init(box: PixelRect, width: Int, height: Int, isSet: (Int, Int) -> Bool) {
    size = [height, width]
    counts = []
    var value = false
    var runStart = 0
    for x in box.x..<box.maxX {
      for y in box.y..<box.maxY + 1 {
        // One row past the box closes every run of the column.
        let set = y < box.maxY && isSet(x, y)
        if set != value {
          let position = x * height + y
          counts.append(position - runStart)
          runStart = position
          value = set
        }
      }
    }
    counts.append(width * height - runStart)
  }

  /// Set pixels in all.
  public var area: Int {
    counts.enumerated().reduce(0) { $1.offset % 2 == 1 ? $0 + $1.element : $0 }
  }
}
