internal import Foundation
internal import Networks
internal import Raster

/// All that a training has come to: what its checkpoint holds.
struct TrainingState {
  /// The network with the weights of the latest step.
  private(set) var network: Network
  /// What is known of the generator.
  var card: Generator.Card
  /// Steps done.
  private(set) var step = 0
  private(set) var points: [TrainingPoint] = []
  private(set) var checksWithoutGain = 0
  /// The losses since the latest point.
  private(set) var running = RunningLoss()
  /// What the latest refinement began with; nil before the first.
  var refinement: Refinement?
  /// What the objective needs beside the photographs; nil for most.
  private(set) var critic: Critic?
  private let settings: TrainingSettings
  /// Steps the kernels of all convolutions but the last.
  private var kernels: Muon
  /// Steps all else.
  private var others: Adam
  private let otherSlots: [Parameters.Slot]
  private var average: WeightAverage
  private var bestWeights: [Float]
  private var bestScore = Double.infinity

  /// What a refinement follows from: with the photographs as they were given, its results can be had again.
  struct Refinement {
    /// The averaged weights.
    var weights: [Float]
    /// How each photograph was placed.
    var meshes: [DisplacementMesh]
  }

  /// What is written beside weights.
  private struct Progress: Codable {
    var step: Int
    var points: [TrainingPoint]
    var checksWithoutGain: Int
    var bestScore: Double?
    var running: RunningLoss
    var refinedMeshes: [DisplacementMesh]?
    var settings: TrainingSettings
    var dataSHA256: String
  }

  private static let greatestNorm = 1.0

  init(
    card: Generator.Card, settings: TrainingSettings, resuming path: String?
  ) throws {
    var random = SeededStream(settings.seed, 0x7765_6967_6874)
    let generator = Generator(card: card, using: &random)
    (network, self.card, self.settings) = (generator.network, card, settings)
    let slots = network.parameters.slots
    let last = "\(network.output)."
    let isKernel = { (slot: Parameters.Slot) in
      slot.shape.count == 4 && !slot.name.hasPrefix(last)
    }
    kernels = Muon(
      slots.filter(isKernel).map {
        Muon.Matrix(name: $0.name, range: $0.range, rows: $0.shape[0])
      })
    otherSlots = slots.filter { $0.isTrained && !isKernel($0) }
    others = Adam(otherSlots.map { Adam.Parameter(name: $0.name, count: $0.range.count) })
    average = WeightAverage(
      .exponential(decay: settings.averageDecay), counts: slots.map(\.range.count))
    bestWeights = network.parameters.values
    if settings.objective.needsNetwork {
      critic = Critic(
        inputs: card.inputs.count, outputs: card.outputs, objective: settings.objective,
        seed: settings.seed)
    }
    if let path { try resume(path) }
  }

  private mutating func resume(_ path: String) throws {
    let file = try Safetensors(path: path)
    let text = try file.text("goldendie.training")
    let saved = try Generator(file)
    guard let progress = try? JSONDecoder().decode(Progress.self, from: Data(text.utf8)) else {
      throw NetworkError(.damaged, path: path, "what it says of its training can't be read")
    }
    var same = progress.settings
    // More or fewer checks, or patience, do not change what is learnt.
    (same.checks, same.patience) = (settings.checks, settings.patience)
    guard same == settings, progress.dataSHA256 == card.dataSHA256,
      progress.refinedMeshes.map({ $0.count == card.taught.count }) ?? true
    else {
      throw NetworkError(
        .damaged, path: path, "is the checkpoint of a training with other settings or photographs")
    }
    try kernels.restore(from: file)
    try others.restore(from: file)
    try average.restore(from: file, names: network.parameters.slots.map(\.name))
    try critic?.restore(from: file)
    network.parameters.values = try weights("latest", of: file)
    if let meshes = progress.refinedMeshes {
      refinement = Refinement(weights: try weights("refined", of: file), meshes: meshes)
    }
    bestWeights = saved.network.parameters.values
    card.seconds = saved.card.seconds
    (step, points, running) = (progress.step, progress.points, progress.running)
    checksWithoutGain = progress.checksWithoutGain
    bestScore = progress.bestScore ?? .infinity
  }

