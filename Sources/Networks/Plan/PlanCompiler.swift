/// Turns a network into the steps of a plan: fuses activations, chooses precisions and bands, and places the memory.
struct PlanCompiler {
  private let network: Network
  private let shapes: [String: Shape]
  private let precision: Precision
  private let purpose: Plan.Purpose
  /// Which layers hand relevance on by which rule.
  private let rules: [String: RelevanceRule]
  /// Layers that give nothing below 0.
  private var positive: Set<String> = []
  /// Layers whose activation is computed with them, and the activation's layer.
  private var fused: [String: Layer] = [:]
  /// Convolutions that enlarge and join their inputs themselves.
  private var merged: [String: Merging] = [:]
  /// How many layers take a layer's output.
  private var consumers: [String: Int] = [:]
  /// Layers whose output is single precision in spite of bfloat16 ones before.
  private var isFloat: Set<String> = []

  /// What such a convolution takes: the picture that it enlarges, and the one beside it.
  private struct Merging {
    var small, other: String
    var smallIsFirst: Bool
    /// The layers that it stands for.
    var replaced: [String]
  }

  /// Rows that a band has at least, and bytes of a layer's output that it has at most where that allows it: what a core's
  /// cache holds together with the inputs.
  private static let leastRows = 4
  private static let bandBytes = 1 << 19

  init(
    _ network: Network, height: Int, width: Int, precision: Precision, purpose: Plan.Purpose
  ) throws(NetworkError) {
    self.network = network
    (self.precision, self.purpose, rules) = (precision, purpose, purpose.rules)
    let known = Set(network.layers.map(\.name))
    if let stranger = rules.keys.sorted().first(where: { !known.contains($0) }) {
      throw NetworkError(.unsupported, "there is no layer '\(stranger)' to have a rule")
    }
    if purpose.isRelevance, precision != .float32 {
      throw NetworkError(.unsupported, "relevance is computed in float32 only")
    }
    shapes = try network.shapes(height: height, width: width)
    for layer in network.layers { for input in layer.inputs { consumers[input, default: 0] += 1 } }
    for layer in network.layers {
      guard case .activation = layer.operation, let input = layer.inputs.first,
        consumers[input] == 1,
        let before = network.layers.first(where: { $0.name == input }),
        rules[input]?.readsOutput != true
      else { continue }
      switch before.operation {
      case .convolution, .transposedConvolution: fused[input] = layer
      default: break
      }
    }
    findTail()
    findPositive()
    if purpose != .attribution { findMergings() }
  }

  private mutating func findPositive() {
    for layer in network.layers {
      switch layer.operation {
      case .activation(.relu(0)), .activation(.sigmoid): positive.insert(layer.name)
      case .pooling, .upsampling, .pixelShuffle, .pixelUnshuffle, .sum, .concatenation:
        if layer.inputs.allSatisfy(positive.contains) { positive.insert(layer.name) }
      default: break
      }
    }
  }

  /// Finds 3 × 3 convolutions of a nearest upsampling joined with one other layer, whose results nothing else takes.
  private mutating func findMergings() {
    let layers = Dictionary(uniqueKeysWithValues: network.layers.map { ($0.name, $0) })
    for layer in network.layers {
      guard case .convolution(_, 3, 1, 1, 1) = layer.operation, !isFloat.contains(layer.name),
        let join = layers[layer.inputs[0]], case .concatenation = join.operation,
        join.inputs.count == 2, consumers[join.name] == 1
      else { continue }
      for (place, name) in join.inputs.enumerated() where consumers[name] == 1 {
        guard let enlarging = layers[name], case .upsampling(.nearest, 2) = enlarging.operation
        else { continue }
        merged[layer.name] = Merging(
          small: enlarging.inputs[0], other: join.inputs[1 - place], smallIsFirst: place == 0,
          replaced: [name, join.name])
        break
      }
    }
  }

  /// The output is wanted in single precision, and so is what only moves numbers to it.
  private mutating func findTail() {
    guard precision == .bfloat16 else { return }
    var layer = network.layers[network.layers.count - 1]
    var chain: [String] = []
    while true {
      chain.append(layer.name)
      switch layer.operation {
      case .convolution, .dense:
        isFloat = Set(chain)
        return
      case .activation, .upsampling, .pixelShuffle, .pixelUnshuffle:
        guard let input = layer.inputs.first, consumers[input] == 1,
          let before = network.layers.first(where: { $0.name == input })
        else { return }
        layer = before
      default: return
      }
    }
  }

  private func shape(_ layer: String) -> Shape {
    guard let shape = shapes[layer] else { preconditionFailure("every layer has a shape") }
    return shape
  }

  private func slot(_ name: String) -> Parameters.Slot {
    guard let slot = network.parameters.slot(name) else {
      preconditionFailure("every layer has its parameters")
    }
    return slot
  }

