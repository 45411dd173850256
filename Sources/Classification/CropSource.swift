public import Networks
public import Raster

/// A scan, its golden and how they differ, in 8 bits: what crops for a classifier are cut from, to learn and to name.
///
/// The planes of a crop are those of the scan, then those of the golden, each from -½ to ½, then the difference from -1 to 1;
/// where that is not an inspection's, two more tell what is parted and joined and what stands alone, see `Connections`.
public struct CropSource: Sendable {
  /// Columns and rows.
  public let width, height: Int
  /// Planes of the scan, and as many of the golden: 1 or 3.
  public let channels: Int
  /// Whether the difference is the normalised one that an inspection found, and not scan less golden.
  public let isNormalised: Bool
  private let bytes: [UInt8]
  /// The golden's stack codes, a bit for each layer; nil where no layer is known.
  private let materials: Labels?

  /// Whether it is known what layers are drawn, so that places can be measured.
  public var hasLayers: Bool { materials != nil }

  /// Planes of a crop of a scan with so many planes.
  public static func planes(channels: Int, isNormalised: Bool) -> Int {
    2 * channels + (isNormalised ? 1 : 3)
  }
  /// Planes of a crop.
  public var planes: Int { Self.planes(channels: channels, isNormalised: isNormalised) }
  /// Bytes of a pixel: scan, golden, and either the normalised difference or what is joined and what stands alone.
  private var stored: Int { 2 * channels + (isNormalised ? 1 : 2) }

  /// A source of crops.
  ///
  /// - Parameters:
  ///   - scan, golden: brightness 0…1, of one size; a grey golden serves a colour scan.
  ///   - difference: scan less golden in whatever it is flagged by, not a number where nothing was compared; nil takes the
  ///     mean difference of the planes.
  ///   - threshold: the difference that is flagged; it becomes ½, greater ones come nearer to 1.
  ///   - materials: the golden's stack codes, a bit for each layer; nil where no layer is known.
  public init(
    scan: Picture, golden: Picture, difference: Plane? = nil, threshold: Double = 1,
    materials: Labels? = nil
  ) {
    precondition(
      scan.width == golden.width && scan.height == golden.height
        && (golden.channels == scan.channels || golden.channels == 1),
      "a scan and its golden have one size")
    precondition(threshold > 0, "a threshold is above 0")
    (width, height, channels) = (scan.width, scan.height, scan.channels)
    isNormalised = difference != nil
    let (count, stored) = (
      scan.width * scan.height, 2 * scan.channels + (difference == nil ? 2 : 1)
    )
    let goldens = (0..<scan.channels).map { golden.planes[min($0, golden.channels - 1)] }
    self.materials = materials
    var bytes = [UInt8](repeating: 0, count: count * stored)
    bytes.withUnsafeMutableBufferPointer { bytes in
      for (plane, source) in (scan.planes + goldens).enumerated() {
        source.samples.withUnsafeBufferPointer { source in
          for place in 0..<count {
            bytes[place &* stored &+ plane] = UInt8(max(0, min(255, source[place] * 255 + 0.5)))
          }
        }
      }
      guard let difference else {
        let connections = Connections(scan: scan.luminance, golden: golden.luminance)
        for place in 0..<count {
          let last = place &* stored &+ stored &- 1
          bytes[last &- 1] = UInt8((connections.joined[place] * 127).rounded() + 128)
          bytes[last] = UInt8((connections.alone[place] * 127).rounded() + 128)
        }
        return
      }
      difference.samples.withUnsafeBufferPointer { source in
        let half = Float(threshold)
        for place in 0..<count {
          let value = source[place].isNaN ? 0 : source[place]
          let share = value.isInfinite ? (value < 0 ? -1 : 1) : value / (abs(value) + half)
          bytes[place &* stored &+ stored &- 1] = UInt8((share * 127).rounded() + 128)
        }
      }
    }
    self.bytes = bytes
  }

  /// The planes of a part of it.
  ///
  /// Pixels outside repeat the border's.
  ///
  /// - Parameters:
  ///   - symmetry: 0..<8, how the part is turned: bit 0 mirrors columns, bit 1 rows, bit 2 swaps both.
  ///   - shift: by how many pixels the golden is moved against the scan; none where the difference is the normalised one,
  ///     which is of the golden as it lay.
  public func planes(
    _ rect: PixelRect, symmetry: Int = 0, shift: (x: Int, y: Int) = (0, 0)
  ) -> Tensor {
    let shift = isNormalised ? (x: 0, y: 0) : shift
    let swaps = symmetry & 4 != 0
    let (rows, columns) = swaps ? (rect.width, rect.height) : (rect.height, rect.width)
    let (planes, channels, stored, isNormalised) = (planes, channels, stored, isNormalised)
    var values = [Float](repeating: 0, count: rows * columns * planes)
    bytes.withUnsafeBufferPointer { bytes in
      values.withUnsafeMutableBufferPointer { values in
        each(rect, symmetry, shift) { target, place, shifted in
          let (to, from, moved) = (
            planes &* target, stored &* place, stored &* shifted &+ channels
          )
          var sum: Float = 0
          for channel in 0..<channels {
            let a = Float(bytes[from &+ channel]) * (1 / 255)
            let b = Float(bytes[moved &+ channel]) * (1 / 255)
            values[to &+ channel] = a - 0.5
            values[to &+ channels &+ channel] = b - 0.5
            sum += a - b
          }
          var last = to &+ 2 &* channels
          if !isNormalised {
            values[last] = sum / Float(channels)
            last &+= 1
          }
          for extra in 2 &* channels..<stored {
            values[last] = (Float(bytes[from &+ extra]) - 128) * (1 / 127)
            last &+= 1
          }
        }
      }
    }
    return Tensor(height: rows, width: columns, channels: planes, values: values)
  }

  /// Tells of each pixel of a turned part which pixel of the source it shows, and which of a shifted golden.
  @inline(__always)
  func each(
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

  /// What is measured of the place in a box; nil where no layer is known, where nothing differs, or where the box is longer than
  /// 512 pixels.
  public func measures(of box: PixelRect) -> PlaceMeasures? {
    let bounds = PixelRect(x: 0, y: 0, width: width, height: height)
    var own = box.intersection(bounds)
    guard let materials, !own.isEmpty else { return nil }
    let window = PlaceLayers.window(around: own).intersection(bounds)
    (own.x, own.y) = (own.x - window.x, own.y - window.y)
    let place = PlaceLayers(
      scan: picture(window, from: 0), golden: picture(window, from: channels),
      materials: materials.crop(window))
    return place.measures(of: own)
  }

  /// The scan's part as a picture; pixels outside repeat the border's.
  public func scan(_ rect: PixelRect) -> Picture { picture(rect, from: 0) }

  /// A part of the planes from one on, as a picture of the scan's channels.
  private func picture(_ rect: PixelRect, from first: Int) -> Picture {
    var picture = Picture(
      planes: (0..<channels).map { _ in Plane(width: rect.width, height: rect.height) })
    each(rect, 0) { target, place, _ in
      for channel in 0..<channels {
        picture.planes[channel].samples[target] =
          Float(bytes[stored &* place &+ first &+ channel]) * (1 / 255)
      }
    }
    return picture
  }
}
