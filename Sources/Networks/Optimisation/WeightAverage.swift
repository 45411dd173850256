/// A running average of the weights of a training, which is often the better network.
public struct WeightAverage: Sendable, Equatable {
  /// How weights are averaged.
  public enum Kind: Sendable, Equatable, Codable {
    /// Exponentially: after t earlier weights, min(`decay`, (1 + t) / (10 + t)) of the average stays.
    ///
    /// The smaller share at the beginning lets go of the untrained weights.
    case exponential(decay: Double)
    /// The mean of all weights given.
    ///
    /// Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018.
    case mean
  }

  /// How weights are averaged.
  public let kind: Kind
  /// How many weights went in.
  public private(set) var count = 0
  /// The average, by parameter; zero before the first weights.
  public private(set) var values: [[Float]]

  /// An average of nothing yet, of arrays of these sizes.
  public init(_ kind: Kind, counts: [Int]) {
    if case .exponential(let decay) = kind {
      precondition((0..<1).contains(decay), "a decay is 0 or more and below 1")
    }
    self.kind = kind
    values = counts.map { [Float](repeating: 0, count: $0) }
  }

  /// Takes the weights in; the first are the average themselves.
  public mutating func add(_ weights: [[Float]]) {
    precondition(weights.count == values.count, "an average takes all parameters")
    beginAdding()
    for index in weights.indices {
      weights[index].withUnsafeBufferPointer { add(index, $0) }
    }
  }

  /// Counts weights, whose parameters then come one by one through `add`.
  public mutating func beginAdding() { count += 1 }

  /// Takes in one parameter of the weights that `beginAdding` began.
  ///
  /// - Parameters:
  ///   - index: which; once after each `beginAdding`.
  ///   - weights: its values.
  public mutating func add(_ index: Int, _ weights: UnsafeBufferPointer<Float>) {
    precondition(count > 0, "weights are counted before they are added")
    precondition(weights.count == values[index].count, "weights have the parameter's size")
    let share = share
    values[index].withUnsafeMutableBufferPointer { values in
      guard let average = values.baseAddress, let new = weights.baseAddress else { return }
      for place in 0..<weights.count {
        average[place] += (new[place] - average[place]) * share
      }
    }
  }

  /// The share of the newest weights.
  private var share: Float {
    let before = Double(count - 1)
    if count == 1 { return 1 }
    switch kind {
    case .mean: return Float(1 / Double(count))
    case .exponential(let decay): return Float(1 - min(decay, (1 + before) / (10 + before)))
    }
  }
}

extension WeightAverage {
  /// The state as tensors and text, from which `restore` goes on byte for byte.
  ///
  /// - Parameter names: of the parameters, each once.
  public func checkpoint(names: [String]) -> Checkpoint {
    precondition(
      names.count == values.count && Set(names).count == names.count,
      "each parameter has its own name")
    return Checkpoint(
      tensors: zip(names, values).map {
        NamedTensor(name: "average.\($0)", shape: [$1.count], values: $1)
      },
      metadata: ["average.count": String(count)])
  }

  /// Takes the state from a checkpoint of the same parameters.
  ///
  /// - Throws: `NetworkError`: `missingTensor`, `wrongShape`, `wrongType`, `notFinite`, or `damaged` when the count is none; this
  ///   average then stays as it was.
  public mutating func restore(
    from file: Safetensors, names: [String]
  ) throws(NetworkError) {
    precondition(names.count == values.count, "each parameter has its own name")
    let count = try file.count("average.count")
    var restored: [[Float]] = []
    for (name, old) in zip(names, values) {
      let tensor = try file.tensor("average.\(name)", shape: [old.count])
      try tensor.requireFinite(path: file.path)
      restored.append(tensor.values)
    }
    (self.count, values) = (count, restored)
  }
}
