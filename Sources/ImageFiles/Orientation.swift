import Raster

/// How a stored picture is to be turned or mirrored to be seen upright: 1 as stored, 2…8 as TIFF and EXIF number them.
///
/// Source: TIFF 6.0, tag 274; Exif 2.32, 4.6.4.
struct Orientation: Equatable {
  let number: Int

  static let asStored = Orientation(number: 1)

  init(number: Int) { self.number = (1...8).contains(number) ? number : 1 }

  /// The orientation that an EXIF block tells; as stored where it tells none.
  ///
  /// - Parameter exif: the block from its TIFF header on; damage in it counts as nothing told.
  init(exif: [UInt8]) { self.init(number: Self.number(inExif: exif) ?? 1) }

  /// Whether rows become columns.
  var swapsAxes: Bool { number >= 5 }
  /// Whether rows are seen in the order in which they are stored.
  var keepsRows: Bool { number <= 2 }

  /// The stored rectangle that is seen as `rect`.
  ///
  /// - Parameters: `width` and `height` of the picture as stored.
  func stored(_ rect: PixelRect, width: Int, height: Int) -> PixelRect {
    var (x, y, w, h) = (rect.x, rect.y, rect.width, rect.height)
    if swapsAxes { (x, y, w, h) = (y, x, h, w) }
    let flips = storedFlips
    if flips.columns { x = width - x - w }
    if flips.rows { y = height - y - h }
    return PixelRect(x: x, y: y, width: w, height: h)
  }

  /// Which axes of the stored picture run against what is seen.
  private var storedFlips: (columns: Bool, rows: Bool) {
    switch number {
    case 2: (true, false)
    case 3: (true, true)
    case 4: (false, true)
    case 6: (false, true)
    case 7: (true, true)
    case 8: (true, false)
    default: (false, false)
    }
  }

  /// A stored window as it is seen.
  func seen(_ plane: Plane) -> Plane {
    if number == 1 { return plane }
    let flips = storedFlips
    let (width, height) = (plane.width, plane.height)
    let (seenWidth, seenHeight) = swapsAxes ? (height, width) : (width, height)
    return Plane(width: seenWidth, height: seenHeight) { target in
      plane.samples.withUnsafeBufferPointer { source in
        for y in 0..<seenHeight {
          for x in 0..<seenWidth {
            let (column, row) = swapsAxes ? (y, x) : (x, y)
            let from =
              (flips.rows ? height - 1 - row : row) * width
              + (flips.columns ? width - 1 - column : column)
            target[y * seenWidth + x] = source[from]
          }
        }
      }
    }
  }

  private static func number(inExif exif: [UInt8]) -> Int? {
    guard exif.count >= 8 else { return nil }
    let little = exif[0] == 0x49
    func number(_ offset: Int, _ size: Int) -> Int? {
      guard offset >= 0, offset + size <= exif.count else { return nil }
      let bytes = exif[offset..<offset + size]
      return (little ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, 4), let entries = number(directory, 2) else { return nil }
    for entry in 0..<entries {
      let place = directory + 2 + entry * 12
      guard let tag = number(place, 2) else { return nil }
      if tag == 274 { return number(place + 8, 2).flatMap { (1...8).contains($0) ? $0 : nil } }
    }
    return nil
  }
}
