public import Layout
import Raster

/// A wafer of one random multi-project die, and scans of its dies, all from a seed.
///
/// The same seed and settings give the same layout and the same scans, whatever was asked for before and on however
/// many cores.
public struct SimulatedWafer: Sendable {
  /// Where all randomness comes from.
  public let seed: UInt64
  /// How it is made.
  public let settings: SimulationSettings
  /// The die as it is written.
  public let gdsii: GDSIILibrary
  /// The die as it is read.
  public let layout: Layout
  private let cell: CellID

  /// Draws the wafer's layout.
  ///
  /// - Throws: `LayoutError` where the die doesn't fit a GDSII file.
  public init(seed: UInt64, settings: SimulationSettings = SimulationSettings()) throws {
    precondition(settings.width > 0 && settings.height > 0, "a scan has a pixel at least")
    precondition(settings.pixelSizeUm > 0, "a pixel has a size")
    (self.seed, self.settings) = (seed, settings)
    var random = SeededGenerator(seed: seed, .die)
    gdsii = DieLayout.draw(
      width: settings.dieWidthUm, height: settings.dieHeightUm, using: &random)
    layout = try Layout(gdsii.data())
    guard let cell = layout.cell(named: DieLayout.topCell) else {
      preconditionFailure("a die has a top cell")
    }
    self.cell = cell
  }

  /// Photographs a die.
  ///
  /// It may show fewer defects than asked for where there is no room for them, or no pattern that they need.
  ///
  /// - Parameter index: which one, from 0; as many as wanted.
  /// - Throws: `LayoutError` where a field is too complex.
  public func scan(_ index: Int) throws -> SimulatedScan {
    let place = ScanPlace(index: index, seed: seed, settings: settings)
    let field = PixelRect(x: 0, y: 0, width: settings.width, height: settings.height)
    let rect = field.expanded(by: Relief.halo)
    let relief = try Relief(
      of: layout, cell: cell, toScan: place.layoutToScan, rect: rect, settings: settings,
      pixelSizeUm: place.pixelSizeUm)
    let painter = Painter(seed: seed, index: index, rect: rect, settings: settings)
    let camera = Camera(seed: seed, index: index, settings: settings)
    let local = PixelRect(
      x: Relief.halo, y: Relief.halo, width: field.width, height: field.height)
    let clean = camera.expose(painter.paint(relief), rect: rect).crop(local)
    var marred = clean
    var random = SeededGenerator(seed: seed, .defects, index)
    var defects: [Defect] = []
    for kind in kinds(ofScan: index) {
      guard
        let defect = plant(
          kind, into: &marred, relief: relief, painter: painter, camera: camera,
          others: defects.map(\.box), um: 1 / place.pixelSizeUm, using: &random)
      else { continue }
      defects.append(defect)
    }
    let picture = camera.record(marred)
    return SimulatedScan(
      name: name(ofScan: index), place: place, picture: picture,
      clean: defects.isEmpty ? picture : camera.record(clean), defects: defects)
  }

  /// The name of a scan's file.
  func name(ofScan index: Int) -> String { "die_" + (index < 10 ? "0" : "") + "\(index).png" }

  /// The kinds of the defects of a scan, dealt so that all occur before one comes again.
  private func kinds(ofScan index: Int) -> [DefectClass] {
    guard index >= settings.cleanDies else { return [] }
    var random = SeededGenerator(seed: seed, .classes)
    let deck = random.shuffled(DefectClass.allCases)
    let first = (index - settings.cleanDies) * settings.defectsPerScan
    return (first..<first + settings.defectsPerScan).map { deck[$0 % deck.count] }
  }

  /// Tries places until one shows the defect well, apart from the others.
  ///
  /// - Parameter exposure: the field before noise; changed inside the defect's mask alone.
  /// - Returns: nil where no place was found, as for metal in a field that has none.
  private func plant(
    _ kind: DefectClass, into exposure: inout Picture, relief: Relief, painter: Painter,
    camera: Camera, others: [PixelRect], um: Double, using random: inout SeededGenerator
  ) -> Defect? {
    let field = exposure.bounds
    var renderings = 0
    for _ in 0..<20_000 where renderings < 40 {
      guard
        let effect = DefectEffect(kind, field: field, relief: relief, um: um, using: &random),
        field.contains(effect.bounds),
        !others.contains(where: { !$0.expanded(by: 12).intersection(effect.bounds).isEmpty })
      else { continue }
      renderings += 1
      let window = effect.bounds.expanded(by: Relief.halo)
      let part = relief.crop(window)
      let clean = camera.expose(painter.paint(part), rect: window)
      let marred = camera.expose(effect.paint(part, with: painter), rect: window)
      guard
        let defect = Defect(kind, clean: clean, marred: marred, window: window, field: field),
        defect.contrast >= settings.leastContrast, defect.areaPx >= 20
      else { continue }
      for y in 0..<defect.box.height {
        for x in 0..<defect.box.width where defect.mask[x, y] > 0 {
          let (column, row) = (defect.box.x + x, defect.box.y + y)
          for channel in 0..<3 {
            exposure.planes[channel][column, row] =
              marred.planes[channel][column - window.x, row - window.y]
          }
        }
      }
      return defect
    }
    return nil
  }
}
