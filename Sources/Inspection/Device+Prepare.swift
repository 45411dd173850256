internal import Foundation
internal import Golden
internal import Matching
internal import Raster
internal import Records

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
  ///   - stages: what is not left out.
  func prepare(
    _ read: ReadScan, _ scan: URL, golden kind: Recipe.Golden? = nil,
    stages: Set<DetectionStage> = Set(DetectionStage.allCases),
    progress: (Stage) -> Void = { _ in }
  ) throws -> Preparation {
    progress(.registering)
    if kind ?? recipe.golden == .dies {
      return try prepareBesideDies(read, scan, stages: stages, progress: progress)
    }
    let (field, picture) = (read.field, read.picture)
    let views = read.views
    let registrar = Registrar(reference: try reference(), settings: read.opened.place.settings)
    switch try read.register(registrar, views) {
    case .refused(let reason, let best): return .refused(reason: reason, best: best)
    case .registered(let registration):
      let kind = kind ?? recipe.golden
      // A generator's picture places the scan more finely than drawn lines do, and by itself.
      var isPlacedByGolden = false
      if case .generator = kind {
        try checkSize(registration.pixelSize, scan)
        isPlacedByGolden = stages.contains(.placement)
      }
      progress(.painting)
      var mesh =
        stages.contains(.mesh) && !isPlacedByGolden
        ? try registrar.mesh(views, toScan: registration.toScan) : .still(field)
      let golden = try goldenSource(
        kind,
        from: [
          TrainingScan(
            name: "", die: "", photograph: picture, field: field, area: registration.extent,
            toScan: registration.toScan, mesh: mesh, pixelSizeUm: registration.pixelSize)
        ])
      if isPlacedByGolden, let golden = golden as? GeneratorGolden {
        mesh = try GoldenPlacement.displacement(
          of: views,
          from: golden.brightness(field, toScan: registration.toScan, mesh: mesh))
      }
      let placed = PlacedScan(
        registration: registration.showing(golden, mesh), mesh: mesh, golden: golden)
      return .ready(try placed.window(field, picture))
    }
  }

  /// The golden of a kind.
  ///
  /// - Parameter scans: windows of the scan, of which the baselines learn.
  func goldenSource(
    _ kind: Recipe.Golden, from scans: @autoclosure () throws -> [TrainingScan]
  ) throws -> any GoldenSource {
    switch kind {
    case .image, .images: if let supplied { return supplied.golden }
    default: break
    }
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
  func place(
    of scan: URL, _ prepared: PreparedScan, _ residual: Residual,
    golden kind: Recipe.Golden? = nil, beside: OtherScans? = nil,
    stages: Set<DetectionStage> = Set(DetectionStage.allCases),
    kept: KeptScans<NeighbourDies.Die>? = nil
  ) throws -> PlaceVariation? {
    try neighbourhood(
      of: scan, prepared, residual, golden: kind, beside: beside, stages: stages, kept: kept)?.place
  }

  /// What other scans show where a scan lies, and which they are; nil when the recipe asks for none.
  ///
  /// The nearest dies by their sidecars are asked first, then by name.
  ///
  /// - Parameters:
  ///   - beside: the scans that may be asked; nil for those of the scan's own folder.
  ///   - stages: what is not left out.
  ///   - kept: where the others' residuals are kept; nil for where the device keeps them.
  func neighbourhood(
    of scan: URL, _ prepared: PreparedScan, _ residual: Residual,
    golden kind: Recipe.Golden? = nil, beside: OtherScans? = nil,
    stages: Set<DetectionStage> = Set(DetectionStage.allCases),
    kept: KeptScans<NeighbourDies.Die>? = nil
  ) throws -> Neighbourhood? {
    guard let neighbours = kept ?? neighbours else { return nil }
    let own = prepared.die(residual, sha256: try FileHash.sha256(scan))
    neighbours.keep(own, as: Self.key(scan, kind ?? recipe.golden, stages))
    var (others, used): ([[Plane]], [FileRecord]) = ([], [])
    try Self.ask(recipe.neighbours, othersThan: scan, among: beside) { other in
      guard let die = die(other, neighbours, golden: kind, stages), die.sha256 != own.sha256,
        die.residual.planes.count == residual.planes.count
      else { return false }
      others.append(NeighbourDies.residual(of: die, at: own))
      used.append(FileRecord(path: other.lastPathComponent, sha256: die.sha256))
      return true
    }
    let least = PlaceVariation.leastOthers
    var record = NeighboursRecord(asked: recipe.neighbours, used: used)
    guard used.count >= least else {
      record.reason = "\(record.reason ?? ""), and at least \(least) are needed"
      record.used = []
      return Neighbourhood(place: nil, others: [], record: record)
    }
    return Neighbourhood(place: PlaceVariation(others: others), others: others, record: record)
  }

  /// Names what is kept of a scan beside a golden.
  static func key(
    _ scan: URL, _ golden: Recipe.Golden,
    _ stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) -> String {
    let left = DetectionStage.ofResiduals.filter { !stages.contains($0) }.map(\.rawValue)
    return "\(golden) \(left) \(contentKey(scan) ?? scan.path)"
  }

  /// Another scan in its place; nil where it is of no use.
  private func die(
    _ other: URL, _ neighbours: KeptScans<NeighbourDies.Die>, golden kind: Recipe.Golden?,
    _ stages: Set<DetectionStage> = Set(DetectionStage.allCases)
  ) -> NeighbourDies.Die? {
    neighbours.content(Self.key(other, kind ?? recipe.golden, stages)) {
      // A scan that can't be read tells nothing of this one.
      guard let read = try? read(other),
        case .ready(let ready)? = try? prepare(read, other, golden: kind, stages: stages),
        let hash = try? FileHash.sha256(other)
      else { return nil }
      return ready.die(ready.residual(stages), sha256: hash)
    }
  }

  /// The nearest other die, for an evaluation; nil where there is none.
  func nearestDie(to scan: URL, golden kind: Recipe.Golden?) throws -> NeighbourDies.Die? {
    let kept = neighbours ?? KeptScans(neighbours: 1)
    for other in try Self.otherScans(than: scan) {
      if let die = die(other, kept, golden: kind) { return die }
    }
    return nil
  }
}

extension Registration {
  /// The same without what a supplied golden, moved by a mesh, does not show.
  func showing(_ golden: any GoldenSource, _ mesh: DisplacementMesh) -> Registration {
    guard let supplied = golden as? SuppliedGolden else { return self }
    var result = self
    result.extent = supplied.shown(in: extent, toScan: toScan, mesh: mesh)
    return result
  }
}
