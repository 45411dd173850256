import Foundation
import Raster

/// The microscope: blur, uneven light, gain, and the camera's noise.
struct Camera {
  private let settings: SimulationSettings
  private let seed: UInt64
  private let index: Int
  private let gain: [Float]
  private let light: SlowField
  private let slope: (x: Float, y: Float)

  init(seed: UInt64, index: Int, settings: SimulationSettings) {
    (self.seed, self.index, self.settings) = (seed, index, settings)
    // Drawn apart from the wafer's own look, which has the same purpose and an index of its own.
    var random = SeededGenerator(seed: seed, .look, ~index)
    let drift = settings.gainDrift
    let all = random.uniform(-drift, drift)
    gain = (0..<3).map { _ in Float(1 + all + 0.5 * random.uniform(-drift, drift)) }
    let uneven = settings.illuminationDrift
    slope = (Float(random.uniform(-uneven, uneven)), Float(random.uniform(-uneven, uneven)))
    light = SlowField(
      amplitude: 0.25 * uneven, extent: 1.2 * Double(settings.width), using: &random)
  }

  /// The picture on the sensor, without noise.
  ///
  /// - Parameters:
  ///   - picture: as the light leaves the wafer.
  ///   - rect: the scan pixels that it shows.
  func expose(_ picture: Picture, rect: PixelRect) -> Picture {
    let (width, height) = (Float(settings.width), Float(settings.height))
    let vignetting = Float(1.2 * settings.illuminationDrift)
    var lit = light.plane(rect)
    for y in 0..<rect.height {
      let v = (Float(rect.y + y) + 0.5) / height - 0.5
      for x in 0..<rect.width {
        let u = (Float(rect.x + x) + 0.5) / width - 0.5
        lit[x, y] += 1 + slope.x * u + slope.y * v - vignetting * (u * u + v * v)
      }
    }
    var planes = picture.planes.map { $0.smoothed(sigma: settings.blurPx) }
    for channel in planes.indices {
      for index in lit.samples.indices {
        planes[channel].samples[index] *= lit.samples[index] * gain[channel]
      }
    }
    return Picture(planes: planes)
  }

  /// The scan: shot and read noise added, brightness held to 0…1 and to 8-bit levels.
  ///
  /// - Parameter picture: what falls on the sensor, of the scan's size.
  func record(_ picture: Picture) -> Picture {
    var planes = picture.planes
    let shot = Float(settings.shotNoise * settings.shotNoise)
    let read = Float(settings.readNoise * settings.readNoise)
    for channel in planes.indices {
      let noise = whiteNoise(seed: seed, .noise, index * 4 + channel, picture.bounds)
      for index in noise.samples.indices {
        let value = planes[channel].samples[index]
        let noisy = value + (shot * max(value, 0) + read).squareRoot() * noise.samples[index]
        planes[channel].samples[index] = (min(max(noisy, 0), 1) * 255).rounded() / 255
      }
    }
    return Picture(planes: planes)
  }
}
