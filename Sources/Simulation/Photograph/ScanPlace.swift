import Foundation
public import Raster

/// Where a scan was taken: what the microscope was told, and where it really was.
public struct ScanPlace: Sendable, Equatable {
  /// The layout µm that should be in the picture's middle, as the sidecar says.
  public var commandedCenterUm: Point
  /// The layout µm that is in the picture's middle.
  public var centerUm: Point
  /// What a pixel really measures, µm.
  public var pixelSizeUm: Double
  /// Rotation of the layout in the scan, degrees, counter-clockwise as seen.
  public var rotationDeg: Double
  /// Which die of the wafer, column and row.
  public var die: [Int]
  /// Where the die's layout has its origin on the wafer, µm from the wafer's middle.
  public var waferUm: Point
  /// Columns of the scan.
  public var width: Int
  /// Rows of the scan.
  public var height: Int

  /// Draws the place of a scan: the commanded one spread over the die, the true one by the stage's errors.
  init(index: Int, seed: UInt64, settings: SimulationSettings) {
    var random = SeededGenerator(seed: seed, .place, index)
    (width, height) = (settings.width, settings.height)
    // Along the rows of a wafer that is eight dies wide; more dies than it has begin another.
    die = [index % 8, index / 8 % 8]
    let pitch = Self.diePitchUm(settings)
    waferUm = Point(
      x: (Double(die[0]) - 4) * pitch, y: (Double(die[1]) - 4) * pitch)
    let field = Point(
      x: Double(width) * settings.pixelSizeUm, y: Double(height) * settings.pixelSizeUm)
    // Steps by the plastic number spread the fields evenly, however many there are.
    let start = SeededGenerator.start(seed: seed)
    func place(_ first: Double, _ step: Double, die: Double, field: Double) -> Double {
      let share = (first + step * Double(index)).truncatingRemainder(dividingBy: 1)
      let room = max(0, die - field * (1 + 2 * settings.stageError))
      return ((die - room) / 2 + room * share).rounded()
    }
    commandedCenterUm = Point(
      x: place(start.0, 0.7548776662, die: settings.dieWidthUm, field: field.x),
      y: place(start.1, 0.5698402910, die: settings.dieHeightUm, field: field.y))
    let error = settings.stageError
    centerUm = Point(
      x: commandedCenterUm.x + random.uniform(-error, error) * field.x,
      y: commandedCenterUm.y + random.uniform(-error, error) * field.y)
    pixelSizeUm =
      settings.pixelSizeUm * (1 + random.uniform(-settings.pixelSizeError, settings.pixelSizeError))
    rotationDeg = random.uniform(-settings.rotationDeg, settings.rotationDeg)
  }

  /// From die to die.
  static func diePitchUm(_ settings: SimulationSettings) -> Double {
    1.05 * max(settings.dieWidthUm, settings.dieHeightUm)
  }

  /// Layout µm (y up) to scan pixels (y down).
  public var layoutToScan: Affine {
    let angle = rotationDeg * .pi / 180
    let (c, s) = (cos(angle) / pixelSizeUm, sin(angle) / pixelSizeUm)
    return Affine.translation(x: -centerUm.x, y: -centerUm.y)
      .then(Affine(a: c, b: -s, tx: Double(width) / 2, c: -s, d: -c, ty: Double(height) / 2))
  }
}

extension SeededGenerator {
  /// Where the spread of a wafer's fields over the die starts, each 0…1.
  fileprivate static func start(seed: UInt64) -> (Double, Double) {
    var random = SeededGenerator(seed: seed, .place, -1)
    return (random.uniform(0, 1), random.uniform(0, 1))
  }
}
