public import Raster

/// A pixel mask as COCO's uncompressed run lengths: column by column, runs of 0 and 1 in turn, starting with 0.
///
/// Only the first run may be empty, so that equal masks have equal runs.
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
    precondition(
      PixelRect(x: 0, y: 0, width: width, height: height).contains(box),
      "the box of a mask must lie inside its picture")
    size = [height, width]
    counts = []
    var value = false
    var runStart = 0
    func close(at position: Int) {
      counts.append(position - runStart)
      runStart = position
      value.toggle()
    }
    for x in box.x..<box.maxX where box.height > 0 {
      for y in box.y..<box.maxY where isSet(x, y) != value { close(at: x * height + y) }
      // Only the box is asked, so a run ends at its lower edge unless the next column goes on at once.
      if value && box.height < height { close(at: x * height + box.maxY) }
    }
    if value && box.maxX < width { close(at: box.maxX * height) }
    if runStart < width * height { counts.append(width * height - runStart) }
  }

  /// Set pixels in all.
  public var area: Int {
    counts.enumerated().reduce(0) { $1.offset % 2 == 1 ? $0 + $1.element : $0 }
  }

  /// Whether the runs are those of a picture of this size.
  var isWellFormed: Bool {
    guard size.count == 2, size.allSatisfy({ $0 >= 0 }), counts.allSatisfy({ $0 >= 0 })
    else { return false }
    let (pixels, overflow) = size[0].multipliedReportingOverflow(by: size[1])
    var left = pixels
    for count in counts {
      // Taken off one by one, so that no sum of damaged runs can overflow.
      guard count <= left else { return false }
      left -= count
    }
    return !overflow && left == 0
  }
}
