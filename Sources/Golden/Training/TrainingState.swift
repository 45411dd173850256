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
  /// Where photographs were placed by what was learnt; empty before the first refinement.
  var placements: [Placement] = []
  private let settings: TrainingSettings
  private var optimiser: Adam
  private var average: WeightAverage
  private var bestWeights: [Float]
  private var bestScore = Double.infinity

  /// Where a photograph was placed.
  struct Placement: Codable {
    var scan: Int
    var mesh: DisplacementMesh
  }

  /// What is written beside weights.
  private struct Progress: Codable {
    var step: Int
    var points: [TrainingPoint]
    var checksWithoutGain: Int
    var bestScore: Double?
    var placements: [Placement]
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
    optimiser = Adam(
      slots.map { Adam.Parameter(name: $0.name, count: $0.range.count, decays: $0.shape.count > 1) })
    average = WeightAverage(
      .exponential(decay: settings.averageDecay), counts: slots.map(\.range.count))
    bestWeights = network.parameters.values
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
    guard same == settings, progress.dataSHA256 == card.dataSHA256 else {
      throw NetworkError(
        .damaged, path: path, "is the checkpoint of a training with other settings or photographs")
    }
    try optimiser.restore(from: file)
    try average.restore(from: file, names: network.parameters.slots.map(\.name))
    for slot in network.parameters.slots {
      let tensor = try file.tensor("latest.\(slot.name)", shape: slot.shape)
      try tensor.requireFinite(path: path)
      network.parameters.values.replaceSubrange(slot.range, with: tensor.values)
    }
    bestWeights = saved.network.parameters.values
    card.seconds = saved.card.seconds
    (step, points, placements) = (progress.step, progress.points, progress.placements)
    checksWithoutGain = progress.checksWithoutGain
    bestScore = progress.bestScore ?? .infinity
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

  /// Takes a step along a gradient summed over samples.
  mutating func learn(_ gradient: [Float], samples: Int) {
    let rate = RateSchedule.oneCycle().rate(at: step, of: settings.steps, peak: settings.rate)
    let mean = 1 / Double(samples)
    let norm = gradient.withUnsafeBufferPointer { GradientNorm.sumOfSquares($0) }.squareRoot() * mean
    step += 1
    // A gradient that is not finite is no direction to go.
    guard let scale = GradientNorm.scale(for: norm, greatest: Self.greatestNorm) else { return }
    optimiser.beginStep()
    average.beginAdding()
    let slots = network.parameters.slots
    network.parameters.values.withUnsafeMutableBufferPointer { values in
      gradient.withUnsafeBufferPointer { gradient in
        for (index, slot) in slots.enumerated() {
          let part = UnsafeMutableBufferPointer(rebasing: values[slot.range])
          if slot.isTrained {
            optimiser.update(
              index, part, gradient: UnsafeBufferPointer(rebasing: gradient[slot.range]),
              rate: rate, scale: scale * Float(mean))
          }
          average.add(index, UnsafeBufferPointer(part))
        }
      }
    }
  }

  /// Takes a check's figures, and keeps the weights when they are better.
  mutating func judge(loss: Double, heldOut: Double?) {
    let rate = RateSchedule.oneCycle().rate(
      at: max(0, step - 1), of: settings.steps, peak: settings.rate)
    points.append(TrainingPoint(step: step, loss: loss, heldOut: heldOut, rate: rate))
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
      bestScore: bestScore.isFinite ? bestScore : nil, placements: placements, settings: settings,
      dataSHA256: card.dataSHA256)
    let latest = network.parameters.slots.map {
      NamedTensor(
        name: "latest.\($0.name)", shape: $0.shape, values: Array(network.parameters.values[$0.range])
      )
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(progress), as: UTF8.self)
    let own = Checkpoint(tensors: latest, metadata: ["goldendie.training": text])
    let names = network.parameters.slots.map(\.name)
    try (try best.checkpoint + own + optimiser.checkpoint + average.checkpoint(names: names))
      .write(to: path)
  }
}
