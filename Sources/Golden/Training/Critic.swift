internal import Foundation
package import Networks
package import Raster

/// A second network that learns to tell photographs from what is painted, patch of some 40 pixels by patch, given the
/// layout; so it says what paintings lack.
///
/// Exists only for objectives that need it. Its gradients are summed in the order of the samples: the same bytes for any
/// number of workers.
///
/// Source: Isola et al., "Image-to-image translation with conditional adversarial networks", CVPR 2017 (patches); Mao et al.,
/// "Least squares generative adversarial networks", ICCV 2017; Wang et al., "High-resolution image synthesis and
/// semantic manipulation with conditional GANs", CVPR 2018 (features).
package struct Critic: Sendable {
  /// The network: (inputs of the generator, then the picture's planes) to one verdict for each 8 × 8 pixels, great for
  /// photographs.
  package var network: Network
  private var optimiser: Adam
  /// The layers whose values are compared.
  private let hidden: [String]
  private let objective: Objective

  /// What the critic says of one patch.
  package struct Opinion: Sendable {
    /// The objective's terms that it measures, unweighted, and their weighted sum.
    package var terms: [Objective.Term: Double] = [:]
    package var loss = 0.0
    /// The slope of the loss by the painted picture.
    package var gradient: Picture
    /// How badly it tells the two apart, and the slope of that by its parameters: what it learns from.
    package var error = 0.0
    package var lesson: [Float]
  }

  /// Sides of patches must be multiples of this, pixels.
  package static let multiple = 8
  private static let greatestNorm = 10.0
  private static let rate = 4e-4

  /// A critic that has learnt nothing yet.
  ///
  /// - Parameters:
  ///   - inputs: planes that describe the layout.
  ///   - outputs: planes of the picture.
  package init(inputs: Int, outputs: Int, objective: Objective, seed: UInt64) {
    var network = Network(inputChannels: inputs + outputs)
    var hidden: [String] = []
    var here = network.input
    for (index, width) in [24, 48, 64].enumerated() {
      here = network.convolution(
        "critic\(index)", of: here, outputs: width, kernel: 4, stride: 2, padding: 1,
        activation: .relu(slope: 0.2))
      hidden.append(here)
    }
    network.convolution("verdict", of: here, outputs: 1)
    var random = SeededStream(seed, 0x6372_6974_6963)
    network.parameters.initialise(using: &random)
    (self.network, self.hidden, self.objective) = (network, hidden, objective)
    var settings = Adam.Settings()
    // Less momentum than usual, since what it is up against changes.
    settings.beta1 = 0.5
    optimiser = Adam(
      network.parameters.slots.map { Adam.Parameter(name: $0.name, count: $0.range.count) },
      settings: settings)
  }

  /// Plans for patches of a side, pixels, to go with the generator's.
  package func replicas(side: Int, workers: Int) throws -> Replicas {
    try Replicas(network, height: side, width: side, purpose: .attribution, workers: workers)
  }

  /// What the critic says of a patch.
  ///
  /// Where `weight` is 0 it is shown the photograph twice.
  ///
  /// - Parameters:
  ///   - painted: what the generator painted.
  ///   - photograph: of the same size.
  ///   - weight: of that size, 0…1.
  ///   - layout: the generator's inputs, of that size or with a border of one width around.
  ///   - plan: one of `replicas`, loaded with the network's parameters.
  package func opinion(
    of painted: Picture, photograph: Picture, weight: Plane, layout: Tensor, on plan: Plan
  ) -> Opinion {
    var shown = painted
    for channel in shown.planes.indices {
      let real = photograph.planes[channel].samples
      for index in real.indices {
        shown.planes[channel].samples[index] =
          real[index] + weight.samples[index] * (shown.planes[channel].samples[index] - real[index])
      }
    }
    let count = network.parameters.values.count
    var opinion = Opinion(
      gradient: painted.mapPlanes { Plane(width: $0.width, height: $0.height) },
      lesson: [Float](repeating: 0, count: count))

    let genuine = plan.forward(Self.joined(layout, photograph))
    let expected = objective.weight(of: .features) > 0 ? hidden.map { plan.value(of: $0) } : []
    var slope = Tensor(height: genuine.height, width: genuine.width, channels: 1)
    opinion.error += error(genuine, isGenuine: true, slope: &slope)
    plan.backward(slope, into: &opinion.lesson)

    let verdict = plan.forward(Self.joined(layout, shown))
    var lesson = [Float](repeating: 0, count: count)
    opinion.error += error(verdict, isGenuine: false, slope: &slope)
    plan.backward(slope, into: &lesson)
    for index in lesson.indices { opinion.lesson[index] += lesson[index] }

    var seeds: [String: Tensor] = [:]
    judge(verdict, into: &opinion, &seeds)
    compare(expected, plan, into: &opinion, &seeds)
    let gradient = plan.inputGradient(seeds)
    for channel in opinion.gradient.planes.indices {
      let place = layout.channels + channel
      for index in weight.samples.indices {
        opinion.gradient.planes[channel].samples[index] =
          weight.samples[index] * gradient.values[index * gradient.channels + place]
      }
    }
    return opinion
  }

  /// Takes a step along the mean of lessons.
  package mutating func learn(_ lessons: [[Float]]) {
    var sum = [Float](repeating: 0, count: network.parameters.values.count)
    for lesson in lessons { for index in sum.indices { sum[index] += lesson[index] } }
    let mean = 1 / Double(max(1, lessons.count))
    let norm = sum.withUnsafeBufferPointer { GradientNorm.sumOfSquares($0) }.squareRoot() * mean
    guard let scale = GradientNorm.scale(for: norm, greatest: Self.greatestNorm) else { return }
    optimiser.beginStep()
    let slots = network.parameters.slots
    network.parameters.values.withUnsafeMutableBufferPointer { values in
      sum.withUnsafeBufferPointer { sum in
        for (index, slot) in slots.enumerated() {
          optimiser.update(
            index, UnsafeMutableBufferPointer(rebasing: values[slot.range]),
            gradient: UnsafeBufferPointer(rebasing: sum[slot.range]), rate: Self.rate,
            scale: scale * Float(mean))
        }
      }
    }
  }
}

