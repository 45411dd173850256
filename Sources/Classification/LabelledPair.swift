public import Networks
public import Raster

/// A scan and its golden in 8 bits, with labelled places: what crops to learn from are cut from.
public struct LabelledPair: Sendable {
  /// What it is called, and what it belongs to: pairs of one group are never split between training and test.
  public var name, group: String
  /// Columns and rows.
  public let width, height: Int
  /// The places labelled.
  public var boxes: [LabelledBox]
  /// The class of each pixel, row by row, where boxes don't say it; see `LabelledCrop.labels`.
  public var labels: [UInt8]?
  private let scan, golden: [UInt8]

  /// A pair.
  ///
  /// - Parameters:
  ///   - scan, golden: brightness 0…1, of one size.
  ///   - labels: the class of each pixel; nil where boxes are all that is known.
  public init(
    name: String, group: String, scan: Plane, golden: Plane, boxes: [LabelledBox],
    labels: [UInt8]? = nil
  ) {
    precondition(
      scan.width == golden.width && scan.height == golden.height,
      "a scan and its golden have one size")
    precondition(
      labels.map { $0.count == scan.width * scan.height } ?? true, "each pixel has a label")
    (self.name, self.group, self.boxes, self.labels) = (name, group, boxes, labels)
    (width, height) = (scan.width, scan.height)
    func bytes(_ plane: Plane) -> [UInt8] {
      plane.samples.map { UInt8(max(0, min(255, $0 * 255 + 0.5))) }
    }
    (self.scan, self.golden) = (bytes(scan), bytes(golden))
  }

  /// The planes of a part of it: scan and golden from -½ to ½, and their difference.
  ///
  /// Pixels outside repeat the border's.
  ///
  /// - Parameters:
  ///   - symmetry: 0..<8, how the part is turned: bit 0 mirrors columns, bit 1 rows, bit 2 swaps both.
  ///   - shift: by how many pixels the golden is moved against the scan.
  public func planes(
    _ rect: PixelRect, symmetry: Int = 0, shift: (x: Int, y: Int) = (0, 0)
  ) -> Tensor {
    let swaps = symmetry & 4 != 0
    let (rows, columns) = swaps ? (rect.width, rect.height) : (rect.height, rect.width)
    var values = [Float](repeating: 0, count: rows * columns * 3)
    scan.withUnsafeBufferPointer { scan in
      golden.withUnsafeBufferPointer { golden in
        values.withUnsafeMutableBufferPointer { values in
          each(rect, symmetry, shift) { target, place, shifted in
            let a = Float(scan[place]) * (1 / 255), b = Float(golden[shifted]) * (1 / 255)
            values[3 &* target] = a - 0.5
            values[3 &* target &+ 1] = b - 0.5
            values[3 &* target &+ 2] = a - b
          }
        }
      }
    }
    return Tensor(height: rows, width: columns, channels: 3, values: values)
  }

  /// Tells of each pixel of a turned part which pixel of the pair it shows, and which of a shifted golden.
  @inline(__always)
  private func each(
    _ rect: PixelRect, _ symmetry: Int, _ shift: (x: Int, y: Int) = (0, 0),
    _ body: (_ target: Int, _ place: Int, _ shifted: Int) -> Void
  ) {
    let swaps = symmetry & 4 != 0
    let (rows, columns) = swaps ? (rect.width, rect.height) : (rect.height, rect.width)
    func place(_ x: Int, _ y: Int) -> Int {
      min(max(y, 0), height &- 1) &* width &+ min(max(x, 0), width &- 1)
    }
    var target = 0
    for row in 0..<rows {
      for column in 0..<columns {
        var (x, y) = swaps ? (row, column) : (column, row)
        if symmetry & 1 != 0 { x = rect.width &- 1 &- x }
        if symmetry & 2 != 0 { y = rect.height &- 1 &- y }
        (x, y) = (rect.x &+ x, rect.y &+ y)
        body(target, place(x, y), place(x &- shift.x, y &- shift.y))
        target &+= 1
      }
    }
  }

  /// All of it, grown to sides that a network takes.
  public func planes(multiple: Int) -> Tensor {
    func whole(_ side: Int) -> Int { (side + multiple - 1) / multiple * multiple }
    return planes(PixelRect(x: 0, y: 0, width: whole(width), height: whole(height)))
  }

  /// A crop to learn from.
  public func crop(
    _ rect: PixelRect, symmetry: Int = 0, shift: (x: Int, y: Int) = (0, 0)
  ) -> LabelledCrop {
    let inside = boxes.compactMap { labelled -> LabelledBox? in
      guard !labelled.box.intersection(rect).isEmpty else { return nil }
      var box = labelled.box
      (box.x, box.y) = (box.x - rect.x, box.y - rect.y)
      if symmetry & 1 != 0 { box.x = rect.width - box.maxX }
      if symmetry & 2 != 0 { box.y = rect.height - box.maxY }
      if symmetry & 4 != 0 {
        box = PixelRect(x: box.y, y: box.x, width: box.height, height: box.width)
      }
      return LabelledBox(box: box, label: labelled.label)
    }
    let planes = planes(rect, symmetry: symmetry, shift: shift)
    guard let labels else { return LabelledCrop(planes: planes, boxes: inside) }
    var own = [UInt8](repeating: 0, count: planes.height * planes.width)
    each(rect, symmetry) { target, place, _ in own[target] = labels[place] }
    return LabelledCrop(planes: planes, labels: own, boxes: inside)
  }

  /// A crop by chance: at a labelled place, or anywhere with probability `anywhere`.
  ///
  /// - Parameter shift: by how many pixels at most the golden is moved against the scan, so that a pair that fits less well
  ///   is nothing new.
  public func crop(
    side: Int, anywhere: Double = 0.2, shift: Int = 0,
    using random: inout some RandomNumberGenerator
  ) -> LabelledCrop {
    var x = Int.random(in: min(0, width - side)...max(0, width - side), using: &random)
    var y = Int.random(in: min(0, height - side)...max(0, height - side), using: &random)
    if Double.random(in: 0..<1, using: &random) >= anywhere,
      let place = boxes.randomElement(using: &random)?.box
    {
      let jitter = side * 2 / 5
      let offset = (
        Int.random(in: -jitter...jitter, using: &random),
        Int.random(in: -jitter...jitter, using: &random)
      )
      x = place.x + place.width / 2 - side / 2 + offset.0
      y = place.y + place.height / 2 - side / 2 + offset.1
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
