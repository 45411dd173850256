public import Layout
import Raster

/// A wafer of one random multi-project die, and photographs of its dies, all from a seed.
///
/// The same seed and settings give the same layout and the same photographs, whatever was asked for before and on
/// however many cores.
public struct SimulatedWafer: Sendable {
  /// Where all randomness comes from.
  public let seed: UInt64
  /// How it is made.
  public let settings: SimulationSettings
  /// The die as it is written.
  public let gdsii: GDSIILibrary
  /// The die as it is read.
  public let layout: Layout
  let cell: CellID
  let process: WaferProcess

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
    process = WaferProcess(seed: seed, settings: settings)
  }

  /// Gets a die under the microscope, its defects planted; nothing is painted yet.
  ///
  /// It may have fewer defects than asked for where there is no room for them, or no pattern that they need.
  ///
  /// - Parameter index: which one, from 0; as many as wanted.
  /// - Throws: `LayoutError` where a field is too complex.
  public func photograph(_ index: Int) throws -> Photograph {
    var photograph = Photograph(of: self, index: index)
    for number in 0..<settings.repeatedDefects {
      // The same numbers on every die: what is drawn from them is the same, too.
      var random = SeededGenerator(seed: seed, .reticle, number)
      let spot = Point(
        x: settings.dieWidthUm * random.uniform(0.05, 0.95),
        y: settings.dieHeightUm * random.uniform(0.05, 0.95))
      let kind = DefectClass.ofReticles[number % DefectClass.ofReticles.count]
      try photograph.plantRepeated(kind, atUm: spot, using: &random)
    }
    var random = SeededGenerator(seed: seed, .defects, index)
    for kind in kinds(ofScan: index) { try photograph.plant(kind, using: &random) }
    return photograph
  }

  /// Photographs a die.
  ///
  /// - Parameter index: which one, from 0; as many as wanted.
  /// - Throws: `LayoutError` where a field is too complex.
  public func scan(_ index: Int) throws -> SimulatedScan {
    let photograph = try photograph(index)
    let pictures = try photograph.pictures(
      photograph.bounds, looks: [.init(), .init(isClean: true)])
    return SimulatedScan(
      name: name(ofScan: index) + ".png", place: photograph.place, picture: pictures[0],
      clean: pictures[1], defects: photograph.defects, repeated: photograph.repeated)
  }

  /// The name of a scan, without what its file's name ends with.
  func name(ofScan index: Int) -> String { "die_" + (index < 10 ? "0" : "") + "\(index)" }

  /// The kinds of the defects of a scan, dealt so that all occur before one comes again.
  private func kinds(ofScan index: Int) -> [DefectClass] {
    guard index >= settings.cleanDies else { return [] }
    var random = SeededGenerator(seed: seed, .classes)
    let deck = random.shuffled(DefectClass.allCases)
    let count = settings.defectsOfScan
    let first = (index - settings.cleanDies) * count
    return (first..<first + count).map { deck[$0 % deck.count] }
  }
}
