internal import Foundation
public import Networks
public import Raster

/// Teaches a generator from photographs that are placed on a layout.
public struct GeneratorTraining {
  /// How a photograph departs from the golden that was painted where it is placed now; nil leaves it there.
  ///
  /// What is answered must hang on nothing else, for a training that goes on from a checkpoint asks again.
  public typealias Refine =
    (_ scan: TrainingScan, _ golden: Picture) throws -> DisplacementMesh?

  /// What is asked of it while it runs.
  public typealias Command = TrainingCommand

  /// What a training ends with.
  public struct Outcome: Sendable {
    /// The best generator.
    public var generator: Generator
    /// The curves.
    public var points: [TrainingPoint]
    /// Why it ended.
    public var ending: Ending
    /// The photographs that were taught, as they were placed in the end.
    public var taught: [TrainingScan]
    /// The photographs held out.
    public var heldOut: [TrainingScan]
  }

  /// Why it ended.
  public typealias Ending = TrainingEnding

  private let settings: TrainingSettings
  private let stack: LayerStack
  private var state: TrainingState
  private var taught: TrainingWindows
  private let heldOut: TrainingWindows?
  private let symmetries: [Symmetry]
  private let side: Int
  private let refine: Refine

  /// Prepares a training.
  ///
  /// - Parameters:
  ///   - taught: photographs to learn from, one at least, on one scale of brightness.
  ///   - heldOut: photographs to judge by, of other dies.
  ///   - roundingUm: standard deviation of the blur that rounds what the process prints, µm.
  ///   - symmetries: the ways to turn a patch; nil for those that the settings say.
  ///   - checkpoint: the file of a training of the same photographs and settings that is to go on; nil begins anew.
  /// - Throws: `LayoutError` where the layout can't be drawn, `NetworkError` of the checkpoint, or `TrainingError`.
  public init(
    _ stack: LayerStack, taught: [TrainingScan], heldOut: [TrainingScan],
    roundingUm: Double, settings: TrainingSettings, symmetries: [Symmetry]? = nil,
    dataSHA256: String = "",
    resuming checkpoint: String? = nil, refine: @escaping Refine = { _, _ in nil }
  ) throws {
    precondition(!taught.isEmpty, "there is a photograph to learn from")
    (self.settings, self.stack, self.refine) = (settings, stack, refine)
    let symmetries =
      try symmetries
      ?? settings.symmetries.symmetries(stack, taught, roundingUm: roundingUm)
    precondition(!symmetries.isEmpty, "there is a way to lay a patch")
    self.symmetries = symmetries
    let sizes = (taught + heldOut).map { $0.toScan.pixelSizeUm }.sorted()
    let (least, greatest) = (sizes[0], sizes[sizes.count - 1])
    // Sizes that differ by what a stage or a lens is off are one size.
    let hasSeveral = greatest / least > 1.1
    let inputs = GeneratorInputs(
      layers: stack.layers.map(\.name),
      densityScales: settings.densityScales ?? (hasSeveral ? [16, 64] : []),
      sizeReferenceUm: hasSeveral ? (least * greatest).squareRoot() : nil)
    var card = Generator.Card(
      architecture: settings.architecture, inputs: inputs, outputs: taught[0].photograph.channels,
      pixelSizesUm: least...greatest, roundingUm: roundingUm,
      objective: settings.objective.description, seed: settings.seed)
    (card.taught, card.heldOut) = (taught.map(\.name), heldOut.map(\.name))
    (card.dataSHA256, card.symmetries) = (dataSHA256, symmetries)
    state = try TrainingState(card: card, settings: settings, resuming: checkpoint)
    self.taught = try TrainingWindows(stack, inputs: inputs, scans: taught, seed: settings.seed) {
      $0.reductions(upTo: inputs.sizeReferenceUm == nil ? 0 : greatest)
    }
    state.card.materials = self.taught.taughtMaterials
    self.heldOut =
      heldOut.isEmpty
      ? nil : try TrainingWindows(stack, inputs: inputs, scans: heldOut, seed: settings.seed)
    let multiple = settings.architecture.multiple
    side = min(
      self.taught.patchSide(atMost: settings.patch, multiple: multiple),
      self.heldOut?.patchSide(atMost: settings.patch, multiple: multiple) ?? .max)
    guard side >= 64 else {
      throw TrainingError(
        "a photograph shows too little to learn from: 64 × 64 pixels at least are needed")
    }
  }

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - checkpoint: the file that is written at each check, and when it is stopped; a generator's file that also holds what
  ///     it takes to go on.
  ///   - workers: patches computed at a time, which changes no byte of what is learnt; nil is one for each core.
  ///   - progress: told after each step; its answer may stop the training.
  /// - Throws: `NetworkError` where the checkpoint can't be written, `LayoutError`, or what `refine` throws.
  public mutating func run(
    checkpoint: String? = nil, workers: Int? = nil,
    progress: (TrainingProgress) -> Command = { _ in .goOn }
  ) throws -> Outcome {
    let replicas = try Replicas(
      state.network, height: side, width: side, precision: settings.precision,
      workers: workers)
    let critics = try state.critic?.replicas(
      side: side - 2 * TrainingSettings.margin, workers: replicas.workers)
    let clock = ContinuousClock()
    let start = clock.now
    let (before, firstStep) = (state.card.seconds, state.step)
    let refinements = settings.refinements.map { Int($0 * Double(settings.steps)) }
    let interval = max(1, settings.steps / max(1, settings.checks))
    var latest = state.points.last?.loss ?? 0
    var ending = Ending.finished
    if let refinement = state.refinement { try refineAll(from: refinement) }
    while state.step < settings.steps {
      if refinements.contains(state.step), state.step > 0 {
        let refinement = TrainingState.Refinement(
          weights: state.averaged.values, meshes: taught.scans.map(\.mesh))
        try refineAll(from: refinement)
        state.refinement = refinement
      }
      latest = try step(replicas, critics)
      let seconds = (clock.now - start).inSeconds
      state.card.seconds = before + seconds
      let isCheck = state.step % interval == 0 || state.step == settings.steps
      if isCheck {
        state.judge(heldOut: try judged(replicas))
        if let checkpoint { try state.write(to: checkpoint) }
      }
      let done = Double(state.step - firstStep)
      let told = TrainingProgress(
        step: state.step, steps: settings.steps, seconds: state.card.seconds,
        secondsLeft: seconds / done * Double(settings.steps - state.step),
        loss: isCheck ? state.points.last?.loss ?? latest : latest,
        heldOut: state.points.last?.heldOut)
      if progress(told) == .stop {
        if !isCheck, let checkpoint { try state.write(to: checkpoint) }
        ending = .stopped
        break
      }
      if isCheck, state.checksWithoutGain >= settings.patience {
        ending = .noBetter
        break
      }
    }
    return Outcome(
      generator: state.best, points: state.points, ending: ending, taught: taught.scans,
      heldOut: heldOut?.scans ?? [])
  }

