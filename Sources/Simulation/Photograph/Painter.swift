import Foundation
import Raster

/// Turns a relief into colours as the light leaves the wafer, before any blur of the microscope.
struct Painter {
  private let film = Film()
  /// By how much the film is thicker, nm, over the scan.
  private let filmDrift: SlowField
  /// What this die's film is thicker by, nm.
  private let filmOffset: Float
  private let metalGain: Float
  /// Grain of plated gold over the field and its halo, mean 0, variance about 1.
  private let grain: Plane
  private let grainRect: PixelRect

  init(seed: UInt64, index: Int, rect: PixelRect, settings: SimulationSettings) {
    var random = SeededGenerator(seed: seed, .look, index)
    filmOffset = Float(random.uniform(-1, 1) * settings.filmDriftNm)
    filmDrift = SlowField(
      amplitude: settings.filmDriftNm, extent: Double(settings.width), using: &random)
    metalGain = Float(1 + random.uniform(-0.03, 0.03))
    let fine = whiteNoise(seed: seed, .grain, index, rect)
    grain = fine.smoothed(sigma: 0.9).map { $0 * 3.2 }
    grainRect = rect
  }

  /// Brightness of red, green and blue, about 0…1.
  ///
  /// - Parameters:
  ///   - relief: what lies where.
  ///   - thicker: by how much a defect makes the film thicker, nm, a plane of the relief's size; nil for nothing.
  func paint(_ relief: Relief, thicker: Plane? = nil) -> Picture {
    let rect = relief.rect
    let drift = filmDrift.plane(rect)
    let soft = relief.coverage.map { $0.smoothed(sigma: 0.7) }
    let edges = soft.map { $0.gradientMagnitude() }
    let grain = grain.crop(
      PixelRect(
        x: rect.x - grainRect.x, y: rect.y - grainRect.y, width: rect.width, height: rect.height))
    let (width, filmOffset, metalGain, film) = (rect.width, filmOffset, metalGain, film)
    @Sendable func colour(_ index: Int) -> SIMD3<Float> {
      var spot = Spot(film: filmOffset + drift.samples[index])
      if let thicker { spot.film += thicker.samples[index] }
      spot.texture = metalGain * (1 + 0.016 * grain.samples[index])
      // Light from the upper left: what rises there is brighter than what falls behind.
      let isInside = index >= width && index % width > 0
      let before = isInside ? index - 1 - width : index
      for layer in 0..<soft.count {
        spot.covered[layer] = relief.coverage[layer].samples[index]
        spot.edge[layer] = min(edges[layer].samples[index], 0.5)
        spot.lean[layer] = soft[layer].samples[index] - soft[layer].samples[before]
      }
      return spot.colour(film)
    }
    var reds = Plane(width: rect.width, height: rect.height)
    var (greens, blues) = (reds, reds)
    reds.withUnsafeMutableRows { red in
      greens.withUnsafeMutableRows { green in
        blues.withUnsafeMutableRows { blue in
          RowBands(height: rect.height).inParallel { band in
            for y in band {
              for x in 0..<width {
                let colour = colour(y * width + x)
                (red.row(y)[x], green.row(y)[x], blue.row(y)[x]) = (colour.x, colour.y, colour.z)
              }
            }
          }
        }
      }
    }
    return Picture(planes: [reds, greens, blues])
  }
}

/// What a pixel shows; the vectors' elements are the process layers.
private struct Spot {
  /// By how much the film is thicker than it should be, nm.
  var film: Float
  /// Brightness of gold here.
  var texture: Float = 1
  var covered = SIMD8<Float>()
  /// Steepness of the layer's border, a pixel, to 0.5.
  var edge = SIMD8<Float>()
  /// Rise of the layer from the upper left.
  var lean = SIMD8<Float>()

  init(film: Float) { self.film = film }

  /// The layers' colours, laid over each other from the bottom.
  func colour(_ table: Film) -> SIMD3<Float> {
    let ridge = ProcessLayer.ridge.index
    let trench = ProcessLayer.deepEtch.index
    let label = ProcessLayer.label.index
    let opening = ProcessLayer.opening.index
    var colour = table.colour(107 + film)
    colour = mix(colour, table.colour(89 + film), covered[label])
    colour = mix(colour, table.colour(136 + film), covered[ridge])
    colour = mix(colour, table.colour(48 + 0.5 * film) * 0.62, covered[trench])
    // Side walls send the light elsewhere.
    let walls: Float = 0.85 * edge[ridge] + edge[trench] + 0.4 * edge[label]
    colour *= max(1 - walls, 0.1)
    colour = mix(colour, table.colour(0) * 0.93, 0.9 * covered[opening])
    // Film over gold dulls it a little; in a window it is as bright as gold is.
    let window: Float = 0.86 + 0.14 * covered[opening]
    let step: Float = 1 + 0.05 * (covered[ridge] - covered[trench])
    let light = texture * window * step
    colour = gold(SIMD3(0.80, 0.70, 0.53) * light, over: colour, ProcessLayer.nMetal.index)
    colour = gold(SIMD3(0.93, 0.77, 0.42) * light, over: colour, ProcessLayer.pMetal.index)
    return colour * (1 - 0.35 * edge[opening])
  }

  private func gold(_ gold: SIMD3<Float>, over under: SIMD3<Float>, _ layer: Int) -> SIMD3<Float> {
    mix(under, gold, covered[layer]) * (1 - 0.75 * edge[layer]) + 0.10 * lean[layer]
  }

  private func mix(
    _ under: SIMD3<Float>, _ over: SIMD3<Float>, _ share: Float
  ) -> SIMD3<Float> {
    under + (over - under) * share
  }
}

/// Independent normal numbers for the pixels of a rectangle; those of a row depend on the row alone.
func whiteNoise(
  seed: UInt64, _ purpose: SeededGenerator.Purpose, _ index: Int, _ rect: PixelRect
) -> Plane {
  var result = Plane(width: rect.width, height: rect.height)
  guard !rect.isEmpty else { return result }
  result.withUnsafeMutableRows { rows in
    RowBands(height: rect.height).inParallel { band in
      for y in band {
        var random = SeededGenerator(seed: seed, purpose, index << 32 + y)
        let row = rows.row(y)
        for x in stride(from: 0, to: rect.width, by: 2) {
          let pair = random.normalPair()
          row[x] = pair.0
          if x + 1 < rect.width { row[x + 1] = pair.1 }
        }
      }
    }
  }
  return result
}
