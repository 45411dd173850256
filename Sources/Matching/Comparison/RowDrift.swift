internal import Raster

/// The brightness drift from row to row of a microscope that scans its picture line by line.
///
/// Each row of the golden is moved by the median difference of that row, at most by `greatest`: a defect along a row covers
/// less than half of it, or differs by more.
enum RowDrift {
  private static let greatest: Float = 0.06

  static func fitted(golden: Plane, scan: Plane, area: PixelRect) -> Plane {
    var result = golden
    for y in area.y..<area.maxY {
      var differences: [Float] = []
      differences.reserveCapacity(area.width)
      for x in area.x..<area.maxX { differences.append(scan[x, y] - golden[x, y]) }
      let drift = differences.takeQuantile(0.5)
      guard abs(drift) <= greatest else { continue }
      for x in 0..<golden.width { result.samples[y * golden.width + x] += drift }
    }
    return result
  }
}