  private func weights(_ kind: String, of file: Safetensors) throws(NetworkError) -> [Float] {
    var values = network.parameters.values
    for slot in network.parameters.slots {
      let tensor = try file.tensor("\(kind).\(slot.name)", shape: slot.shape)
      try tensor.requireFinite(path: file.path)
      values.replaceSubrange(slot.range, with: tensor.values)
    }
    return values
  }

  private func tensors(_ kind: String, _ values: [Float]) -> [NamedTensor] {
    network.parameters.slots.map {
      NamedTensor(name: "\(kind).\($0.name)", shape: $0.shape, values: Array(values[$0.range]))
    }
  }

  /// The averaged weights.
  var averaged: Parameters {
    var parameters = network.parameters
    if step > 0 { parameters.values = average.values.flatMap { $0 } }
    return parameters
  }

  /// The best weights so far: those that did best on patches held out, else the latest average.
  var best: Generator {
    var (best, card) = (network, card)
    best.parameters.values = bestWeights
    card.steps = step
    card.heldOutResidual = bestScore.isFinite ? bestScore : nil
    return Generator(network: best, card: card)
  }

  /// Takes a step along a gradient summed over patches.
  ///
  /// - Parameter patches: what was said of each.
  mutating func learn(_ gradient: [Float], _ patches: [Judgement]) {
    running.add(patches)
    critic?.learn(patches.compactMap { $0.lesson?.gradient })
    let rate = RateSchedule.oneCycle().rate(at: step, of: settings.steps, peak: settings.rate)
    let mean = 1 / Double(patches.count)
    let norm =
      gradient.withUnsafeBufferPointer { GradientNorm.sumOfSquares($0) }.squareRoot() * mean
    step += 1
    // A gradient that is not finite is no direction to go.
    guard let scale = GradientNorm.scale(for: norm, greatest: Self.greatestNorm) else { return }
    let share = scale * Float(mean)
    others.beginStep()
    average.beginAdding()
    let slots = network.parameters.slots
    network.parameters.values.withUnsafeMutableBufferPointer { values in
      gradient.withUnsafeBufferPointer { gradient in
        kernels.step(values, gradient: gradient, rate: rate, scale: share)
        for (index, slot) in otherSlots.enumerated() {
          others.update(
            index, UnsafeMutableBufferPointer(rebasing: values[slot.range]),
            gradient: UnsafeBufferPointer(rebasing: gradient[slot.range]), rate: rate, scale: share)
        }
      }
      for (index, slot) in slots.enumerated() {
        average.add(index, UnsafeBufferPointer(rebasing: values[slot.range]))
      }
    }
  }

  /// Takes a check's figures, and keeps the weights when they are better.
  mutating func judge(heldOut: Double?) {
    let means = running.means
    running = RunningLoss()
    let rate = RateSchedule.oneCycle().rate(
      at: max(0, step - 1), of: settings.steps, peak: settings.rate)
    points.append(
      TrainingPoint(
        step: step, loss: means.loss, terms: means.terms, heldOut: heldOut, rate: rate))
    if let heldOut, heldOut >= bestScore {
      checksWithoutGain += 1
    } else {
      if let heldOut { bestScore = heldOut }
      checksWithoutGain = 0
      bestWeights = averaged.values
    }
  }

  /// Writes a checkpoint: the best generator, and what it takes to go on.
  ///
  /// - Throws: `NetworkError.Code.cannotWrite`; the file before stays.
  func write(to path: String) throws {
    let progress = Progress(
      step: step, points: points, checksWithoutGain: checksWithoutGain,
      bestScore: bestScore.isFinite ? bestScore : nil, running: running,
      refinedMeshes: refinement?.meshes, settings: settings,
      dataSHA256: card.dataSHA256)
    let weights =
      tensors("latest", network.parameters.values)
      + (refinement.map { tensors("refined", $0.weights) } ?? [])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(progress), as: UTF8.self)
    let own = Checkpoint(tensors: weights, metadata: ["goldendie.training": text])
    let names = network.parameters.slots.map(\.name)
    let generator = try best.checkpoint
    let parts = [
      generator, own, kernels.checkpoint, others.checkpoint, average.checkpoint(names: names),
      critic?.checkpoint ?? Checkpoint(),
    ]
    try parts.reduce(Checkpoint(), +).write(to: path)
  }
}
