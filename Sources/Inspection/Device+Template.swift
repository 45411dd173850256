internal import Golden
internal import ImageFiles
internal import Matching
internal import Raster
internal import Reports

extension Device {
  /// Judges a scan of two levels beside a golden picture of two levels; nil where either has more.
  ///
  /// Such pictures, as of circuit boards, have no noise and no light: what counts is where their edges lie. A calibration that
  /// the recipe names knows better, and is used.
  ///
  /// - Returns: scores that are the threshold times how far a difference exceeds what is flagged.
  func examineAsTemplate(_ opened: OpenedScan, _ prepared: PreparedScan) throws -> ExaminedScan? {
    guard calibration == nil, let supplied = prepared.placed.golden as? SuppliedGolden,
      TemplateComparison.suits(supplied.picture), TemplateComparison.suits(prepared.picture)
    else { return nil }
    let matching = recipe.matching
    var settings = TemplateComparison.Settings()
    settings.leastContrast = matching.leastContrast ?? settings.leastContrast
    if case .pixels(let px) = matching.merge {
      settings.mergeDistancePx = min(max(Int(px.rounded()), 1), Self.greatestMerge)
    }
    let comparison = TemplateComparison(
      scan: prepared.picture, template: prepared.region.picture, area: prepared.area,
      excluded: allowance(prepared.field, prepared.placed)?.excluded, settings: settings)
    let threshold = Calibration.score(rate: Self.usualRate)
    let share = Float(threshold / (settings.leastContrast / 255))
    let difference = comparison.difference.map { share * $0 }.blank(outside: prepared.area)
    let window = JudgedWindow(
      rect: prepared.field, scan: prepared.picture, golden: Picture(planes: [comparison.template]),
      difference: difference, byOwnNoise: difference, materials: nil)
    var overview = Overview(
      width: opened.image.width, height: opened.image.height, channels: prepared.picture.channels,
      goldenChannels: 1)
    overview.add(
      window, core: opened.field,
      colours: DifferenceColours(saturation: 2 * threshold, threshold: threshold))
    return ExaminedScan(
      placed: prepared.placed,
      findings: comparison.findings.map { $0.scored(Double(share) * $0.score) },
      overview: overview.pictures, threshold: threshold, held: window,
      neighbours: prepared.placed.neighbours, windows: { window.crop($0) })
  }
}
