internal import Foundation
internal import Networks
public import Raster

/// Teaches a generator from photographs that are placed on a layout.
public struct GeneratorTraining {
  /// A photograph placed and lit anew by the golden that was learnt so far.
  public struct Refinement: Sendable {
    /// How the scan departs from where the golden was painted.
    public var displacement: DisplacementMesh
    /// The photograph in the light of the golden.
    public var photograph: Picture

    /// A refinement.
    public init(displacement: DisplacementMesh, photograph: Picture) {
      (self.displacement, self.photograph) = (displacement, photograph)
    }
  }

  /// Compares a photograph with the golden painted where it is placed now; nil leaves it as it is.
  public typealias Refine = (_ scan: TrainingScan, _ golden: Picture) throws -> Refinement?

  /// What is asked of a training while it runs.
  public enum Command { case goOn, stop }

  /// What a training ends with.
  public struct Outcome: Sendable {
    /// The best generator.
    public var generator: Generator
    /// The curves.
    public var points: [TrainingPoint]
    /// Why it ended.
    public var ending: Ending
    /// The photographs as they were placed and lit in the end, those taught with and those held out.
    public var taught: [TrainingScan]
    public var heldOut: [TrainingScan]
  }

  /// Why a training ended.
  public enum Ending: String, Sendable, Codable {
    case finished, noBetter, stopped
  }

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
  ///   - symmetries: the ways to turn a patch that the light allows.
  ///   - checkpoint: the file of a training of the same photographs and settings that is to go on; nil begins anew.
  /// - Throws: `LayoutError` where the layout can't be drawn, `NetworkError` of the checkpoint, or `TrainingError`.
  public init(
    _ stack: LayerStack, taught: [TrainingScan], heldOut: [TrainingScan],
    roundingUm: Double, settings: TrainingSettings, symmetries: [Symmetry] = [.identity], dataSHA256: String = "",
    resuming checkpoint: String? = nil, refine: @escaping Refine = { _, _ in nil }
  ) throws {
    precondition(!taught.isEmpty, "there is a photograph to learn from")
    (self.settings, self.stack, self.refine) = (settings, stack, refine)
    self.symmetries = symmetries
    let sizes = (taught + heldOut).map { $0.toScan.pixelSizeUm }.sorted()
    let (least, greatest) = (sizes[0], sizes[sizes.count - 1])
    let inputs = GeneratorInputs(
      layers: stack.layers.map(\.name), densityScales: settings.densityScales,
      // Sizes that differ by what a stage or a lens is off are one size.
      sizeReferenceUm: greatest / least > 1.1 ? (least * greatest).squareRoot() : nil)
    var card = Generator.Card(
      architecture: settings.architecture, inputs: inputs, outputs: taught[0].photograph.channels,
      pixelSizesUm: least...greatest, roundingUm: roundingUm,
      objective: settings.objective.description, seed: settings.seed)
    (card.taught, card.heldOut) = (taught.map(\.name), heldOut.map(\.name))
    card.dataSHA256 = dataSHA256
    state = try TrainingState(card: card, settings: settings, resuming: checkpoint)
    self.taught = try TrainingWindows(stack, inputs: inputs, scans: taught, seed: settings.seed)
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
  ///   - progress: told after each step; its answer may stop the training.
  /// - Throws: `NetworkError` where the checkpoint can't be written, `LayoutError`, or what `refine` throws.
  public mutating func run(
    checkpoint: String? = nil, progress: (TrainingProgress) -> Command = { _ in .goOn }
  ) throws -> Outcome {
    let replicas = try Replicas(
      state.network, height: side, width: side, precision: settings.precision)
    let clock = ContinuousClock()
    let start = clock.now
    let (before, firstStep) = (state.card.seconds, state.step)
    let refinements = settings.refinements.map { Int($0 * Double(settings.steps)) }
    let interval = max(1, settings.steps / max(1, settings.checks))
    var losses: [Double] = []
    var ending = Ending.finished
    for placed in state.placements { try place(placed) }
    while state.step < settings.steps {
      if refinements.contains(state.step), state.step > 0 { try refineAll() }
      losses.append(try step(replicas))
      let seconds = (clock.now - start).inSeconds
      state.card.seconds = before + seconds
      let isCheck = state.step % interval == 0 || state.step == settings.steps
      if isCheck {
        let mean = losses.reduce(0, +) / Double(losses.count)
        losses = []
        state.judge(loss: mean, heldOut: try judged(replicas))
        if let checkpoint { try state.write(to: checkpoint) }
      }
      let done = Double(state.step - firstStep)
      let told = TrainingProgress(
        step: state.step, steps: settings.steps, seconds: state.card.seconds,
        secondsLeft: seconds / done * Double(settings.steps - state.step),
        loss: losses.last ?? state.points.last?.loss ?? 0, heldOut: state.points.last?.heldOut)
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

  private mutating func step(_ replicas: Replicas) throws -> Double {
    replicas.load(state.network.parameters)
    let (settings, windows, side, symmetries) = (settings, taught, side, symmetries)
    let (step, output) = (state.step, state.network.output)
    var gradient = [Float](repeating: 0, count: state.network.parameters.values.count)
    let losses = replicas.gradient(samples: settings.batch, into: &gradient) { sample, plan in
      let patch = windows.patch(
        seed: settings.seed, step: step, sample: sample, side: side, symmetries: symmetries)
      let judged = Judgement(plan.forward(patch.inputs), patch, settings.objective)
      return (judged.loss, [output: judged.gradient])
    }
    state.learn(gradient, samples: settings.batch)
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

  /// Places and lights each photograph by what the averaged weights paint, and leaves out what differs most.
  private mutating func refineAll() throws {
    var network = state.network
    network.parameters = state.averaged
    let golden = try GeneratorGolden(
      stack: stack, generator: Generator(network: network, card: state.card))
    var refined: [(displacement: DisplacementMesh, photograph: Picture, weight: Plane)] = []
    for scan in taught.scans {
      let picture = try golden.picture(scan.field, toScan: scan.toScan, mesh: scan.mesh)
      let found =
        try refine(scan, picture)
        ?? Refinement(displacement: .still(scan.field), photograph: scan.photograph)
      refined.append(
        (
          found.displacement, found.photograph,
          LeftOut.weight(
            golden: picture, photograph: found.photograph, area: scan.area, field: scan.field,
            share: settings.leftOut)
        ))
    }
    // What all photographs have in common is the generator's to learn.
    let means = refined.map(\.displacement.mean)
    let drift = Point(
      x: means.reduce(0) { $0 + $1.x } / Double(means.count),
      y: means.reduce(0) { $0 + $1.y } / Double(means.count))
    var placements: [TrainingState.Placement] = []
    for (index, found) in refined.enumerated() {
      var scan = taught.scans[index]
      scan.mesh = scan.mesh.adding(found.displacement.moved(by: Point(x: -drift.x, y: -drift.y)))
      scan.photograph = found.photograph
      try taught.update(index, scan, weight: found.weight)
      placements.append(TrainingState.Placement(scan: index, mesh: scan.mesh))
    }
    state.placements = placements
  }

  private mutating func place(_ placed: TrainingState.Placement) throws {
    var scan = taught.scans[placed.scan]
    scan.mesh = placed.mesh
    let weight = Plane(width: scan.field.width, height: scan.field.height).map { _ in 1 }
    try taught.update(placed.scan, scan, weight: weight)
  }
}

/// Why a generator can't be taught: one sentence.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// An error.
  public init(_ description: String) { self.description = description }
}
