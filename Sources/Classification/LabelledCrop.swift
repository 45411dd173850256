public import Networks
public import Raster

/// A labelled place of a picture.
public struct LabelledBox: Sendable, Equatable, Codable {
  /// Where it is, pixels.
  public var box: PixelRect
  /// The number of its class; 0 is no defect, and no box has it.
  public var label: Int

  /// A labelled place.
  public init(box: PixelRect, label: Int) { (self.box, self.label) = (box, label) }
}

/// What a classifier learns from: the planes of a crop, and what each pixel shows.
public struct LabelledCrop: Sendable {
  /// A label that says nothing: neither a defect nor none.
  public static let unknown: UInt8 = 255

  /// The planes, (rows, columns, planes): scan, golden, normalised difference.
  public var planes: Tensor
  /// The class of each pixel, row by row; 0 is no defect.
  public var labels: [UInt8]
  /// The places labelled, in pixels of the crop; they may reach over its border.
  public var boxes: [LabelledBox]

  /// A crop with a label for each pixel.
  public init(planes: Tensor, labels: [UInt8], boxes: [LabelledBox]) {
    precondition(
      labels.count == planes.height * planes.width, "each pixel of a crop has a label")
    (self.planes, self.labels, self.boxes) = (planes, labels, boxes)
  }

  /// A crop whose labels are boxes alone: a box's middle shows its class, its rim may show anything.
  ///
  /// - Parameter core: the share of a box's width and height that is its middle.
  public init(planes: Tensor, boxes: [LabelledBox], core: Double = 0.5) {
    let (height, width) = (planes.height, planes.width)
    var labels = [UInt8](repeating: 0, count: height * width)
    func fill(_ box: PixelRect, _ share: Double, _ label: UInt8) {
      let marginX = Double(box.width) * (1 - share) / 2
      let marginY = Double(box.height) * (1 - share) / 2
      let columns = Self.range(
        Double(box.x) + marginX, Double(box.x + box.width) - marginX, width)
      for y in Self.range(Double(box.y) + marginY, Double(box.y + box.height) - marginY, height) {
        for x in columns { labels[y * width + x] = label }
      }
    }
    for box in boxes { fill(box.box, 1, LabelledCrop.unknown) }
    for box in boxes { fill(box.box, core, UInt8(box.label)) }
    self.init(planes: planes, labels: labels, boxes: boxes)
  }

  private static func range(_ from: Double, _ to: Double, _ end: Int) -> Range<Int> {
    let low = min(max(Int(from.rounded()), 0), end)
    return low..<min(max(Int(to.rounded()), low), end)
  }
}
