internal import Raster

/// How much a clean scan departs from its golden: a robust standard deviation for each kind of place.
///
/// A kind is a material at one of a few distances from the nearest edge. Kinds with few pixels take the scale of their
/// material, or of all.
struct NoiseModel {
  private static let borders: [Float] = [1.5, 3, 6, 12]
  private static let bins = borders.count + 1
  /// No kind is quieter than this: about one grey level.
  private static let floor: Float = 0.004

  /// By material number and bin.
  private let sigmas: [Float]
  /// Stack code to material number; 0 stands for all that were not seen.
  private let numbers: [Int32]

  /// Learns from the residual of one plane.
  init(residual: Plane, materials: Labels, edgeDistance: Plane, area: PixelRect) {
    var numbers = [Int32](repeating: 0, count: 1 << 16)
    var samples = [[Float]](repeating: [], count: NoiseModel.bins)
    for y in area.y..<area.maxY {
      for x in stride(from: area.x + (y % 2), to: area.maxX, by: 2) {
        let index = y &* residual.width &+ x
        let material = Int(materials.values[index])
        if numbers[material] == 0 {
          numbers[material] = Int32(samples.count / NoiseModel.bins)
          samples += [[Float]](repeating: [], count: NoiseModel.bins)
        }
        let bin = NoiseModel.bin(edgeDistance.samples[index])
        samples[Int(numbers[material]) * NoiseModel.bins + bin].append(residual.samples[index])
      }
    }
    func sigma(_ values: [Float]) -> Float? {
      guard values.count >= 200 else { return nil }
      // About zero, not about the median: a kind that is off as a whole is noisy. The 30 % quantile of a normal
      // distribution's size is 0.385 σ; the median would take a kind of which half is damaged for noisy.
      var sizes = values.map(abs)
      return max(NoiseModel.floor, sizes.takeQuantile(0.3) / 0.3853)
    }
    let overall = sigma(samples.flatMap { $0 }) ?? NoiseModel.floor
    sigmas = stride(from: 0, to: samples.count, by: NoiseModel.bins).flatMap { first in
      let bins = samples[first..<first + NoiseModel.bins]
      let material = sigma(bins.flatMap { $0 }) ?? overall
      return bins.map { sigma($0) ?? material }
    }
    self.numbers = numbers
  }

  private static func bin(_ distance: Float) -> Int {
    borders.firstIndex { distance < $0 } ?? borders.count
  }

  /// The standard deviation to expect at a pixel.
  func sigma(material: UInt16, edgeDistance: Float) -> Float {
    sigmas[Int(numbers[Int(material)]) * NoiseModel.bins + NoiseModel.bin(edgeDistance)]
  }
}