  /// - Returns: the mean loss.
  private mutating func step(_ replicas: Replicas, _ critics: Replicas?) throws -> Double {
    replicas.load(state.network.parameters)
    if let critic = state.critic { critics?.load(critic.network.parameters) }
    let (settings, windows, side, symmetries) = (settings, taught, side, symmetries)
    let (step, output) = (state.step, state.network.output)
    var gradient = [Float](repeating: 0, count: state.network.parameters.values.count)
    var patches = [Judgement?](repeating: nil, count: settings.batch)
    let critic = state.critic
    let losses = patches.withUnsafeMutableBufferPointer { patches in
      let shared = SharedElements(patches)
      return replicas.gradient(samples: settings.batch, into: &gradient) { sample, plan in
        let patch = windows.patch(
          seed: settings.seed, step: step, sample: sample, side: side, symmetries: symmetries)
        var pair: (critic: Critic, plan: Plan)?
        if let critic, let critics { pair = (critic, critics[plan.replica]) }
        let judged = Judgement(
          plan.forward(patch.inputs), patch, settings.objective, critic: pair)
        shared[sample] = judged
        return (judged.loss, [output: judged.gradient])
      }
    }
    state.learn(gradient, patches.compactMap { $0 })
    return losses.reduce(0, +) / Double(settings.batch)
  }

  /// The mean residual of the averaged weights on patches held out, each less its mean.
  private func judged(_ replicas: Replicas) throws -> Double? {
    guard let heldOut else { return nil }
    replicas.load(state.averaged)
    let (settings, side) = (settings, side)
    let count = 48
    var unused = [Float](repeating: 0, count: state.network.parameters.values.count)
    let residuals = replicas.gradient(samples: count, into: &unused) { sample, plan in
      let patch = heldOut.patch(
        seed: settings.seed ^ 0x6865_6C64, step: 0, sample: sample, side: side,
        symmetries: [.identity])
      return (Judgement.residual(plan.forward(patch.inputs), patch), [:])
    }
    return residuals.reduce(0, +) / Double(count)
  }

  /// Places each photograph by what the averaged weights paint, and leaves out what differs most.
  ///
  /// Wherever else they were placed before does not matter: done again, it comes to the same.
  private mutating func refineAll(from refinement: TrainingState.Refinement) throws {
    var network = state.network
    network.parameters.values = refinement.weights
    let golden = try GeneratorGolden(
      stack: stack, generator: Generator(network: network, card: state.card))
    var refined: [(scan: TrainingScan, displacement: DisplacementMesh, weight: Plane)] = []
    for (var scan, mesh) in zip(taught.scans, refinement.meshes) {
      scan.mesh = mesh
      let picture = try golden.picture(scan.field, toScan: scan.toScan, mesh: mesh)
      let weight = LeftOut.weight(
        golden: picture, photograph: scan.photograph,
        coverage: try stack.coverage(rect: scan.field, toScan: scan.toScan, mesh: mesh),
        area: scan.area, field: scan.field, share: settings.leftOut)
      refined.append((scan, try refine(scan, picture) ?? .still(scan.field), weight))
    }
    // What all photographs have in common is the generator's to learn.
    let means = refined.map(\.displacement.mean)
    let drift = Point(
      x: means.reduce(0) { $0 + $1.x } / Double(means.count),
      y: means.reduce(0) { $0 + $1.y } / Double(means.count))
    for (index, found) in refined.enumerated() {
      var scan = found.scan
      scan.mesh = scan.mesh.adding(found.displacement.moved(by: Point(x: -drift.x, y: -drift.y)))
      try taught.place(index, scan, weight: found.weight)
    }
  }
}

/// Why a generator can't be taught: one sentence.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// An error.
  public init(_ description: String) { self.description = description }
}
