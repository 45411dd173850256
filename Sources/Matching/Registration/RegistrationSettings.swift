/// How a registration searches, and when it refuses.
public struct RegistrationSettings: Sendable {
  /// How far the stage may be off in each direction, in scan pixels.
  ///
  /// The default is 0.
  public var searchPx: Double = 0
  /// Ranges of reference units a pixel to be searched.
  ///
  /// The default is the one value 1.
  public var pixelSizes: [ClosedRange<Double>] = [1...1]
  /// Rotation searched to both sides of `expectedRotation`, radians.
  ///
  /// The default is 1°.
  public var rotationRange: Double = .pi / 180
  /// Rotation expected, radians, counter-clockwise as seen.
  ///
  /// The default is 0.
  public var expectedRotation: Double = 0
  /// Longer side of the picture in the coarse search, pixels.
  ///
  /// The default is 512.
  public var coarseSize: Int = 512
  /// Least correlation of the edge fields.
  ///
  /// The default is 0.3: right places measured 0.43 and more on electron micrographs, wrong ones mostly below 0.3.
  public var leastScore: Double = 0.3
  /// Least ratio of the gradient on the reference's edges to the scan's median gradient.
  ///
  /// The default is 4.
  public var leastContrast: Double = 4
  /// Greatest product of the unsupported share of the reference's edges with the unexplained share of the scan's.
  ///
  /// A defect adds structure or takes it away; at a wrong place both happen at once. The default is 0.012.
  public var greatestDoubt: Double = 0.012
  /// By how much two halves of the picture may disagree, as a share of the field's width.
  ///
  /// The default is 0.01.
  public var greatestDisagreement: Double = 0.01

  /// By how much more a scan may be stretched along one direction than along the other, and how far its pixel size may lie
  /// outside what was searched.
  ///
  /// The default is 0.03.
  public var greatestStrain: Double = 0.03

  /// Least correlation of the edges of alignment marks with those that the scan has there, where marks lie in the field.
  ///
  /// The default is 0.4.
  public var leastMarks: Double = 0.4

  /// The defaults.
  public init() {}
}
