internal import Foundation
internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster
internal import Records
internal import Reports

/// What came of looking at a scan.
enum Examination {
  case examined(ExaminedScan)
  case refused(reason: String, best: Registration?, overview: FieldPictures)
}

/// A scan with what was found on it.
struct ExaminedScan {
  let placed: PlacedScan
  var registration: Registration { placed.registration }
  /// In order of falling score, places in pixels of the field.
  let findings: [Finding]
  let overview: FieldPictures
  /// The score from which on a place is flagged.
  let threshold: Double
  /// The field as it was judged; nil where it is too large to be held.
  let held: JudgedWindow?
  /// Which other dies told what is usual; nil where the recipe asks for none.
  var neighbours: NeighboursRecord?
  /// What they show too, in order of falling score; nil where none told.
  var repeated: [RepeatedFinding]?
  /// How far edges are displaced; nil where no layer is known.
  var edges: EdgeDisplacement?
  /// Pixels of which neither the golden nor other dies tell what a scan shows.
  var unknownPx = 0
  /// Judges a window again.
  let windows: @Sendable (PixelRect) throws -> JudgedWindow
}

extension Device {
  /// How much of a scan is held at a time.
  public struct Footprint: Sendable {
    /// Scans of up to so many pixels are held as a whole while they are inspected, larger ones in tiles.
    ///
    /// The default is 24 Mpx.
    public var wholePx = 24_000_000
    /// Columns and rows of a tile, pixels; nil for one tile where the scan is held, else 2048.
    ///
    /// To them 704 are added for what must be seen around a tile. What is found does not hang on it.
    ///
    /// The default is nil.
    public var tileSide: Int?

    /// The defaults.
    public init() {}
  }

  /// Places a scan and judges it, as a whole where it can be held, else tile by tile.
  func examine(
    _ opened: OpenedScan, footprint: Footprint, progress: (Stage) -> Void
  ) throws -> Examination {
    let isLarge =
      opened.field.area > (recipe.neighbours == 0 ? footprint.wholePx : Self.greatestBeside)
    if isLarge, recipe.neighbours > 0 {
      throw InspectionError(
        .unusableScan, path: opened.file.relativePath,
        "the scan has \(opened.field.area / 1_000_000) Mpx; with golden.neighbours up to "
          + "\(Self.greatestBeside / 1_000_000) Mpx are inspected")
    }
    if isLarge { return try examineLarge(opened, footprint.tileSide ?? 2048, progress) }
    let read = try read(opened)
    switch try prepare(read, opened.file, progress: progress) {
    case .refused(let reason, let best):
      return .refused(
        reason: reason, best: best,
        overview: Self.overview(of: read.picture, factor: 1, opened))
    case .ready(let prepared):
      progress(.comparing)
      return .examined(try examine(opened, prepared, tileSide: footprint.tileSide))
    }
  }

  /// Judges a scan that is held.
  private func examine(
    _ opened: OpenedScan, _ prepared: PreparedScan, tileSide: Int?
  ) throws -> ExaminedScan {
    if let seen = try examineAsTemplate(opened, prepared) { return seen }
    let (file, field) = (opened.file, opened.field)
    let residual = prepared.residual()
    let calibration = try noise(file, channels: residual.planes.count) {
      [try sample(file, prepared, residual)]
    }
    let asked = try neighbours(of: opened, prepared, residual, calibration)
    let place = asked?.place
    var judge = try judge(
      opened, prepared.registration, calibration, scanChannels: prepared.picture.channels)
    if let tileSide, place == nil {
      var placed = prepared.placed
      var levels = LightLevels.Samples()
      prepared.add(to: &levels)
      placed.levels = LightLevels(levels)
      for tile in Tiling(field, side: tileSide).tiles {
        let picture = prepared.picture.crop(prepared.local(tile.window))
        _ = judge.judge(
          try placed.window(tile.window, picture), core: tile.core,
          allowance: allowance(tile.window, placed))
      }
    }
    let allowance = allowance(field, prepared.placed)
    let ownNoise = naming == nil ? nil : ownNoise([(prepared, residual)])
    let whole =
      tileSide != nil && place == nil
      ? FieldJudge.judged(
        prepared, residual: residual, place: nil, calibration: calibration, allowance: allowance,
        ownNoise: ownNoise
      ).0
      : judge.judge(
        prepared, core: field, place: place, residual: residual, allowance: allowance,
        ownNoise: ownNoise)
    let findings = judge.findings
    return ExaminedScan(
      placed: prepared.placed, findings: findings,
      overview: judge.overview.pictures, threshold: judge.threshold, held: whole,
      neighbours: asked?.record ?? prepared.placed.neighbours,
      repeated: try repeated(
        asked, prepared, residual, calibration, allowance, besides: findings),
      edges: judge.edges, unknownPx: judge.unknownPx, windows: { whole.crop($0) })
  }

