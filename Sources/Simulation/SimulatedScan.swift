public import Raster

/// One photograph of one die, and what is true of it.
public struct SimulatedScan: Sendable {
  /// The name of its file, such as `die_00.png`.
  public let name: String
  /// Where it was taken.
  public let place: ScanPlace
  /// Red, green and blue at 8-bit levels, 0…1.
  public let picture: Picture
  /// The same photograph of the die without its defects, to the same noise.
  public let clean: Picture
  /// What is wrong with it, in the order of planting; no two overlap.
  public let defects: [Defect]
  /// What is wrong with the reticle there, and shows on the clean photograph too.
  public let repeated: [Defect]
}
