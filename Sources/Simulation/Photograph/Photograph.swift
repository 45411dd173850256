import Foundation
import Layout
public import Raster

/// A photograph of one die that is painted where it is looked at; a pixel is the same whatever is asked for with it.
public struct Photograph: Sendable {
  /// Where it was taken.
  public let place: ScanPlace
  /// What is wrong with the die, in the order of planting.
  public internal(set) var defects: [Defect] = []
  /// What is wrong with the reticle where the photograph shows it.
  public private(set) var repeated: [Defect] = []

  let settings: SimulationSettings
  private let layout: Layout
  private let cell: CellID
  private let die: DieProcess
  private let painter: Painter
  private let camera: Camera
  private var planted: [PlantedDefect] = []
  private var plantedByReticle: [PlantedDefect] = []

  init(of wafer: SimulatedWafer, index: Int) {
    settings = wafer.settings
    (layout, cell) = (wafer.layout, wafer.cell)
    place = ScanPlace(index: index, seed: wafer.seed, settings: settings)
    die = DieProcess(seed: wafer.seed, index: index, wafer: wafer.process, settings: settings)
    painter = Painter(wafer: wafer.process, die: die, place: place, settings: settings)
    camera = Camera(seed: wafer.seed, index: index, settings: settings)
  }

  /// By how much the edges of each layer lie further out than drawn, µm, by the layer's name.
  public var etchBiasUm: [String: Double] {
    Dictionary(
      uniqueKeysWithValues: ProcessLayer.allCases.map { ($0.rawValue, die.etchBiasUm[$0.index]) })
  }

  /// The pixels of the whole photograph.
  public var bounds: PixelRect {
    PixelRect(x: 0, y: 0, width: settings.width, height: settings.height)
  }

  /// A part of the photograph: red, green and blue at 8-bit levels, 0…1.
  ///
  /// - Parameters:
  ///   - rect: the pixels wanted, inside the photograph.
  ///   - isClean: whether the die is shown as it would be without its defects, to the same noise. The default is not.
  ///   - shot: which of the photographs taken at the same place one after the other, 0…255; they differ by noise alone.
  ///     The default is 0, the first.
  /// - Throws: `LayoutError` where a part is too complex.
  public func picture(_ rect: PixelRect, isClean: Bool = false, shot: Int = 0) throws -> Picture {
    try pictures(rect, looks: [Look(isClean: isClean, shot: shot)])[0]
  }

  /// How a photograph is taken.
  struct Look: Sendable {
    var isClean = false
    var shot = 0
  }

  /// The same part in several ways, for little more than one costs.
  func pictures(_ rect: PixelRect, looks: [Look]) throws -> [Picture] {
    precondition(bounds.contains(rect), "what is shown lies inside the photograph")
    let tiles = tiles(of: rect)
    let parts = try resultsInParallel(tiles.count) { try self.tile(tiles[$0], looks: looks) }
    var result = looks.map { _ in
      [Plane](repeating: Plane(width: rect.width, height: rect.height), count: 3)
    }
    for (tile, part) in zip(tiles, parts) {
      for (look, picture) in part.enumerated() {
        for channel in 0..<3 {
          result[look][channel].paste(
            picture.planes[channel], x: tile.x - rect.x, y: tile.y - rect.y)
        }
      }
    }
    return result.map { Picture(planes: $0) }
  }

  private func tiles(of rect: PixelRect) -> [PixelRect] {
    let (width, height) = (384, 128)
    return stride(from: rect.y, to: rect.maxY, by: height).flatMap { y in
      stride(from: rect.x, to: rect.maxX, by: width).map { x in
        PixelRect(x: x, y: y, width: min(width, rect.maxX - x), height: min(height, rect.maxY - y))
      }
    }
  }

