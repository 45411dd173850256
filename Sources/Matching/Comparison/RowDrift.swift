internal import Raster

/// The brightness drift from row to row of a microscope that scans its picture line by line.
///
/// Each row of the golden is moved by the median difference of that row, at most by `greatest`: a defect along a row covers
/// less than half of it, or differs by more. Rows are told by the commonest material alone, so that they do not follow what
/// happens to fill them; a row that holds too little of it stays.
enum RowDrift {
  private static let greatest: Float = 0.06
  /// Share of a row that must be of the commonest material.
  private static let leastShare = 0.05

  static func fitted(golden: Plane, scan: Plane, materials: Labels, area: PixelRect) -> Plane {
    var counts = [Int](repeating: 0, count: 1 << 16)
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX { counts[Int(materials[x, y])] += 1 }
    }
    let common = UInt16(counts.indices.max { counts[$0] < counts[$1] } ?? 0)
    var result = golden
    for y in area.y..<area.maxY {
      var differences: [Float] = []
      differences.reserveCapacity(area.width)
      for x in area.x..<area.maxX where materials[x, y] == common {
        differences.append(scan[x, y] - golden[x, y])
      }
      guard Double(differences.count) >= leastShare * Double(area.width) else { continue }
      let drift = differences.takeQuantile(0.5)
      guard abs(drift) <= greatest else { continue }
      for x in 0..<golden.width { result.samples[y * golden.width + x] += drift }
    }
    return result
  }
}
