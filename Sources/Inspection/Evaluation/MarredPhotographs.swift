public import Foundation
internal import Golden
internal import ImageFiles
internal import Layout
internal import Matching
internal import Raster
internal import Simulation

/// Puts flaws into photographs whose place on the layout is found, so that what an inspection finds of them can be told.
public struct MarredPhotographs {
  /// What is put in.
  public struct Settings: Sendable {
    /// The number that all randomness follows from, together with the photograph's name.
    public var seed: UInt64
    /// Flaws in each photograph, where there is room for them.
    ///
    /// The default is 18, two of each kind.
    public var flaws = 18
    /// The recipe's name of the layer whose pattern the photographs show; nil for the only one.
    ///
    /// The default is nil.
    public var layer: String?

    /// The defaults.
    public init(seed: UInt64) { self.seed = seed }
  }

  private let device: Device
  private let settings: Settings
  private let layer: Int

  /// - Throws: `RecipeError` where the recipe has no layout, no such layer, or several of which none is named.
  public init(device: Device, settings: Settings) throws {
    (self.device, self.settings) = (device, settings)
    func refused(_ detail: String) -> RecipeError {
      RecipeError(.badValue, path: device.recipe.path, detail: detail)
    }
    guard let layers = device.stack?.layers else {
      throw refused("without a layout nothing says where a flaw could be")
    }
    if let name = settings.layer {
      guard let index = layers.firstIndex(where: { $0.name == name }) else {
        throw refused("layout.layers has no '\(name)'")
      }
      layer = index
    } else {
      guard layers.count == 1 else {
        throw refused("layout.layers has \(layers.count) layers; one must be named")
      }
      layer = 0
    }
  }

  /// Writes photographs with flaws, photographs without, and the truth.
  ///
  /// - Parameters:
  ///   - scans: what is to have flaws.
  ///   - clean: what is to stay as it is, and is told to be without defects.
  ///   - folder: made where it is missing; one that holds something is refused.
  ///   - progress: told the name of the one worked on, its number from 1, and how many there are.
  /// - Returns: how many flaws were put in, and the photographs that were left out because their place was not found.
  public func write(
    _ scans: [URL], clean: [URL], to folder: URL,
    progress: (String, Int, Int) -> Void = { _, _, _ in }
  ) throws -> (flaws: Int, refused: [(name: String, reason: String)]) {
    var target = try MarredScans(at: folder)
    var count = 0
    var refused: [(name: String, reason: String)] = []
    for (number, scan) in (scans + clean).enumerated() {
      let name = scan.deletingPathExtension().lastPathComponent
      progress(name, number + 1, scans.count + clean.count)
      let read = try device.read(scan)
      switch try device.prepare(read, scan, golden: .table) {
      case .refused(let reason, _): refused.append((name, reason))
      case .ready(let ready):
        let image = read.opened.image
        // A data bar may have colours that the field has not.
        var whole = try image.read(image.bounds)
        if whole.channels != ready.picture.channels { whole = Picture(planes: [whole.luminance]) }
        var flaws: [PlantedFlaw] = []
        if number < scans.count {
          let marred = try self.marred(ready, name)
          flaws = marred.flaws
          whole.replace(ready.field, by: marred.picture)
        }
        let sidecar = scan.deletingPathExtension().appendingPathExtension("json")
        try target.add(
          name, whole, flaws: flaws, corner: (ready.field.x, ready.field.y),
          layoutToScan: ready.registration.toScan, sidecar: try? Data(contentsOf: sidecar))
        count += flaws.count
      }
    }
    try target.finish()
    return (count, refused)
  }

  private func marred(
    _ ready: PreparedScan, _ name: String
  ) throws -> (picture: Picture, flaws: [PlantedFlaw]) {
    guard let stack = device.stack else { preconditionFailure("there is a layout") }
    // What the mesh moves in from beyond the field.
    let margin = Int(ready.mesh.greatest.rounded(.up)) + 2
    let field = ready.field
    let wide = field.expanded(by: margin)
    let coverage = try stack.layout.coverage(
      of: stack.layers[layer].id, in: stack.cell, layoutToScan: ready.registration.toScan,
      rect: wide
    ).resampled(
      rect: field, toSource: .translation(x: -Double(wide.x), y: -Double(wide.y)),
      mesh: ready.mesh)
    let micrograph = Micrograph(ready.picture, coverage: coverage)
    // A name says the same on every machine; a hash of Swift's does not.
    let own = name.utf8.reduce(settings.seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    var random = SeededGenerator(seed: own)
    let kinds = (0..<settings.flaws).map { Flaw.allCases[$0 % Flaw.allCases.count] }
    return micrograph.marred(
      with: kinds, in: ready.area.expanded(by: -Self.border), using: &random)
  }

  /// Nothing is put nearer to the border of what the layout shows, pixels.
  private static let border = 24
}
