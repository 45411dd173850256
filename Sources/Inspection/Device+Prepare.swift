internal import Foundation
internal import Golden
internal import Matching
internal import Raster

/// What came of preparing a scan.
enum Preparation {
  case ready(PreparedScan)
  /// The scan doesn't show what it should.
  case refused(reason: String, best: Registration?)
}

extension Device {
  /// Finds a scan's place, and paints its golden there.
  ///
  /// - Parameters:
  ///   - read: the scan.
  ///   - scan: its file, for errors.
  ///   - kind: which golden; the default is the recipe's.
  func prepare(
    _ read: ReadScan, _ scan: URL, golden kind: Recipe.Golden? = nil,
    progress: (Stage) -> Void = { _ in }
  ) throws -> Preparation {
    progress(.registering)
    let (field, picture) = (read.field, read.picture)
    let luminance = picture.luminance
    let registrar = Registrar(reference: try reference(), settings: read.opened.place.settings)
    switch try read.register(registrar, luminance) {
    case .refused(let reason, let best): return .refused(reason: reason, best: best)
    case .registered(let registration):
      let kind = kind ?? recipe.golden
      if case .generator = kind { try checkSize(registration.pixelSize, scan) }
      progress(.painting)
      var mesh = try registrar.mesh(luminance, field: field, toScan: registration.toScan)
      let golden = try goldenSource(
        kind,
        from: [
          TrainingScan(
            name: "", die: "", photograph: picture, field: field, area: registration.extent,
            toScan: registration.toScan, mesh: mesh, pixelSizeUm: registration.pixelSize)
        ])
      if let golden = golden as? GeneratorGolden {
        let drawn = try golden.picture(field, toScan: registration.toScan, mesh: mesh)
        mesh = mesh.adding(
          try GoldenPlacement.displacement(of: picture, from: drawn, field: field))
      }
      let placed = PlacedScan(registration: registration, mesh: mesh, golden: golden)
      return .ready(try placed.window(field, picture))
    }
  }

  /// The golden of a kind.
  ///
  /// - Parameter scans: windows of the scan, of which the baselines learn.
  func goldenSource(
    _ kind: Recipe.Golden, from scans: @autoclosure () throws -> [TrainingScan]
  ) throws -> any GoldenSource {
    if case .image = kind, let supplied { return SuppliedGolden(picture: supplied.picture) }
    if case .generator = kind, let generator { return generator.golden }
    guard let stack else { preconditionFailure("a recipe without a layout has a golden picture") }
    return kind == .tree
      ? try TreeGolden(learning: stack, from: try scans())
      : try TableGolden(learning: stack, from: try scans())
  }

  /// Refuses pixels of a size that the generator was not taught.
  func checkSize(_ pixelSizeUm: Double, _ scan: URL) throws {
    guard let taught = generator?.golden.generator.card.pixelSizesUm else { return }
    let slack = 0.1
    guard pixelSizeUm > taught.lowerBound * (1 - slack),
      pixelSizeUm < taught.upperBound * (1 + slack)
    else {
      func told(_ size: Double) -> String { String(format: "%.4g", size) }
      throw InspectionError(
        .unusableScan, path: scan.relativePath,
        "has pixels of \(told(pixelSizeUm)) µm, and the generator was taught with "
          + "\(told(taught.lowerBound)) to \(told(taught.upperBound)) µm")
    }
  }

  /// What other scans of a scan's folder show where it lies; nil when the recipe asks for none, or too few are of use.
  ///
  /// The nearest dies by their sidecars are asked first, then by name.
  func place(
    of scan: URL, _ prepared: PreparedScan, _ residual: Residual, golden kind: Recipe.Golden? = nil
  ) throws -> PlaceVariation? {
    guard let neighbours else { return nil }
    let own = prepared.die(residual)
    neighbours.keep(own, as: Self.key(scan, kind ?? recipe.golden))
    var others: [[Plane]] = []
    for other in try Self.otherScans(than: scan) where others.count < recipe.neighbours {
      guard let die = die(other, neighbours, golden: kind),
        die.residual.planes.count == residual.planes.count
      else { continue }
      others.append(NeighbourDies.residual(of: die, at: own))
    }
    return others.count >= PlaceVariation.leastOthers ? PlaceVariation(others: others) : nil
  }

  private static func key(_ scan: URL, _ golden: Recipe.Golden) -> String {
    "\(golden) " + scan.standardizedFileURL.path
  }

  /// Another scan in its place; nil where it is of no use.
  private func die(
    _ other: URL, _ neighbours: NeighbourDies, golden kind: Recipe.Golden?
  ) -> NeighbourDies.Die? {
    neighbours.die(Self.key(other, kind ?? recipe.golden)) {
      // A scan that can't be read tells nothing of this one.
      guard let read = try? read(other),
        case .ready(let ready)? = try? prepare(read, other, golden: kind)
      else { return nil }
      return ready.die(ready.residual())
    }
  }

  /// The nearest other die, for an evaluation; nil where there is none.
  func nearestDie(to scan: URL, golden kind: Recipe.Golden?) throws -> NeighbourDies.Die? {
    let kept = neighbours ?? NeighbourDies(neighbours: 1)
    for other in try Self.otherScans(than: scan) {
      if let die = die(other, kept, golden: kind) { return die }
    }
    return nil
  }

  private static func otherScans(than scan: URL) throws -> [URL] {
    let own = scan.standardizedFileURL
    let found = try TrainingFolder.files(in: own.deletingLastPathComponent())
      .filter { $0.standardizedFileURL.lastPathComponent != own.lastPathComponent }
    guard let die = (try? Sidecar.read(for: scan))?.die, die.count == 2 else { return found }
    func distance(_ other: URL) -> Int {
      guard let there = (try? Sidecar.read(for: other))?.die, there.count == 2 else { return .max }
      return (there[0] - die[0]) * (there[0] - die[0]) + (there[1] - die[1]) * (there[1] - die[1])
    }
    return found.map { ($0, distance($0)) }
      .sorted { ($0.1, $0.0.lastPathComponent) < ($1.1, $1.0.lastPathComponent) }.map(\.0)
  }
}