  /// The bands of rows that a layer's output is computed in; they depend on nothing but its shape.
  private func bands(_ layer: Layer) -> [Range<Int>] {
    let height = shape(layer.name).height
    var whole = 2
    switch layer.operation {
    case .transposedConvolution, .dense, .pooling(_, 0, _): return [0..<height]
    case .pixelShuffle(let factor):
      guard purpose == .inference else { return [0..<height] }
      whole = 2 * factor
    default: break
    }
    if purpose.isRelevance, height >= 2 * PlanCompiler.leastRows {
      // Two cores finish one picture together.
      return [0..<height / 4 * 2, height / 4 * 2..<height]
    }
    guard purpose == .inference else { return [0..<height] }
    let shape = shape(layer.name)
    let rowBytes = shape.width * shape.channels * precision.bytes
    // A whole number of what a layer makes of one row.
    let rows = max(
      PlanCompiler.leastRows, whole,
      min(height / 8, PlanCompiler.bandBytes / rowBytes) / whole * whole)
    return stride(from: 0, to: height, by: rows).map { $0..<min(height, $0 + rows) }
  }

  /// What is known of a step before memory is placed.
  private struct Draft {
    var name: String
    var layer: Layer
    var inputs: [Int]
    var wantsGradient: Bool
  }

  /// What a plan is made of.
  struct Result {
    var steps: [Plan.Step]
    var values: Memory
    var lanes: LaneLayout
    /// Names of layers that are computed in one step with an activation, and the activation's.
    var aliases: [String: String]
  }

  func result() throws(NetworkError) -> Result {
    var drafts: [Draft] = []
    var numbers: [String: Int] = [:]
    let fusedActivations = Set(fused.values.map(\.name))
    let replaced = fusedActivations.union(merged.values.flatMap(\.replaced))
    for layer in network.layers where !replaced.contains(layer.name) {
      let name = fused[layer.name]?.name ?? layer.name
      let taken = merged[layer.name].map { [$0.small, $0.other] } ?? layer.inputs
      let inputs = taken.compactMap { numbers[$0] }
      let wantsGradient =
        purpose == .attribution || purpose.isRelevance
        || purpose == .training
          && (inputs.contains { drafts[$0].wantsGradient } || hasParameters(layer))
      numbers[name] = drafts.count
      drafts.append(Draft(name: name, layer: layer, inputs: inputs, wantsGradient: wantsGradient))
    }
    let (values, memory) = placeValues(drafts)
    var lanes = placeGradients(drafts, values)
    var steps: [Plan.Step] = []
    for (number, draft) in drafts.enumerated() {
      let wanted = draft.inputs.map { drafts[$0].wantsGradient }
      let kernel = try kernel(draft.layer, inputGradient: wanted.contains(true))
      steps.append(
        Plan.Step(
          name: draft.name, kernel: kernel,
          rule: try rule(draft.layer, kernel, draft.inputs.map { values[$0].shape }),
          inputs: draft.inputs, bands: bands(draft.layer), value: values[number]))
      let bytes = draft.inputs.reduce(0) { $0 + (values[$1].bytes + 127) / 64 * 64 }
      lanes.spareBytes = max(lanes.spareBytes, bytes, values[number].bytes)
      if purpose.isRelevance {
        lanes.scratchBytes = max(lanes.scratchBytes, bytes + (values[number].bytes + 63) / 64 * 64)
      }
    }
    return Result(
      steps: steps, values: memory, lanes: lanes, aliases: fused.mapValues(\.name))
  }

  private func hasParameters(_ layer: Layer) -> Bool {
    network.parameters.slot("\(layer.name).weight") != nil
  }

  private func precision(_ draft: Draft) -> Precision {
    isFloat.contains(draft.name) ? .float32 : precision
  }

  /// The last step that takes each step's value.
  private func lastUses(_ drafts: [Draft]) -> [Int] {
    var lastUse = Array(drafts.indices)
    for (number, draft) in drafts.enumerated() {
      for input in draft.inputs { lastUse[input] = max(lastUse[input], number) }
    }
    return lastUse
  }

  /// Memory for every step's value; a plan that does not run backward gives it on to later steps.
  private func placeValues(_ drafts: [Draft]) -> (values: [Buffer], memory: Memory) {
    var lastUse = lastUses(drafts)
    lastUse[drafts.count - 1] = drafts.count
    let tenants = drafts.enumerated().map { number, draft in
      Arena.Tenant(
        bytes: shape(draft.name).count * precision(draft).bytes,
        life: number...(purpose == .inference ? lastUse[number] : drafts.count))
    }
    let plan = Arena(tenants)
    let memory = Memory(bytes: plan.bytes)
    let values = drafts.indices.map { number in
      Buffer(
        base: memory.base + plan.offsets[number], shape: shape(drafts[number].name),
        precision: precision(drafts[number]))
    }
    return (values, memory)
  }