extension Critic {
  /// The layout's planes with a picture's behind them, (rows, columns, planes).
  private static func joined(_ layout: Tensor, _ picture: Picture) -> Tensor {
    let (known, shown) = (layout.channels, picture.channels)
    let margin = (layout.width - picture.width) / 2
    var result = Tensor(
      height: picture.height, width: picture.width, channels: known + shown)
    result.values.withUnsafeMutableBufferPointer { target in
      layout.values.withUnsafeBufferPointer { source in
        for y in 0..<picture.height {
          for x in 0..<picture.width {
            let from = ((y + margin) * layout.width + x + margin) * known
            let to = (y * picture.width + x) * (known + shown)
            for channel in 0..<known { target[to + channel] = source[from + channel] }
          }
        }
      }
      for (channel, plane) in picture.planes.enumerated() {
        for (index, sample) in plane.samples.enumerated() {
          target[index * (known + shown) + known + channel] = sample
        }
      }
    }
    return result
  }

  private var usesHinge: Bool { objective.weight(of: .adversarialHinge) > 0 }
  /// With neither term the features alone are wanted, of a critic taught by least squares.
  private var usesSquares: Bool { objective.weight(of: .adversarial) > 0 || !usesHinge }

  /// How wrong verdicts are, and the slope of that by each: half the mean square of what they miss 1 or 0 by, or the mean
  /// of what they lack to be beyond ±1.
  private func error(_ verdict: Tensor, isGenuine: Bool, slope: inout Tensor) -> Double {
    let share = 1 / Float(verdict.values.count)
    let sign: Float = isGenuine ? 1 : -1
    var sum = 0.0
    for (index, value) in verdict.values.enumerated() {
      slope.values[index] = 0
      if usesSquares {
        let missed = value - (isGenuine ? 1 : 0)
        sum += 0.5 * Double(missed * missed)
        slope.values[index] += share * missed
      }
      if usesHinge, sign * value < 1 {
        sum += Double(1 - sign * value)
        slope.values[index] -= share * sign
      }
    }
    return sum * Double(share)
  }

