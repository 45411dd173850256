public import Raster

/// A board compared with the picture of its template, neighbourhood by neighbourhood, with a tolerance band.
///
/// The template is moved by whole pixels to where the board shows it; what the board then shows beyond everything that the
/// template shows within the band is flagged. No noise is learnt: it is for pictures of two levels, or with a
/// contrast that is far above their noise.
public struct TemplateComparison: Sendable {
  /// What is compared how.
  public struct Settings: Sendable, Codable, Equatable {
    /// Greatest local shift along each axis, pixels; the default is 4.
    public var radius = 4
    /// Side of the window in which a shift is judged, pixels, odd; the default is 41.
    public var window = 41
    /// Tolerance band, pixels; the default is 2.
    public var bandPx = 2
    /// Least difference, in grey levels of 255; the default is 127.
    public var leastContrast = 127.0
    /// Least area, pixels; the default is 8.
    public var leastAreaPx = 8
    /// Flagged places nearer than this become one finding, pixels; the default is 8.
    public var mergeDistancePx = 8

    /// The defaults.
    public init() {}
  }

  /// Flagged places, in order of falling area.
  public let findings: [Finding]

  /// Compares a board with its template.
  ///
  /// - Parameters:
  ///   - scan: the board, brightness 0…1.
  ///   - template: of the same size.
  public init(scan: Picture, template: Picture, settings: Settings = Settings()) {
    precondition(
      scan.width == template.width && scan.height == template.height,
      "a board and its template have one size")
    let moved = LocalAlignment.aligned(
      Picture(planes: [template.luminance]), to: scan, radius: settings.radius,
      window: settings.window)
    let (low, high) = moved.planes[0].extremes(radius: settings.bandPx)
    var beyond = scan.luminance
    for index in beyond.samples.indices {
      let value = beyond.samples[index]
      beyond.samples[index] =
        max(value - high.samples[index], 0) - max(low.samples[index] - value, 0)
    }
    let least = Float(settings.leastContrast / 255)
    let rules = FlaggedPixels.Rules(
      seed: least, grow: least, seedContrast: 0, growContrast: 0,
      leastAreaPx: settings.leastAreaPx, mergeDistancePx: settings.mergeDistancePx)
    var flagged = FlaggedPixels()
    flagged.add(
      FlaggedPixels.Window(strength: beyond, contrast: beyond), area: scan.bounds, rules: rules)
    findings = flagged.findings(rules: rules).sorted {
      ($0.areaPx, -$0.box.y, -$0.box.x) > ($1.areaPx, -$1.box.y, -$1.box.x)
    }
  }
}
