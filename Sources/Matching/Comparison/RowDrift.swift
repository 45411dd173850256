internal import Raster

/// The brightness drift from row to row of a microscope that scans its picture line by line.
///
/// Each row of the golden is moved by the median difference of that row, at most by `greatest`: a defect along a row covers
/// less than half of it, or differs by more. Differences are told against those of the same material in the whole
/// picture, so that a row does not follow the material that happens to fill it.
enum RowDrift {
  private static let greatest: Float = 0.06

  static func fitted(golden: Plane, scan: Plane, materials: Labels, area: PixelRect) -> Plane {
    var samples: [UInt16: [Float]] = [:]
    for y in stride(from: area.y, to: area.maxY, by: 3) {
      for x in stride(from: area.x, to: area.maxX, by: 3) {
        samples[materials[x, y], default: []].append(scan[x, y] - golden[x, y])
      }
    }
    var usual = [Float](repeating: 0, count: 1 << 16)
    for (material, values) in samples {
      var values = values
      usual[Int(material)] = values.takeQuantile(0.5)
    }
    var result = golden
    for y in area.y..<area.maxY {
      var differences: [Float] = []
      differences.reserveCapacity(area.width)
      for x in area.x..<area.maxX {
        differences.append(scan[x, y] - golden[x, y] - usual[Int(materials[x, y])])
      }
      let drift = differences.takeQuantile(0.5)
      guard abs(drift) <= greatest else { continue }
      for x in 0..<golden.width { result.samples[y * golden.width + x] += drift }
    }
    return result
  }
}
