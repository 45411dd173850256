/// Adam, and with weight decay AdamW, over arrays of parameters.
///
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − rate·decay·w − rate·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε).
///
/// One thread, a fixed order, the same bytes on every machine. Source: Kingma & Ba, "Adam", ICLR 2015; the decay beside
/// the gradient: Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019.
public struct Adam: Sendable, Equatable {
  /// How it steps.
  public struct Settings: Codable, Sendable, Equatable {
    /// How much of the mean gradient stays at a step, 0..<1.
    ///
    /// The default is 0.9.
    public var beta1: Double = 0.9
    /// How much of the mean squared gradient stays at a step, 0..<1.
    ///
    /// The default is 0.999.
    public var beta2: Double = 0.999
    /// Added to the root of the mean squared gradient, above 0.
    ///
    /// The default is 1e-8.
    public var epsilon: Double = 1e-8
    /// Share of a weight that a step at rate 1 takes away, 0 or more.
    ///
    /// The default is 0: plain Adam.
    public var weightDecay: Double = 0

    /// The defaults.
    public init() {}
  }

  /// One array of parameters.
  public struct Parameter: Sendable, Equatable {
    /// What its state is called in a checkpoint.
    public let name: String
    /// How many values it has.
    public let count: Int
    /// Whether weight decay applies; biases are usually left out.
    public let decays: Bool

    /// An array of `count` values; decays by default.
    public init(name: String, count: Int, decays: Bool = true) {
      (self.name, self.count, self.decays) = (name, count, decays)
    }
  }

  /// How it steps.
  public let settings: Settings
  /// The arrays, in the order of `update`.
  public let parameters: [Parameter]
  /// Steps taken.
  public private(set) var steps = 0
  /// Running means of the gradients, by parameter.
  private var means: [[Float]]
  /// Running means of the squared gradients, by parameter.
  private var squares: [[Float]]

  /// An optimiser that has taken no step; the parameters' names differ.
  public init(_ parameters: [Parameter], settings: Settings = Settings()) {
    precondition(
      Set(parameters.map(\.name)).count == parameters.count, "each parameter has its own name")
    precondition(
      (0..<1).contains(settings.beta1) && (0..<1).contains(settings.beta2) && settings.epsilon > 0
        && settings.weightDecay >= 0, "Adam's settings are in range")
    (self.parameters, self.settings) = (parameters, settings)
    means = parameters.map { [Float](repeating: 0, count: $0.count) }
    squares = means
  }

  /// Takes one step with all parameters.
  ///
  /// - Parameters:
  ///   - values: the parameters, arrays as given to `init`.
  ///   - gradients: of the loss, arrays of the same sizes.
  ///   - rate: the learning rate, 0 or more.
  ///   - scale: what the gradients are multiplied with, as `GradientNorm.scale` says. The default is 1.
  public mutating func step(
    _ values: inout [[Float]], gradients: [[Float]], rate: Double, scale: Float = 1
  ) {
    precondition(
      values.count == parameters.count && gradients.count == parameters.count,
      "a step takes all parameters")
    beginStep()
    for index in values.indices {
      gradients[index].withUnsafeBufferPointer { gradient in
        values[index].withUnsafeMutableBufferPointer {
          update(index, $0, gradient: gradient, rate: rate, scale: scale)
        }
      }
    }
  }

  /// Counts a step, whose parameters then come one by one through `update`.
  public mutating func beginStep() { steps += 1 }

