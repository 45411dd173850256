public import Networks
public import Raster

/// A scan and its golden with labelled places: what crops to learn from are cut from.
public struct LabelledPair: Sendable {
  /// What it is called, and what it belongs to: pairs of one group are never split between training and test.
  public var name, group: String
  /// The pictures.
  public let source: CropSource
  /// The places labelled.
  public var boxes: [LabelledBox]
  /// The class of each pixel, row by row, where boxes don't say it; see `LabelledCrop.labels`.
  public var labels: [UInt8]?
  /// Columns and rows.
  public var width: Int { source.width }
  /// Rows.
  public var height: Int { source.height }

  /// A pair.
  ///
  /// - Parameter labels: the class of each pixel; nil where boxes are all that is known.
  public init(
    name: String, group: String, source: CropSource, boxes: [LabelledBox], labels: [UInt8]? = nil
  ) {
    precondition(
      labels.map { $0.count == source.width * source.height } ?? true, "each pixel has a label")
    (self.name, self.group, self.source) = (name, group, source)
    (self.boxes, self.labels) = (boxes, labels)
  }

  /// The planes of a part of it, as `CropSource` tells them.
  public func planes(
    _ rect: PixelRect, symmetry: Int = 0, shift: (x: Int, y: Int) = (0, 0)
  ) -> Tensor {
    source.planes(rect, symmetry: symmetry, shift: shift)
  }

  /// A crop to learn from.
  public func crop(
    _ rect: PixelRect, symmetry: Int = 0, shift: (x: Int, y: Int) = (0, 0)
  ) -> LabelledCrop {
    let inside = boxes.compactMap { labelled -> LabelledBox? in
      guard !labelled.box.intersection(rect).isEmpty else { return nil }
      var box = labelled.box
      (box.x, box.y) = (box.x - rect.x, box.y - rect.y)
      box = box.turned(symmetry, width: rect.width, height: rect.height)
      return LabelledBox(box: box, label: labelled.label)
    }
    let planes = planes(rect, symmetry: symmetry, shift: shift)
    guard let labels else { return LabelledCrop(planes: planes, boxes: inside) }
    var own = [UInt8](repeating: 0, count: planes.height * planes.width)
    source.each(rect, symmetry) { target, place, _ in own[target] = labels[place] }
    return LabelledCrop(planes: planes, labels: own, boxes: inside)
  }

  /// A crop by chance: around a place, or anywhere where none is given.
  ///
  /// - Parameter shift: by how many pixels at most the golden is moved against the scan, so that a pair that fits less well
  ///   is nothing new.
  public func crop(
    side: Int, around place: PixelRect?, shift: Int = 0,
    using random: inout some RandomNumberGenerator
  ) -> LabelledCrop {
    var x = Int.random(in: min(0, width - side)...max(0, width - side), using: &random)
    var y = Int.random(in: min(0, height - side)...max(0, height - side), using: &random)
    if let place {
      let jitter = side * 2 / 5
      x = place.x + place.width / 2 - side / 2 + Int.random(in: -jitter...jitter, using: &random)
      y = place.y + place.height / 2 - side / 2 + Int.random(in: -jitter...jitter, using: &random)
    }
    return crop(
      PixelRect(x: x, y: y, width: side, height: side),
      symmetry: Int.random(in: 0..<8, using: &random),
      shift: (
        Int.random(in: -shift...shift, using: &random),
        Int.random(in: -shift...shift, using: &random)
      ))
  }
}
