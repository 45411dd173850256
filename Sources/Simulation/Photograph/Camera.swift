import Foundation
import Raster

/// The microscope: blur, uneven light, gain, and the camera's noise.
struct Camera: Sendable {
  private let settings: SimulationSettings
  private let seed: UInt64
  private let index: Int
  private let gain: SIMD3<Float>
  private let light: SlowField
  private let slope: (x: Float, y: Float)
  private let vignetting: Float
  /// Of the blur where it is in focus, pixels.
  private let sharp: Double
  /// Where the focus is best, as shares of the field from its middle.
  private let focus: (x: Float, y: Float)

  /// By how much the blur grows towards a corner.
  private static let defocus = 1.3

  /// Pixels around a window within which a change shows in it.
  static func halo(_ settings: SimulationSettings) -> Int {
    Int((3 * settings.blurPx * 1.1 * defocus).rounded(.up))
  }

  init(seed: UInt64, index: Int, settings: SimulationSettings) {
    (self.seed, self.index, self.settings) = (seed, index, settings)
    var random = SeededGenerator(seed: seed, .camera, index)
    let drift = settings.gainDrift
    let all = random.uniform(-drift, drift)
    gain = SIMD3(
      Float(1 + all + 0.5 * random.uniform(-drift, drift)),
      Float(1 + all + 0.5 * random.uniform(-drift, drift)),
      Float(1 + all + 0.5 * random.uniform(-drift, drift)))
    let uneven = settings.illuminationDrift
    slope = (Float(random.uniform(-uneven, uneven)), Float(random.uniform(-uneven, uneven)))
    vignetting = Float(uneven * random.uniform(1.2, 2))
    light = SlowField(
      amplitude: 0.25 * uneven, extent: 1.2 * Double(settings.width), using: &random)
    sharp = settings.blurPx * random.uniform(0.9, 1.1)
    focus = (Float(random.uniform(-0.25, 0.25)), Float(random.uniform(-0.25, 0.25)))
  }

  /// The picture on the sensor, without noise.
  ///
  /// - Parameters:
  ///   - picture: as the light leaves the wafer.
  ///   - rect: the scan pixels that it shows.
  func expose(_ picture: Picture, rect: PixelRect) -> Picture {
    let (width, height) = (Float(settings.width), Float(settings.height))
    let lit = light.plane(rect)
    var planes = picture.planes.map { $0.smoothed(sigma: sharp) }
    let soft = picture.planes.map { $0.smoothed(sigma: sharp * Self.defocus) }
    for y in 0..<rect.height {
      let v = (Float(rect.y + y) + 0.5) / height - 0.5
      for x in 0..<rect.width {
        let u = (Float(rect.x + x) + 0.5) / width - 0.5
        let index = y * rect.width + x
        let light =
          1 + slope.x * u + slope.y * v - vignetting * (u * u + v * v) + lit.samples[index]
        let away = (u - focus.x) * (u - focus.x) + (v - focus.y) * (v - focus.y)
        let share = min(1.2 * away, 1)
        for channel in 0..<3 {
          let value = planes[channel].samples[index]
          planes[channel].samples[index] =
            (value + (soft[channel].samples[index] - value) * share) * light * gain[channel]
        }
      }
    }
    return Picture(planes: planes)
  }

  /// Adds shot and read noise, and holds brightness to 0…1 and to 8-bit levels.
  ///
  /// - Parameters:
  ///   - picture: what falls on the sensor.
  ///   - rect: the scan pixels that it shows.
  ///   - shot: which photograph of the same place; each has noise of its own.
  func record(_ picture: Picture, rect: PixelRect, shot: Int) -> Picture {
    var planes = picture.planes
    let shotVariance = Float(settings.shotNoise * settings.shotNoise)
    let readVariance = Float(settings.readNoise * settings.readNoise)
    let noise = PixelNoise(seed: seed, .noise, index << 8 + shot)
    for y in 0..<rect.height {
      noise.forEach(x: rect.x, y: rect.y + y, count: rect.width) { x, normal in
        let index = y * rect.width + x
        for channel in 0..<3 {
          let value = planes[channel].samples[index]
          let spread = (shotVariance * max(value, 0) + readVariance).squareRoot()
          let noisy = min(max(value + spread * normal[channel], 0), 1)
          planes[channel].samples[index] = (noisy * 255).rounded() / 255
        }
      }
    }
    return Picture(planes: planes)
  }
}