  /// The terms that ask that what is painted be taken for a photograph.
  private func judge(
    _ verdict: Tensor, into opinion: inout Opinion, _ seeds: inout [String: Tensor]
  ) {
    let share = 1 / Double(verdict.values.count)
    var slope = Tensor(height: verdict.height, width: verdict.width, channels: 1)
    for (term, weight) in objective.weights {
      var value = 0.0
      switch term {
      case .adversarial:
        for (index, sample) in verdict.values.enumerated() {
          value += Double((sample - 1) * (sample - 1)) * share
          slope.values[index] += Float(2 * weight * share) * (sample - 1)
        }
      case .adversarialHinge:
        for (index, sample) in verdict.values.enumerated() {
          value -= Double(sample) * share
          slope.values[index] -= Float(weight * share)
        }
      default: continue
      }
      opinion.terms[term] = value
      opinion.loss += weight * value
      seeds[network.output] = slope
    }
  }

  /// The mean over the hidden layers of the mean difference of their values.
  private func compare(
    _ expected: [Tensor], _ plan: Plan, into opinion: inout Opinion,
    _ seeds: inout [String: Tensor]
  ) {
    guard !expected.isEmpty else { return }
    let weight = objective.weight(of: .features)
    var mean = 0.0
    for (layer, real) in zip(hidden, expected) {
      var value = plan.value(of: layer)
      let share = 1 / Double(value.values.count * hidden.count)
      let step = Float(weight * share)
      var sum = 0.0
      for index in value.values.indices {
        let difference = value.values[index] - real.values[index]
        sum += Double(abs(difference))
        value.values[index] = difference > 0 ? step : difference < 0 ? -step : 0
      }
      mean += sum * share
      seeds[layer] = value
    }
    opinion.terms[.features] = mean
    opinion.loss += weight * mean
  }
}

extension Critic {
  private static let prefix = "critic."

  /// The state as tensors and text of names of its own, from which `restore` goes on byte for byte.
  package var checkpoint: Checkpoint {
    let own = Checkpoint(
      tensors: network.parameters.slots.map {
        NamedTensor(
          name: $0.name, shape: $0.shape, values: Array(network.parameters.values[$0.range]))
      })
    let all = own + optimiser.checkpoint
    return Checkpoint(
      tensors: all.tensors.map {
        NamedTensor(name: Self.prefix + $0.name, shape: $0.shape, values: $0.values)
      },
      metadata: Dictionary(
        uniqueKeysWithValues: all.metadata.map { (Self.prefix + $0.key, $0.value) }))
  }

  /// Takes the state from a checkpoint of a training with the same objective.
  ///
  /// - Throws: `NetworkError`, where it is missing or damaged.
  package mutating func restore(from file: Safetensors) throws(NetworkError) {
    func part(_ name: String) -> String? {
      name.hasPrefix(Self.prefix) ? String(name.dropFirst(Self.prefix.count)) : nil
    }
    let tensors = try file.tensors().compactMap { tensor in
      part(tensor.name).map {
        NamedTensor(name: $0, shape: tensor.shape, values: tensor.values)
      }
    }
    let metadata = file.metadata.reduce(into: [String: String]()) { result, entry in
      if let key = part(entry.key) { result[key] = entry.value }
    }
    let own = try Safetensors(
      bytes: Safetensors.encode(tensors, metadata: metadata), path: file.path)
    for slot in network.parameters.slots {
      let tensor = try own.tensor(slot.name, shape: slot.shape)
      try tensor.requireFinite(path: file.path)
      network.parameters.values.replaceSubrange(slot.range, with: tensor.values)
    }
    try optimiser.restore(from: own)
  }
}
