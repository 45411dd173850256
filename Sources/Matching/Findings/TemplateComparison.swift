public import Raster

/// A board compared with the picture of its template, neighbourhood by neighbourhood, with a tolerance band.
///
/// The template is moved by whole pixels to where the board shows it; what the board then shows beyond everything that the
/// template shows within the band is flagged. What the template does not show, for it was moved in from outside, is not
/// compared. No noise is learnt: it is for pictures of two levels, or with a
/// contrast that is far above their noise.
public struct TemplateComparison: Sendable {
  /// What is compared how.
  public struct Settings: Sendable, Codable, Equatable {
    /// Greatest local shift along each axis, pixels, at most 7; the default is 6.
    public var radius = 6
    /// Side of the window in which a shift is judged, pixels, odd; the default is 41.
    public var window = 41
    /// Tolerance band, pixels; the default is 2.
    public var bandPx = 2
    /// Least difference, in grey levels of 255; the default is 127.
    public var leastContrast = 127.0
    /// Least area beyond the band, pixels; the default is 4.
    public var leastAreaPx = 4
    /// Least area that differs at all, band or not, within 4 pixels of a finding's box; the default is 20.
    public var leastDifferingPx = 20
    /// Flagged places nearer than this become one finding, pixels; the default is 8.
    public var mergeDistancePx = 8

    /// The defaults.
    public init() {}
  }

  /// Flagged places, in order of falling area.
  public let findings: [Finding]
  /// What the board shows beyond the band, brightness, signed; 0 where it is within it or was not compared.
  public let difference: Plane
  /// The template as the board should show it, brightness 0…1.
  public let template: Plane

  /// Whether a picture has two levels, dark and bright, and hardly anything between them.
  public static func suits(_ picture: Picture) -> Bool {
    let samples = picture.luminance.samples
    var (dark, bright) = (0, 0)
    for value in samples {
      if value < 0.2 { dark += 1 }
      if value > 0.8 { bright += 1 }
    }
    return Double(min(dark, bright)) > 0.001 * Double(samples.count)
      && Double(dark + bright) > 0.95 * Double(samples.count)
  }

  /// Compares a board with its template.
  ///
  /// - Parameters:
  ///   - scan: the board, brightness 0…1.
  ///   - template: of the same size.
  ///   - area: the pixels that are looked at; nil for all.
  ///   - excluded: above ½ at pixels that are not; nil where there are none.
  public init(
    scan: Picture, template: Picture, area: PixelRect? = nil, excluded: Plane? = nil,
    settings: Settings = Settings()
  ) {
    precondition(
      scan.width == template.width && scan.height == template.height,
      "a board and its template have one size")
    let (golden, board) = (template.luminance, scan.luminance)
    let alignment = LocalAlignment(
      of: golden, to: board, radius: settings.radius, window: settings.window)
    let moved = alignment.moved(golden)
    let (low, high) = moved.extremes(radius: settings.bandPx)
    let least = Float(settings.leastContrast / 255)
    var beyond = Plane(width: board.width, height: board.height)
    var differing = beyond
    let area = area ?? board.bounds
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX
      where alignment.isShown(x: x, y: y, margin: settings.bandPx) {
        let (index, value) = (y &* board.width &+ x, board.samples[y &* board.width &+ x])
        if let excluded, excluded.samples[index] > 0.5 { continue }
        beyond.samples[index] =
          max(value - high.samples[index], 0) - max(low.samples[index] - value, 0)
        if abs(value - moved.samples[index]) >= least { differing.samples[index] = 1 }
      }
    }
    let rules = FlaggedPixels.Rules(
      seed: least, grow: least, seedContrast: 0, growContrast: 0,
      leastAreaPx: settings.leastAreaPx, mergeDistancePx: settings.mergeDistancePx)
    var flagged = FlaggedPixels()
    flagged.add(
      FlaggedPixels.Window(strength: beyond, contrast: beyond), area: scan.bounds, rules: rules)
    let found = flagged.findings(rules: rules).filter { finding in
      let around = finding.box.expanded(by: 4).intersection(scan.bounds)
      return differing.crop(around).samples.reduce(0, +) >= Float(settings.leastDifferingPx)
    }
    (difference, self.template) = (beyond, moved)
    findings = found.sorted {
      ($0.areaPx, -$0.box.y, -$0.box.x) > ($1.areaPx, -$1.box.y, -$1.box.x)
    }
  }
}
