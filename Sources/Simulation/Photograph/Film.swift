import Foundation

/// Colours of a transparent film (silicon nitride, index 2.0) on indium phosphide (index 3.35), by thickness.
///
/// Reflectance at normal incidence by the Airy formula, averaged over the bands of a camera's red, green and blue, and
/// mixed with the mean that oblique rays of an objective see and with each other, for a camera's bands overlap.
///
/// Source: Born and Wolf, Principles of Optics, §1.6 (a homogeneous film).
struct Film: Sendable {
  /// Brightness of red, green and blue at each whole nanometre.
  private let table: [SIMD3<Float>]

  init() {
    let bands: [ClosedRange<Double>] = [580...660, 500...580, 430...500]
    table = (0...400).map { thickness in
      var colour = SIMD3<Float>()
      for (channel, band) in bands.enumerated() {
        let samples = stride(from: 0.0, through: 1, by: 0.125).map {
          Film.reflectance(
            Double(thickness), band.lowerBound + $0 * (band.upperBound - band.lowerBound))
        }
        let mean = samples.reduce(0, +) / Double(samples.count)
        colour[channel] = Float(1.9 * (0.66 * mean + 0.34 * 0.17))
      }
      return 0.76 * colour + 0.24 * SIMD3(repeating: colour.sum() / 3)
    }
  }

  private static func reflectance(_ thickness: Double, _ wavelength: Double) -> Double {
    let (film, substrate) = (2.0, 3.35)
    let (r0, r1) = ((1 - film) / (1 + film), (film - substrate) / (film + substrate))
    let c = 2 * r0 * r1 * cos(4 * .pi * film * thickness / wavelength)
    return (r0 * r0 + r1 * r1 + c) / (1 + r0 * r0 * r1 * r1 + c)
  }

  /// The colour at a thickness in nm, held within 0…400.
  func colour(_ thickness: Float) -> SIMD3<Float> {
    let place = min(max(thickness, 0), 399.99)
    let index = Int(place)
    let share = place - Float(index)
    return table[index] + (table[index + 1] - table[index]) * share
  }
}
