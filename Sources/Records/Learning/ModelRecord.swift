public import Foundation

/// What a model is, as far as its file tells.
public struct ModelRecord: Sendable, Equatable, Codable {
  /// The file it was read from or written to.
  public var file: FileRecord
  /// The network's architecture, such as `fast`.
  public var architecture: String
  /// Names of the layers that a recipe must have to use it, in this order.
  public var layers: [String]
  /// Planes of the pictures it paints: 1 is grey, 3 is colour.
  public var channels: Int
  /// µm a pixel that it was taught at, the least and the greatest.
  public var pixelSizesUm: [Double]
  /// Standard deviation of the blur that rounds what the process prints, µm.
  public var roundingUm: Double
  /// The objective it was taught with.
  public var objective: String
  /// The seed of everything random in its training.
  public var seed: UInt64
  /// Steps that it was taught.
  public var steps: Int
  /// Seconds that it was taught.
  public var seconds: Double
  /// File names of the scans that it was taught with.
  public var taught: [String]
  /// File names of the scans that it was judged by.
  public var heldOut: [String]
  /// SHA-256 over the scans and the layout it was taught with, 64 hexadecimal digits.
  public var dataSha256: String
  /// Mean residual on patches held out, each less its mean, grey levels of 255; absent where none was held out.
  public var heldOutResidual: Double?
  /// Numbers that it has learnt.
  public var parameters: Int
  /// Multiplications a pixel that it paints; absent where its network is not of a known build.
  public var multiplicationsPerPixel: Double?

  /// A model with all its parts.
  public init(
    file: FileRecord, architecture: String, layers: [String], channels: Int,
    pixelSizesUm: [Double], roundingUm: Double, objective: String, seed: UInt64, steps: Int,
    seconds: Double, taught: [String], heldOut: [String], dataSha256: String,
    heldOutResidual: Double?, parameters: Int, multiplicationsPerPixel: Double?
  ) {
    (self.file, self.architecture, self.layers) = (file, architecture, layers)
    (self.channels, self.pixelSizesUm, self.roundingUm) = (channels, pixelSizesUm, roundingUm)
    (self.objective, self.seed, self.steps, self.seconds) = (objective, seed, steps, seconds)
    (self.taught, self.heldOut, self.dataSha256) = (taught, heldOut, dataSha256)
    (self.heldOutResidual, self.parameters) = (heldOutResidual, parameters)
    self.multiplicationsPerPixel = multiplicationsPerPixel
  }

  /// The record as JSON: keys sorted, indented, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func json() throws -> Data { try LearningJSON.data(self) }
}
