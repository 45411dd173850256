/// The orientation that an EXIF block tells: 1 as stored, 2…8 mirrored or turned; nil where it tells none.
///
/// - Parameter exif: the block from its TIFF header on; damage in it counts as nothing told.
///
/// Source: TIFF 6.0, tag 274; Exif 2.32, 4.6.4.
func exifOrientation(_ exif: [UInt8]) -> Int? {
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

/// Refuses a picture that is to be shown turned or mirrored.
func checkOrientation(_ orientation: Int, path: String) throws {
  guard orientation != 1 else { return }
  throw ImageFileError(
    code: .unsupported, path: path,
    detail:
      "the picture is stored turned or mirrored (orientation \(orientation)); store it upright"
  )
}