  /// Moves one parameter by the step that `beginStep` began.
  ///
  /// - Parameters:
  ///   - index: which, in the order of `parameters`; once in a step.
  ///   - values: its values.
  ///   - gradient: of the loss.
  ///   - rate: the learning rate, 0 or more.
  ///   - scale: what the gradient is multiplied with. The default is 1.
  public mutating func update(
    _ index: Int, _ values: UnsafeMutableBufferPointer<Float>,
    gradient: UnsafeBufferPointer<Float>, rate: Double, scale: Float = 1
  ) {
    let parameter = parameters[index]
    precondition(steps > 0, "a step is begun before parameters are updated")
    precondition(
      values.count == parameter.count && gradient.count == parameter.count,
      "values and gradient have the parameter's size")
    let beta2 = Float(settings.beta2)
    let (new1, new2) = (Float(1 - settings.beta1), Float(1 - settings.beta2))
    let (bias1, bias2) = (power(settings.beta1, steps), power(settings.beta2, steps))
    let pace = Float(rate / (1 - bias1))
    let root = Float((1 - bias2).squareRoot())
    let epsilon = Float(settings.epsilon)
    let lost = parameter.decays ? Float(rate * settings.weightDecay) : 0
    means[index].withUnsafeMutableBufferPointer { means in
      squares[index].withUnsafeMutableBufferPointer { squares in
        guard let w = values.baseAddress, let g = gradient.baseAddress,
          let m = means.baseAddress, let v = squares.baseAddress
        else { return }
        // In blocks, which the compiler keeps in vectors; it leaves roots and quotients of a plain loop one by one.
        let whole = parameter.count & ~7
        for place in stride(from: 0, to: whole, by: 8) {
          var mean = load(m + place)
          var square = load(v + place)
          let slope = load(g + place) * scale
          mean += (slope - mean) * new1
          square = square * beta2 + slope * slope * new2
          let weight = load(w + place)
          let spread = square.squareRoot() / root + epsilon
          store(mean, m + place)
          store(square, v + place)
          store(weight - (weight * lost + pace * (mean / spread)), w + place)
        }
        for place in whole..<parameter.count {
          let slope = g[place] * scale
          m[place] += (slope - m[place]) * new1
          v[place] = v[place] * beta2 + slope * slope * new2
          let spread = v[place].squareRoot() / root + epsilon
          w[place] -= w[place] * lost + pace * (m[place] / spread)
        }
      }
    }
  }

  // By repeated squaring, so that no machine's pow matters.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, left) = (1.0, base, exponent)
    while left > 0 {
      if left & 1 == 1 { result *= square }
      square *= square
      left >>= 1
    }
    return result
  }
}

extension Adam {
  /// The state as tensors and text, from which `restore` goes on byte for byte.
  public var checkpoint: Checkpoint {
    var tensors: [NamedTensor] = []
    for (index, parameter) in parameters.enumerated() {
      for (kind, values) in [("mean", means[index]), ("square", squares[index])] {
        tensors.append(
          NamedTensor(
            name: "adam.\(kind).\(parameter.name)", shape: [parameter.count], values: values))
      }
    }
    return Checkpoint(tensors: tensors, metadata: ["adam.steps": String(steps)])
  }

  /// Takes the state from a checkpoint of the same parameters.
  ///
  /// - Throws: `NetworkError`: `missingTensor`, `wrongShape`, `wrongType`, `notFinite`, or `damaged` when the steps are no count;
  ///   this optimiser then stays as it was.
  public mutating func restore(from file: Safetensors) throws(NetworkError) {
    let steps = try file.count("adam.steps")
    var (means, squares): ([[Float]], [[Float]]) = ([], [])
    for parameter in parameters {
      for kind in ["mean", "square"] {
        let tensor = try file.tensor(
          "adam.\(kind).\(parameter.name)", shape: [parameter.count])
        try tensor.requireFinite(path: file.path)
        if kind == "mean" { means.append(tensor.values) } else { squares.append(tensor.values) }
      }
    }
    (self.steps, self.means, self.squares) = (steps, means, squares)
  }
}

private func load(_ place: UnsafePointer<Float>) -> SIMD8<Float> {
  UnsafeRawPointer(place).loadUnaligned(as: SIMD8<Float>.self)
}

private func store(_ values: SIMD8<Float>, _ place: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(place).storeBytes(of: values, as: SIMD8<Float>.self)
}
