/// How a simulated wafer is made and photographed.
public struct SimulationSettings: Codable, Sendable, Equatable {
  /// Extent of the die in µm; the default is 1000.
  public var dieWidthUm = 1000.0
  /// Extent of the die in µm; the default is 750.
  public var dieHeightUm = 750.0
  /// How many scans there are, one of each of as many dies; the default is 3.
  public var dies = 3
  /// How many of the first dies have no defect; the default is 1.
  public var cleanDies = 1
  /// How many defects each other scan shows, where there is room; the default is 4.
  public var defectsPerScan = 4
  /// Whether the same photograph without its defects is written beside each scan; the default is not.
  public var writesCleanTwins = false

  /// Columns of a scan; the default is 900.
  public var width = 900
  /// Rows of a scan; the default is 700.
  public var height = 700
  /// What the microscope says a pixel measures, µm; the default is 0.5.
  public var pixelSizeUm = 0.5
  /// By how much it may be wrong, as a share; the default is 0.005.
  public var pixelSizeError = 0.005
  /// How far the stage may be off along each axis, as a share of the field; the default is 0.05.
  public var stageError = 0.05
  /// How far a die may be turned either way, degrees; the default is 0.3.
  public var rotationDeg = 0.3

  /// Radius to which lithography and etching round corners, σ in µm; the default is 0.45.
  public var cornerRoundingUm = 0.45
  /// How far edges move outwards by over-exposure, or inwards when below 0, µm; the default is 0.08.
  public var etchBiasUm = 0.08
  /// Blur of objective and camera, σ in pixels; the default is 0.75.
  public var blurPx = 0.75
  /// By how much the film on the wafer varies over a field, nm; the default is 3.
  public var filmDriftNm = 3.0
  /// By how much the light varies over a field, as a share; the default is 0.05.
  public var illuminationDrift = 0.05
  /// By how much light and colour vary between scans, as a share; the default is 0.03.
  public var gainDrift = 0.03
  /// Standard deviation of the shot noise at full brightness, brightness 0…1; the default is 0.008.
  public var shotNoise = 0.008
  /// Standard deviation of the read noise, brightness 0…1; the default is 0.004.
  public var readNoise = 0.004

  /// Least contrast of a defect: the mean difference within its mask, in 8-bit grey levels; the default is 12.
  public var leastContrast = 12.0

  /// The defaults.
  public init() {}
}
