public import Golden
public import Networks
internal import Matching
internal import Raster

/// Teaches a generator the scans of a folder, from registration to the model.
public struct GeneratorLesson {
  /// What is asked for beside the recipe.
  public struct Settings: Sendable {
    /// How the generator is taught.
    public var training: TrainingSettings
    /// File names, or parts of them, of scans to be held out.
    ///
    /// The default, none, holds out every fifth die.
    public var heldOut: [String] = []

    /// The defaults.
    public init(training: TrainingSettings) { self.training = training }
  }

  private static let heldOutShare = 0.2

  /// Photographs to learn from and to judge by, on one scale of brightness.
  let taught: TrainingSet
  let heldOut: [TrainingScan]
  /// The ways that patches are turned in.
  public let symmetries: [Symmetry]
  private let stack: LayerStack
  let settings: Settings
  private let sha256: String

  /// Prepares a lesson.
  ///
  /// - Throws: `InspectionError` when there are too few scans, or `LayoutError`.
  public init(_ folder: TrainingFolder, device: Device, settings: Settings) throws {
    guard let stack = device.stack else { preconditionFailure("a folder is placed on a layout") }
    let (taught, heldOut) = try folder.split(
      holdingOut: settings.heldOut, share: Self.heldOutShare)
    (self.stack, self.settings, sha256) = (stack, settings, folder.sha256)
    self.heldOut = heldOut
    let set = try TrainingSet(stack, taught)
    self.taught = set
    symmetries = try settings.training.symmetries.symmetries(
      stack, set.scans, roundingUm: set.rounding * set.pixelSizeUm)
  }

  /// Names of the scans to learn from and of those held out.
  public var names: (taught: [String], heldOut: [String]) {
    (taught.scans.map(\.name), heldOut.map(\.name))
  }

  /// Teaches.
  ///
  /// - Parameters:
  ///   - checkpoint: the file to keep while learning.
  ///   - resuming: whether to go on from it.
  ///   - progress: told after each step.
  public func run(
    checkpoint: String? = nil, resuming: Bool = false,
    progress: (TrainingProgress) -> GeneratorTraining.Command
  ) throws -> GeneratorTraining.Outcome {
    try run(settings: settings, checkpoint: checkpoint, resuming: resuming, progress: progress)
  }

  /// Teaches with other settings than it was prepared for.
  func run(
    settings: Settings, checkpoint: String? = nil, resuming: Bool = false,
    progress: (TrainingProgress) -> GeneratorTraining.Command
  ) throws -> GeneratorTraining.Outcome {
    let scans = zip(taught.scans, taught.lessons).map { scan, lesson in
      var scan = scan
      scan.photograph = lesson.photograph
      return scan
    }
    var training = try GeneratorTraining(
      stack, taught: scans, heldOut: heldOut,
      roundingUm: taught.rounding * taught.pixelSizeUm, settings: settings.training,
      symmetries: symmetries, dataSHA256: sha256, resuming: resuming ? checkpoint : nil
    ) { scan, golden in
      // Its light is left alone: fitted to the golden, it would take over what the golden has wrong.
      try GoldenPlacement.displacement(
        of: FieldViews(scan.photograph.luminance, field: scan.field), from: golden.luminance)
    }
    return try training.run(checkpoint: checkpoint, progress: progress)
  }
}