  /// What the neighbours show too; nil where none told.
  private func repeated(
    _ asked: Neighbourhood?, _ prepared: PreparedScan, _ residual: Residual,
    _ calibration: Calibration, _ allowance: Allowance?, besides findings: [Finding]
  ) throws -> [RepeatedFinding]? {
    guard let asked, asked.place != nil else { return nil }
    var rules = try rules(prepared.registration, calibration)
    // That other dies show the same is proof enough of what would be too weak by itself.
    rules.seed -= Float(log10(Neighbourhood.ease))
    let unaided = FieldJudge.judged(
      prepared, residual: residual, place: nil, calibration: calibration, allowance: allowance
    ).1.findings(in: prepared.area, rules: rules)
    return asked.repeated(unaided, residual, besides: findings)
  }

  /// What other dies tell; without a calibration that was made with them they are not asked.
  private func neighbours(
    of opened: OpenedScan, _ prepared: PreparedScan, _ residual: Residual,
    _ calibration: Calibration
  ) throws -> Neighbourhood? {
    guard calibration.usesNeighbours || neighbours == nil else {
      let reason =
        self.calibration == nil
        ? "they are used together with a calibration alone"
        : "the calibration was made without neighbours"
      return Neighbourhood(
        place: nil, others: [],
        record: NeighboursRecord(asked: recipe.neighbours, used: [], reason: reason))
    }
    return try neighbourhood(
      of: opened.file, prepared, residual, beside: opened.beside)
  }

  /// Judges a scan tile by tile.
  private func examineLarge(
    _ opened: OpenedScan, _ tileSide: Int, _ progress: (Stage) -> Void
  ) throws -> Examination {
    let survey: Survey
    switch try self.survey(opened, progress: progress) {
    case .refused(let reason, let best, let level):
      return .refused(
        reason: reason, best: best,
        overview: Self.overview(of: level.picture, factor: level.factor, opened))
    case .ready(let ready): survey = ready
    }
    progress(.comparing)
    let (placed, file, isGrey) = (survey.placed, opened.file, survey.isGrey)
    let channels = survey.samples.first?.pair().scan.channels ?? 1
    let calibration = try noise(file, channels: channels) {
      try survey.samples.map { try sample(file, $0, $0.residual()) }
    }
    var judge = try judge(
      opened, placed.registration, calibration,
      scanChannels: isGrey ? 1 : opened.image.channels)
    let tiles = Tiling(opened.field, side: tileSide).tiles
    var source = WindowSource(opened.image, isGrey: isGrey)
    var next = 0
    try source.forEach(tiles.map(\.window)) { rect, picture in
      let tile = tiles[next]
      next += 1
      _ = judge.judge(
        try placed.window(rect, picture), core: tile.core, allowance: allowance(rect, placed))
      guard judge.flagged.count <= FieldJudge.mostFlagged else {
        throw InspectionError(
          .unusableScan, path: file.relativePath,
          "more than \(FieldJudge.mostFlagged / 1_000_000) Mpx differ from the golden")
      }
    }
    try readRest(opened)
    let field = opened.field
    let ownNoise = naming == nil ? nil : ownNoise(survey.samples.map { ($0, $0.residual()) })
    return .examined(
      ExaminedScan(
        placed: placed, findings: judge.findings,
        overview: judge.overview.pictures, threshold: judge.threshold,
        held: nil, edges: judge.edges, unknownPx: judge.unknownPx,
        windows: { rect in
          // Decoders serve one caller each.
          var source = WindowSource(try ImageFile(path: file.path), isGrey: isGrey)
          let window = Tiling.window(about: rect, in: field)
          let prepared = try placed.window(window, try source.read(window))
          return FieldJudge.judged(
            prepared, residual: prepared.residual(), place: nil, calibration: calibration,
            allowance: self.allowance(window, placed), ownNoise: ownNoise
          ).0.crop(rect)
        }))
  }

