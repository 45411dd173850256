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
  private let scan, golden: [UInt8]

  /// A pair.
  ///
  /// - Parameters:
  ///   - scan, golden: brightness 0…1, of one size.
  public init(
    name: String, group: String, scan: Plane, golden: Plane, boxes: [LabelledBox]
  ) {
    precondition(
      scan.width == golden.width && scan.height == golden.height,
      "a scan and its golden have one size")
    (self.name, self.group, self.boxes) = (name, group, boxes)
    (width, height) = (scan.width, scan.height)
    func bytes(_ plane: Plane) -> [UInt8] {
      plane.samples.map { UInt8(max(0, min(255, $0 * 255 + 0.5))) }
    }
    (self.scan, self.golden) = (bytes(scan), bytes(golden))
  }

  /// The planes of a part of it: scan and golden from -½ to ½, and their difference. Pixels outside repeat the border's.
  ///
  /// - Parameter symmetry: 0..<8, how the part is turned: bit 0 mirrors columns, bit 1 rows, bit 2 swaps both.
  public func planes(_ rect: PixelRect, symmetry: Int = 0) -> Tensor {
    let swaps = symmetry & 4 != 0
    let (rows, columns) = swaps ? (rect.width, rect.height) : (rect.height, rect.width)
    var values = [Float](repeating: 0, count: rows * columns * 3)
    scan.withUnsafeBufferPointer { scan in
      golden.withUnsafeBufferPointer { golden in
        values.withUnsafeMutableBufferPointer { values in
          var at = 0
          for row in 0..<rows {
            for column in 0..<columns {
              var (x, y) = swaps ? (row, column) : (column, row)
              if symmetry & 1 != 0 { x = rect.width &- 1 &- x }
              if symmetry & 2 != 0 { y = rect.height &- 1 &- y }
              x = min(max(rect.x &+ x, 0), width &- 1)
              y = min(max(rect.y &+ y, 0), height &- 1)
              let place = y &* width &+ x
              let a = Float(scan[place]) * (1 / 255), b = Float(golden[place]) * (1 / 255)
              values[at] = a - 0.5
              values[at &+ 1] = b - 0.5
              values[at &+ 2] = a - b
              at &+= 3
            }
          }
        }
      }
    }
    return Tensor(height: rows, width: columns, channels: 3, values: values)
  }

  /// All of it, grown to sides that a network takes.
  public func planes(multiple: Int) -> Tensor {
    func whole(_ side: Int) -> Int { (side + multiple - 1) / multiple * multiple }
    return planes(PixelRect(x: 0, y: 0, width: whole(width), height: whole(height)))
  }

  /// A crop to learn from.
  public func crop(_ rect: PixelRect, symmetry: Int = 0) -> LabelledCrop {
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
    return LabelledCrop(planes: planes(rect, symmetry: symmetry), boxes: inside)
  }

  /// A crop by chance: at a labelled place, or anywhere with probability `anywhere`.
  public func crop(
    side: Int, anywhere: Double = 0.2, using random: inout some RandomNumberGenerator
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
      symmetry: Int.random(in: 0..<8, using: &random))
  }
}
