public import Networks
public import Raster

/// A labelled place of a picture.
public struct LabelledBox: Sendable, Equatable, Codable {
  /// Where it is, pixels.
  public var box: PixelRect
  /// The number of its class; 0 is no defect, and no box has it.
  public var label: Int
  /// The box of the finding by which an inspection shows it; nil where none does.
  ///
  /// No others are ever named, and what is found is plainer than what is not.
  public var found: PixelRect?

  /// A labelled place.
  public init(box: PixelRect, label: Int, found: PixelRect?) {
    (self.box, self.label, self.found) = (box, label, found)
  }

  /// A labelled place that is found just where it is.
  public init(box: PixelRect, label: Int) { self.init(box: box, label: label, found: box) }
}

/// What a classifier learns from: the planes of a crop, and what each pixel shows.
public struct LabelledCrop: Sendable {
  /// A label that says nothing: neither a defect nor none.
  public static let unknown: UInt8 = 255

  /// The planes, (rows, columns, planes), see `CropSource`.
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
      let (marginX, marginY) = (
        Int(Double(box.width) * (1 - share) / 2), Int(Double(box.height) * (1 - share) / 2)
      )
      let middle = PixelRect(
        x: box.x + marginX, y: box.y + marginY, width: box.width - 2 * marginX,
        height: box.height - 2 * marginY
      ).intersection(PixelRect(x: 0, y: 0, width: width, height: height))
      for y in middle.y..<middle.maxY {
        for x in middle.x..<middle.maxX { labels[y * width + x] = label }
      }
    }
    for box in boxes { fill(box.box, 1, LabelledCrop.unknown) }
    for box in boxes { fill(box.box, core, UInt8(box.label)) }
    self.init(planes: planes, labels: labels, boxes: boxes)
  }
}