  /// The noise of a scan by itself, as if no clean scan had been seen; nil where none was.
  func ownNoise(_ windows: @autoclosure () -> [(PreparedScan, Residual)]) -> Calibration? {
    guard calibration != nil else { return nil }
    return Calibrator.calibration(
      of: windows().map { window, residual in
        Calibrator.Sample(
          name: "", residual: residual, materials: window.region.materials,
          edgeDistance: window.region.edgeDistance, place: nil, area: window.area)
      }, isSuspect: true)
  }

  private func judge(
    _ opened: OpenedScan, _ registration: Registration, _ calibration: Calibration,
    scanChannels: Int
  ) throws -> FieldJudge {
    let rules = try rules(registration, calibration)
    let threshold = Double(rules.seed)
    return FieldJudge(
      field: opened.field,
      overview: Overview(
        width: opened.image.width, height: opened.image.height, channels: scanChannels,
        goldenChannels: calibration.planes),
      calibration: calibration, rules: rules,
      colours: DifferenceColours(flaggedFrom: threshold), edges: edges(opened.field))
  }

  /// The recipe's calibration, where it says so with the scan's own noise; without one, what most of the scan itself shows.
  func noise(
    _ scan: URL, channels: Int, _ samples: () throws -> [Calibrator.Sample]
  ) throws -> Calibration {
    guard let calibration else {
      return Calibrator.calibration(of: try samples(), isSuspect: true)
    }
    guard calibration.noise.planes == channels else {
      throw InspectionError(
        .unusableScan, path: scan.relativePath,
        "is \(channels == 3 ? "in colour" : "grey"), and the calibration is of scans that are not")
    }
    return try calibration.noise.fitted(to: samples)
  }

  /// Names findings; those of a scan that is not held one by one, each in a window of its own.
  func named(
    _ findings: [FindingRecord], by naming: NamingStage, _ seen: ExaminedScan, field: PixelRect
  ) throws -> ([FindingRecord], [ExplainedFinding]) {
    if let held = seen.held {
      return try naming.named(
        findings, in: NamingStage.View(held, threshold: seen.threshold, seen.placed))
    }
    var (all, explained) = ([FindingRecord](), [ExplainedFinding]())
    for finding in findings {
      // As much as the greatest crop about a finding can reach.
      let window = try seen.windows(finding.box.expanded(by: 512).intersection(field))
      let (named, told) = try naming.named(
        [finding], in: NamingStage.View(window, threshold: seen.threshold, seen.placed))
      all += named
      explained += told
    }
    return (all, explained)
  }

  /// A scan that was not compared, small enough for a page.
  private static func overview(
    of picture: Picture, factor: Int, _ opened: OpenedScan
  ) -> FieldPictures {
    let (width, height) = (opened.image.width, opened.image.height)
    let more = max(1, (max(width, height) / factor + 1599) / 1600)
    let small = picture.mapPlanes { $0.reduced(by: more) }
    let reduction = factor * more
    let whole = small.mapPlanes { plane in
      var target = Plane(
        width: max(plane.width, width / reduction), height: max(plane.height, height / reduction),
        filling: 0.5)
      let top = min(opened.field.y / reduction, target.height - plane.height)
      let left = min(opened.field.x / reduction, target.width - plane.width)
      for y in 0..<plane.height {
        let start = (y + top) * target.width + left
        target.samples.replaceSubrange(
          start..<start + plane.width, with: plane.samples[y * plane.width..<(y + 1) * plane.width])
      }
      return target
    }
    return FieldPictures(
      scan: whole, golden: nil, difference: nil, reduction: Double(reduction))
  }
}
