public import Networks
internal import Raster

/// How a classifier is taught.
public struct ClassifierTrainingSettings: Sendable, Equatable, Codable {
  /// Steps in all; the default is 4000.
  public var steps = 4000
  /// Crops a step; the default is 8.
  public var batch = 8
  /// Rows and columns of a crop, pixels; the default is 256.
  public var side = 256
  /// The greatest learning rate; the default is 0.002.
  public var rate = 0.002
  /// How much a weight shrinks beside; the default is 10⁻⁴.
  public var weightDecay = 1e-4
  /// How much less places count that are right already; the default is 2.
  public var focus: Float = 2
  /// How much a side's distance counts beside a class; the default is 1.
  public var sideShare: Float = 1
  /// The share of crops whose most relevant block is hidden, so that a class does not hang on one mark; the default is 0.
  ///
  /// Source: Gururaj et al., "Relevance-driven Input Dropout", 2025.
  public var relevanceDrop = 0.0
  /// What steps are computed in; the default is bfloat16 where the machine is fast at it.
  public var precision: Precision = Precision.bfloat16.isFast ? .bfloat16 : .float32
  /// What chance begins with; the default is 1.
  public var seed: UInt64 = 1

  /// The default settings.
  public init() {}
}

/// Teaches a classifier.
package struct ClassifierTraining {
  /// The settings.
  package let settings: ClassifierTrainingSettings
  /// Steps done.
  package private(set) var step = 0
  /// Seconds that they took, as whoever runs it counts them.
  var seconds = 0.0
  private let card: Classifier.Card
  private var network: Network
  private var optimiser: Adam
  private var average: WeightAverage
  private var gradient: [Float]
  private let replicas: Replicas
  private let loss: ClassifierLoss

  /// Makes ready to teach a classifier, from what it knows already.
  ///
  /// - Parameter workers: crops computed at a time, which changes no byte of what is learnt; nil is one for each core.
  /// - Throws: `NetworkError` where the machine can't compute it.
  package init(
    _ classifier: Classifier, settings: ClassifierTrainingSettings = .init(), workers: Int? = nil
  ) throws {
    precondition(
      settings.side > 0 && settings.side % classifier.multiple == 0,
      "a crop's side is a multiple of \(classifier.multiple)")
    (self.settings, card, network) = (settings, classifier.card, classifier.network)
    let count = network.parameters.values.count
    var adam = Adam.Settings()
    adam.weightDecay = settings.weightDecay
    optimiser = Adam([.init(name: "all", count: count)], settings: adam)
    average = WeightAverage(.exponential(decay: 0.998), counts: [count])
    gradient = [Float](repeating: 0, count: count)
    replicas = try Replicas(
      network, height: settings.side, width: settings.side, precision: settings.precision,
      purpose: settings.relevanceDrop > 0 ? .attribution : .training, workers: workers)
    loss = ClassifierLoss(
      classes: card.classes.count, stride: classifier.stride, focus: settings.focus,
      sideShare: settings.sideShare)
  }

  /// The classifier by the running average of the weights.
  package var classifier: Classifier {
    var (taught, card) = (network, card)
    if step > 0 { taught.parameters.values = average.values[0] }
    (card.lesson.steps, card.lesson.seconds) = (step, seconds)
    return Classifier(card: card, network: taught)
  }

  /// One step.
  ///
  /// - Parameter crop: makes the crop of a number, which grows by one with every crop of the training; it is called on
  ///   several threads.
  /// - Returns: the mean loss.
  package mutating func advance(_ crop: @Sendable (_ number: Int) -> LabelledCrop) -> Double {
    let (loss, settings, first, batch) = (loss, settings, step * settings.batch, settings.batch)
    let (output, classes) = (network.output, card.classes.count)
    let losses = replicas.gradient(samples: batch, into: &gradient) { sample, plan in
      var crop = crop(first + sample)
      var result = plan.forward(crop.planes)
      if settings.relevanceDrop > 0 {
        var random = SplitMix(settings.seed, UInt64(first + sample))
        if Double.random(in: 0..<1, using: &random) < settings.relevanceDrop {
          RelevanceDrop(classes: classes).hide(in: &crop, result, plan, output: output)
          result = plan.forward(crop.planes)
        }
      }
      let value = loss(&result, crop)
      for place in result.values.indices { result.values[place] /= Float(batch) }
      return (value, [output: result])
    }
    let rate = RateSchedule.cosine(warmUp: settings.steps / 40, floor: 0.01)
      .rate(at: step, of: settings.steps, peak: settings.rate)
    let norm = GradientNorm.norm(of: [gradient])
    guard let scale = GradientNorm.scale(for: norm, greatest: 10) else { return .nan }
    optimiser.beginStep()
    gradient.withUnsafeBufferPointer { gradient in
      network.parameters.values.withUnsafeMutableBufferPointer {
        optimiser.update(0, $0, gradient: gradient, rate: rate, scale: scale)
      }
    }
    average.beginAdding()
    network.parameters.values.withUnsafeBufferPointer { average.add(0, $0) }
    replicas.load(network.parameters)
    step += 1
    return losses.reduce(0, +) / Double(batch)
  }

  /// What it takes to go on, beside the classifier.
  var checkpoint: Checkpoint {
    let latest = network.parameters.slots.map {
      NamedTensor(
        name: "latest.\($0.name)", shape: $0.shape,
        values: Array(network.parameters.values[$0.range]))
    }
    return Checkpoint(tensors: latest, metadata: ["goldendie.step": String(step)])
      + optimiser.checkpoint + average.checkpoint(names: ["all"])
  }

  /// Goes on from a checkpoint of the same settings and data.
  mutating func restore(from file: Safetensors) throws(NetworkError) {
    for slot in network.parameters.slots {
      let tensor = try file.tensor("latest.\(slot.name)", shape: slot.shape)
      try tensor.requireFinite(path: file.path)
      network.parameters.values.replaceSubrange(slot.range, with: tensor.values)
    }
    try optimiser.restore(from: file)
    try average.restore(from: file, names: ["all"])
    step = try file.count("goldendie.step")
    replicas.load(network.parameters)
  }
}
