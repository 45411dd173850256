import Foundation
import Raster

/// Turns a relief into colours as the light leaves the wafer, before any blur of the microscope.
struct Painter: Sendable {
  /// Pixels around a window within which a change shows in it.
  static let halo = 4

  private let wafer: WaferProcess
  private let die: DieProcess
  private let place: ScanPlace
  private let settings: SimulationSettings
  private let film = Film()

  init(wafer: WaferProcess, die: DieProcess, place: ScanPlace, settings: SimulationSettings) {
    (self.wafer, self.die, self.place, self.settings) = (wafer, die, place, settings)
  }

  /// Brightness of red, green and blue, about 0…1.
  ///
  /// - Parameters:
  ///   - relief: what lies where.
  ///   - thicker: by how much a defect makes the film thicker, nm, a plane of the relief's size; nil for nothing.
  func paint(_ relief: Relief, thicker: Plane? = nil) -> Picture {
    let rect = relief.rect
    let toLayout = place.layoutToScan.inverse
    let toWafer = toLayout.then(.translation(x: place.waferUm.x, y: place.waferUm.y))
    let first = wafer.firstDrift.plane(rect, mappedBy: toWafer)
    let second = wafer.secondDrift.plane(rect, mappedBy: toWafer)
    let own = die.ownDrift.plane(rect, mappedBy: toLayout)
    let height = height(relief)
    // The lamp's direction in the picture, whose y points down.
    let angle = place.rotationDeg * .pi / 180
    let lampX = Float(wafer.light.x * cos(angle) - wafer.light.y * sin(angle))
    let lampY = Float(-wafer.light.x * sin(angle) - wafer.light.y * cos(angle))
    let perUm = Float(0.5 / place.pixelSizeUm)
    var planes = [Plane](repeating: Plane(width: rect.width, height: rect.height), count: 3)
    let (width, rows) = (rect.width, rect.height)
    for y in 0..<rows {
      for x in 0..<width {
        let index = y * width + x
        var films = die.filmNm + own.samples[index]
        films += wafer.firstShare * first.samples[index]
        films += wafer.secondShare * second.samples[index]
        if let thicker { films += thicker.samples[index] }
        var spot = Spot(films: films)
        for layer in 0..<relief.coverage.count {
          spot.covered[layer] = relief.coverage[layer].samples[index]
        }
        if spot.isTextured {
          let at = toLayout(Point(x: Double(rect.x + x) + 0.5, y: Double(rect.y + y) + 0.5))
          spot.fine = die.fineGrain.height(x: at.x, y: at.y)
          spot.coarse = die.coarseGrain.height(x: at.x, y: at.y)
        }
        let (left, right) = (max(x - 1, 0), min(x + 1, width - 1))
        let (above, below) = (max(y - 1, 0), min(y + 1, rows - 1))
        spot.slope = SIMD2(
          height.samples[y * width + right] - height.samples[y * width + left],
          height.samples[below * width + x] - height.samples[above * width + x])
        spot.slope *= perUm
        let colour = colour(of: spot, lamp: SIMD2(lampX, lampY))
        planes[0].samples[index] = colour.x
        planes[1].samples[index] = colour.y
        planes[2].samples[index] = colour.z
      }
    }
    return Picture(planes: planes)
  }

  /// Height of the surface, µm, as far as light resolves it.
  private func height(_ relief: Relief) -> Plane {
    var result = Plane(width: relief.rect.width, height: relief.rect.height)
    for (plane, height) in zip(relief.coverage, wafer.heightsUm) {
      for index in result.samples.indices { result.samples[index] += height * plane.samples[index] }
    }
    return result.smoothed(sigma: 0.5)
  }

  /// The layers' colours, laid over each other from the bottom, and the light on their slopes.
  private func colour(of spot: Spot, lamp: SIMD2<Float>) -> SIMD3<Float> {
    let ridge = spot.covered[ProcessLayer.ridge.index]
    let trench = spot.covered[ProcessLayer.deepEtch.index]
    let label = spot.covered[ProcessLayer.label.index]
    let opening = spot.covered[ProcessLayer.opening.index]
    let (n, p) = (
      spot.covered[ProcessLayer.nMetal.index], spot.covered[ProcessLayer.pMetal.index]
    )
    var colour = film.colour(spot.films[WaferProcess.Ground.field.rawValue])
    if label > 0 {
      mix(&colour, film.colour(spot.films[WaferProcess.Ground.label.rawValue]) * 0.92, label)
    }
    if ridge > 0 {
      mix(&colour, film.colour(spot.films[WaferProcess.Ground.ridge.rawValue]), ridge)
    }
    if trench > 0 {
      // The floor is rough from the deep etch, and far out of focus.
      let rough = 0.6 * (1 + 0.02 * spot.fine)
      mix(
        &colour, film.colour(spot.films[WaferProcess.Ground.trench.rawValue]) * rough, trench)
    }
    if opening > 0 { mix(&colour, film.colour(0) * 0.93, 0.9 * opening) }
    // A film over gold dulls it a little; in a window it is as bright as gold is.
    let window: Float = 0.88 + 0.12 * opening
    let grain = Float(settings.metalGrain)
    if n > 0 {
      // An alloyed contact is blotched rather than grained.
      let light = window * (1 + grain * (0.5 * spot.fine + 0.9 * spot.coarse))
      mix(&colour, die.nMetal * light, n)
    }
    if p > 0 {
      let light = window * (1 + grain * (0.9 * spot.fine + 0.4 * spot.coarse))
      mix(&colour, die.pMetal * light, p)
    }
    // Steep walls send the light past the lens; what rises towards the lamp is brighter than what falls behind it.
    let steep = spot.slope.x * spot.slope.x + spot.slope.y * spot.slope.y
    guard steep > 1e-6 else { return colour }
    let rise = -(lamp.x * spot.slope.x + lamp.y * spot.slope.y)
    let tilt = rise / (1 + steep).squareRoot()
    let oblique = Float(settings.obliqueLight)
    let wall = 1 - 0.68 * steep / (steep + 0.6) + 0.8 * oblique * tilt
    return colour * max(wall, 0.06) + oblique * max(0.1 * tilt, 0)
  }
}

/// What a pixel shows.
private struct Spot {
  /// Thickness of the film on each ground, nm.
  var films: SIMD4<Float>
  /// Elements are the process layers.
  var covered = SIMD8<Float>()
  var fine: Float = 0
  var coarse: Float = 0
  /// Rise of the surface to the right and down.
  var slope = SIMD2<Float>()

  init(films: SIMD4<Float>) { self.films = films }

  /// Whether anything rough is here.
  var isTextured: Bool {
    covered[ProcessLayer.deepEtch.index] > 0 || covered[ProcessLayer.pMetal.index] > 0
      || covered[ProcessLayer.nMetal.index] > 0
  }
}

@inline(__always)
private func mix(_ colour: inout SIMD3<Float>, _ over: SIMD3<Float>, _ share: Float) {
  colour += (over - colour) * share
}