  private func tile(_ rect: PixelRect, looks: [Look]) throws -> [Picture] {
    var clean = try exposure(rect)
    for defect in plantedByReticle { defect.add(to: &clean, rect: rect) }
    var marred = clean
    for defect in planted { defect.add(to: &marred, rect: rect) }
    return looks.map {
      camera.record($0.isClean ? clean : marred, rect: rect, shot: $0.shot)
    }
  }

  /// What falls on the sensor where a part of the field is seen.
  ///
  /// - Parameter effect: a defect; nil for none.
  private func exposure(_ rect: PixelRect, effect: DefectEffect? = nil) throws -> Picture {
    let halo = Painter.halo + Camera.halo(settings)
    let window = rect.expanded(by: halo)
    let relief = try relief(window)
    let painted = effect?.paint(relief, with: painter) ?? painter.paint(relief)
    return camera.expose(painted, rect: window).crop(
      PixelRect(x: halo, y: halo, width: rect.width, height: rect.height))
  }

  private func relief(_ rect: PixelRect) throws -> Relief {
    try Relief(of: layout, cell: cell, place: place, rect: rect, die: die, settings: settings)
  }

  /// Tries places until one shows the defect well, apart from the others; it plants none where there is no such place.
  mutating func plant(
    _ kind: DefectClass, using random: inout some RandomNumberGenerator
  ) throws {
    for _ in 0..<120 {
      let spot = Point(
        x: Double(settings.width) * random.uniform(0.02, 0.98),
        y: Double(settings.height) * random.uniform(0.02, 0.98))
      guard let result = try defect(of: kind, at: spot, using: &random) else { continue }
      planted.append(result)
      defects.append(result.defect)
      return
    }
  }

  /// Plants what the reticle has wrong at a place of the layout, unless the photograph does not show it, or hardly.
  mutating func plantRepeated(
    _ kind: DefectClass, atUm spot: Point, using random: inout some RandomNumberGenerator
  ) throws {
    let seen = place.layoutToScan(spot)
    guard seen.x > 0, seen.y > 0, seen.x < Double(settings.width),
      seen.y < Double(settings.height),
      let result = try defect(of: kind, at: seen, using: &random)
    else { return }
    plantedByReticle.append(result)
    repeated.append(result.defect)
  }

  /// A defect at a spot of the scan, apart from all others; nil where it does not fit or hardly shows.
  private func defect(
    of kind: DefectClass, at spot: Point, using random: inout some RandomNumberGenerator
  ) throws -> PlantedDefect? {
    let um = 1 / place.pixelSizeUm
    let reach = Painter.halo + Camera.halo(settings)
    let site = PixelRect(x: Int(spot.x) - 64, y: Int(spot.y) - 64, width: 128, height: 128)
      .intersection(bounds)
    guard
      let effect = DefectEffect(
        kind, at: spot, relief: kind.needsPattern ? try relief(site) : nil, um: um, using: &random)
    else { return nil }
    let window = effect.bounds.expanded(by: reach)
    guard bounds.contains(window),
      !(planted + plantedByReticle).contains(where: {
        !$0.window.intersection(window).isEmpty
      })
    else { return nil }
    let surroundings = effect.bounds.expanded(by: PatternChange.marginPx)
    let seen = effect.pattern == nil ? nil : effect.kind(on: try relief(surroundings), um: um)
    let contrast = kind.contrasts.map { random.logUniform($0.lowerBound, $0.upperBound) }
    guard
      let result = PlantedDefect(
        seen ?? kind, clean: try exposure(window), marred: try exposure(window, effect: effect),
        window: window, contrast: contrast),
      result.defect.contrast >= settings.leastContrast, result.defect.areaPx >= 4
    else { return nil }
    return result
  }
}

extension Plane {
  /// Puts another plane into this one; it fits.
  fileprivate mutating func paste(_ part: Plane, x: Int, y: Int) {
    for row in 0..<part.height {
      let start = (y + row) * width + x
      samples.replaceSubrange(
        start..<start + part.width, with: part.samples[row * part.width..<(row + 1) * part.width])
    }
  }
}
