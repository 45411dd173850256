/// How a scan is compared with its golden.
public struct ComparisonSettings: Sendable {
  /// Tolerance band, pixels: what the golden shows within this distance is no difference.
  ///
  /// The default is 2.
  public var bandPx: Int = 2
  /// A finding needs one pixel that differs by so many standard deviations.
  ///
  /// The default is 8.
  public var seedSigma: Double = 8
  /// From there it grows over pixels that differ by this share of `seedSigma`.
  ///
  /// The default is 0.5.
  public var growShare: Double = 0.5
  /// Least difference of a seed to the golden, in grey levels of 255.
  ///
  /// The default is 20.
  public var leastContrast: Double = 20
  /// Least area, pixels.
  ///
  /// The default is 6.
  public var leastAreaPx: Int = 6
  /// Flagged places nearer than this become one finding, pixels.
  ///
  /// The default is 12.
  public var mergeDistancePx: Int = 12
  /// Scale of the photometric fit, pixels: what varies more slowly is light or process, not defect.
  ///
  /// The default is 64.
  public var photometricScalePx: Double = 64
  /// A dense pattern is flagged where at least this share of its edges is not there.
  ///
  /// The default is 0.6.
  public var missingEdgeShare: Double = 0.6

  /// The defaults.
  public init() {}
}