  /// Places for every step's gradient, which are given on to earlier steps.
  private func placeGradients(_ drafts: [Draft], _ values: [Buffer]) -> LaneLayout {
    let (lastUse, end) = (lastUses(drafts), drafts.count)
    let wanted = drafts.indices.filter { drafts[$0].wantsGradient }
    let tenants = wanted.map { number in
      // The first use is that of the last consumer, which runs first; the input's gradient is read after the pass.
      Arena.Tenant(
        bytes: values[number].bytes,
        life: end - lastUse[number]...(number == 0 ? end : end - number))
    }
    let plan = Arena(tenants)
    var layout = LaneLayout(
      offsets: drafts.map { _ in nil }, shapes: values.map(\.shape),
      precisions: values.map(\.precision), bytes: plan.bytes)
    for (place, number) in wanted.enumerated() { layout.offsets[number] = plan.offsets[place] }
    return layout
  }

  private func kernel(
    _ layer: Layer, inputGradient: Bool
  ) throws(NetworkError) -> (any Kernel)? {
    func parameter(_ name: String) -> Parameters.Slot { slot("\(layer.name).\(name)") }
    var activation: Operation.Activation?
    if case .activation(let after)? = fused[layer.name]?.operation { activation = after }
    switch layer.operation {
    case .input: return nil
    case .convolution, .transposedConvolution, .dense:
      let isPlain = purpose == .inference || rules[layer.name] != nil
      return try linearKernel(
        layer, activation: activation, weight: parameter("weight"), bias: parameter("bias"),
        bands: bands(layer),
        trains: (parameters: !isPlain && !purpose.isRelevance, input: !isPlain && inputGradient))
    case .activation(let activation): return ActivationKernel(activation)
    case .pooling(let kind, 0, _): return GlobalPoolingKernel(kind)
    case .pooling(let kind, let size, let stride):
      return PoolingKernel(kind, size: size, stride: stride)
    case .upsampling(.nearest, let factor): return NearestKernel(factor: factor)
    case .upsampling(.bilinear, let factor): return BilinearKernel(factor: factor)
    case .pixelShuffle(let factor): return ShuffleKernel(factor: factor)
    case .pixelUnshuffle(let factor): return UnshuffleKernel(factor: factor)
    case .sum: return SumKernel()
    case .concatenation: return ConcatenationKernel()
    case .batchNorm(let epsilon):
      return BatchNormKernel(
        epsilon: epsilon, weight: parameter("weight"), bias: parameter("bias"),
        mean: parameter("running_mean"), variance: parameter("running_var"))
    }
  }

  /// The kernel of a layer with weights, which takes them from the slots given.
  private func linearKernel(
    _ layer: Layer, activation: Operation.Activation?, weight: Parameters.Slot,
    bias: Parameters.Slot, bands: [Range<Int>], trains: (parameters: Bool, input: Bool)
  ) throws(NetworkError) -> any Kernel {
    let (output, input) = (shape(layer.name), shape(layer.inputs[0]))
    switch layer.operation {
    case .convolution:
      if let merging = merged[layer.name] {
        return try MergingConvolutionKernel(
          activation: activation, small: shape(merging.small), other: shape(merging.other),
          smallIsFirst: merging.smallIsFirst, output: output, precision: precision,
          isFloat: false, weight: weight, bias: bias,
          bands: bands, trains: trains)
      }
      return try ConvolutionKernel(
        layer.operation, activation: activation, input: input, output: output,
        precision: precision, isFloat: isFloat.contains(layer.name), weight: weight,
        bias: bias, bands: bands, trains: trains)
    case .transposedConvolution:
      return try TransposedConvolutionKernel(
        layer.operation, activation: activation, input: input, output: output,
        precision: precision, weight: weight, bias: bias, trains: trains)
    case .dense:
      return try DenseKernel(input: input, weight: weight, bias: bias)
    default: preconditionFailure("'\(layer.name)' has no weights")
    }
  }

  /// How a layer hands relevance on where that is not as a gradient.
  private func rule(
    _ layer: Layer, _ kernel: (any Kernel)?, _ inputs: [Shape]
  ) throws(NetworkError) -> (any RuleKernel)? {
    guard purpose.isRelevance else { return nil }
    switch layer.operation {
    case .convolution, .transposedConvolution, .dense:
      guard let rule = rules[layer.name] else { return nil }
      if rule == .flat, merged[layer.name] == nil,
        case .convolution(_, let kernel, let stride, let padding, let groups) = layer.operation
      {
        return FlatRuleKernel(
          input: inputs[0], output: shape(layer.name), kernel: kernel, stride: stride,
          padding: padding, groups: groups)
      }
      let (weight, bias) = (slot("\(layer.name).weight"), slot("\(layer.name).bias"))
      return try LinearRuleKernel(
        rule, inputs: inputs, output: shape(layer.name),
        isPositive: layer.inputs.allSatisfy(positive.contains), weight: weight, bias: bias
      ) { (weight, bias) throws(NetworkError) in
        try linearKernel(
          layer, activation: nil, weight: weight, bias: bias,
          bands: [0..<shape(layer.name).height], trains: (false, true))
      }
    case .activation, .batchNorm: return PassingRuleKernel()
    case .sum, .pooling(.average, _, _): return kernel.map { NormRuleKernel($0) }
    default: return nil
    }
  }
}
