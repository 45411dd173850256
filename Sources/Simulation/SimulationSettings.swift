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
  /// How many defects each other scan shows, where there is room; the default is nil, for nine a megapixel.
  public var defectsPerScan: Int?
  /// How many defects the reticle has, which every die shows at the same place, the clean ones too; the default is 0.
  public var repeatedDefects = 0
  /// Whether the same photograph without its defects is written beside each scan; the default is not.
  public var writesCleanTwins = false
  /// How many more photographs are taken of each die without moving it, 0…255, to tell what noise alone changes; the
  /// default is 0.
  public var repeats = 0

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
  /// How far edges move outwards by over-exposure, or inwards when below 0, µm, in the mean of layers; the default is
  /// 0.06.
  public var etchBiasUm = 0.06
  /// Standard deviation of that from die to die, µm; the default is 0.02.
  public var dieEtchBiasUm = 0.02
  /// Standard deviation by which the edges of metal are rough, µm, and etched edges half as much; the default is 0.025.
  public var edgeRoughnessUm = 0.025
  /// Standard deviation of the grain of metal, as a share of its brightness; the default is 0.012.
  public var metalGrain = 0.012
  /// How much of the light comes from one side, as a share; the default is 0.2.
  public var obliqueLight = 0.2
  /// By how much the film on the wafer varies from its middle to its edge, nm; the default is 8.
  public var waferDriftNm = 8.0
  /// By how much the film varies within a die beyond that, nm; the default is 1.5.
  public var filmDriftNm = 1.5
  /// Standard deviation from die to die of the film on each material, nm; the default is 1.5.
  public var dieFilmNm = 1.5
  /// Blur of objective and camera where it is in focus, σ in pixels; the default is 0.75.
  public var blurPx = 0.75
  /// By how much the light varies over a field, as a share; the default is 0.05.
  public var illuminationDrift = 0.05
  /// By how much light and colour vary between scans, as a share; the default is 0.03.
  public var gainDrift = 0.03
  /// Standard deviation of the shot noise at full brightness, brightness 0…1; the default is 0.008.
  public var shotNoise = 0.008
  /// Standard deviation of the read noise, brightness 0…1; the default is 0.004.
  public var readNoise = 0.004

  /// Least contrast of a defect: the mean difference within its mask, in 8-bit grey levels; the default is 3.
  public var leastContrast = 3.0

  /// The defaults.
  public init() {}

  /// Makes the die large enough for the field, its errors included, where it isn't.
  public mutating func growDieToField() {
    let share = (1 + 2 * stageError) * (1 + pixelSizeError) * 1.02
    dieWidthUm = max(dieWidthUm, (share * Double(width) * pixelSizeUm / 10).rounded(.up) * 10)
    dieHeightUm = max(dieHeightUm, (share * Double(height) * pixelSizeUm / 10).rounded(.up) * 10)
  }

  /// How many defects a scan has that has any.
  var defectsOfScan: Int {
    defectsPerScan ?? max(1, Int((9e-6 * Double(width) * Double(height)).rounded()))
  }
}
