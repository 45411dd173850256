public import Networks

/// How a generator is taught.
public struct TrainingSettings: Sendable, Equatable, Codable {
  /// The network.
  ///
  /// The default is `fast`.
  public var architecture = GeneratorArchitecture.fast
  /// What is made small; the command line's default is `charbonnier + 0.2*ssim + 0.5*gradient`.
  public var objective: Objective
  /// Steps in all.
  ///
  /// The default is 8000.
  public var steps = 8_000
  /// Patches a step.
  ///
  /// The default is 4: many small steps teach more than few large ones.
  public var batch = 4
  /// Pixels along a patch's side; fewer where photographs are smaller.
  ///
  /// The default is 128.
  public var patch = 128
  /// The greatest learning rate; it rises and falls as a single cycle.
  ///
  /// The default is 0.005; at twice that the golden becomes worse.
  public var rate = 0.005
  /// Share of the running average of the weights that stays at a step; the average is what is kept.
  ///
  /// The default is 0.995.
  public var averageDecay = 0.995
  /// Standard deviations of the windows in which the layers' densities are told, pixels; nil is what the photographs need.
  ///
  /// The default is nil: none where all photographs have one magnification, for then the network sees far enough; 16 and 64
  /// where they have several, for what lies around a place then reaches far in the closest.
  public var densityScales: [Double]?
  /// The ways that patches are turned in.
  ///
  /// The default is those that the light allows, as far as the photographs show.
  public var symmetries = SymmetryChoice.auto
  /// Shares of the steps after which photographs are placed and lit again by what was learnt so far.
  ///
  /// The default is once, after half of them: earlier the golden is too soft to place anything by.
  public var refinements = [0.5]
  /// Share of the pixels of a photograph, those that differ most, that is left out from the first refinement on.
  ///
  /// The default is 0.7 %, which is more than defects cover.
  public var leftOut = 0.007
  /// Times that the held-out score is taken.
  ///
  /// The default is 25.
  public var checks = 25
  /// Checks in a row that may bring nothing better before the training ends.
  ///
  /// The default is 10.
  public var patience = 10
  /// The seed of everything random.
  ///
  /// The default is 1.
  public var seed: UInt64 = 1
  /// What the network computes in while it is taught.
  ///
  /// The default is single precision.
  public var precision = Precision.float32

  /// The defaults.
  public init(objective: Objective) { self.objective = objective }

  /// Pixels along a patch's border that are not judged, for want of what lies around them.
  static let margin = 8
}
