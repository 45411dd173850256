/// Turns a network into the steps of a plan: fuses activations, chooses precisions and bands, and places the memory.
struct PlanCompiler {
  private let network: Network
  private let shapes: [String: Shape]
  private let precision: Precision
  private let purpose: Plan.Purpose
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
    (self.precision, self.purpose) = (precision, purpose)
    shapes = try network.shapes(height: height, width: width)
    for layer in network.layers { for input in layer.inputs { consumers[input, default: 0] += 1 } }
    for layer in network.layers {
      guard case .activation = layer.operation, let input = layer.inputs.first,
        consumers[input] == 1,
        let before = network.layers.first(where: { $0.name == input })
      else { continue }
      switch before.operation {
      case .convolution, .transposedConvolution: fused[input] = layer
      default: break
      }
    }
    findTail()
    if purpose != .attribution { findMergings() }
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
    switch layer.operation {
    case .transposedConvolution, .dense, .pixelShuffle, .pooling(_, 0, _): return [0..<height]
    default: break
    }
    guard purpose == .inference else { return [0..<height] }
    let shape = shape(layer.name)
    let rowBytes = shape.width * shape.channels * precision.bytes
    // An even number, for layers that make two rows of one.
    let rows = max(
      PlanCompiler.leastRows, min(height / 8, PlanCompiler.bandBytes / rowBytes) / 2 * 2)
    return stride(from: 0, to: height, by: rows).map { $0..<min(height, $0 + rows) }
  }

  /// What is known of a step before memory is placed.
  private struct Draft {
    var name: String
    var layer: Layer
    var inputs: [Int]
    var wantsGradient: Bool
  }

  func steps() throws(NetworkError) -> (steps: [Plan.Step], arena: Memory, spare: Memory) {
    var drafts: [Draft] = []
    var numbers: [String: Int] = [:]
    let fusedActivations = Set(fused.values.map(\.name))
    let replaced = fusedActivations.union(merged.values.flatMap(\.replaced))
    for layer in network.layers where !replaced.contains(layer.name) {
      let name = fused[layer.name]?.name ?? layer.name
      let taken = merged[layer.name].map { [$0.small, $0.other] } ?? layer.inputs
      let inputs = taken.compactMap { numbers[$0] }
      let wantsGradient =
        purpose == .attribution
        || purpose == .training
          && (inputs.contains { drafts[$0].wantsGradient } || hasParameters(layer))
      numbers[name] = drafts.count
      drafts.append(Draft(name: name, layer: layer, inputs: inputs, wantsGradient: wantsGradient))
    }
    let buffers = place(drafts)
    var spareBytes = 64
    var steps: [Plan.Step] = []
    for (number, draft) in drafts.enumerated() {
      let wanted = draft.inputs.map { drafts[$0].wantsGradient }
      steps.append(
        Plan.Step(
          name: draft.name,
          kernel: try kernel(draft.layer, inputGradient: wanted.contains(true)),
          inputs: draft.inputs, bands: bands(draft.layer), value: buffers.values[number],
          gradient: buffers.gradients[number]))
      let bytes = draft.inputs.reduce(0) { $0 + (buffers.values[$1].bytes + 127) / 64 * 64 }
      if purpose != .inference { spareBytes = max(spareBytes, bytes, buffers.values[number].bytes) }
    }
    return (steps, buffers.arena, Memory(bytes: spareBytes))
  }

  private func hasParameters(_ layer: Layer) -> Bool {
    network.parameters.slot("\(layer.name).weight") != nil
  }

  /// Memory for every step's value and gradient; a plan that does not run backward gives it on to later steps.
  private func place(
    _ drafts: [Draft]
  ) -> (values: [Buffer], gradients: [Buffer?], arena: Memory) {
    let end = 2 * drafts.count
    var lastUse = Array(drafts.indices)
    for (number, draft) in drafts.enumerated() {
      for input in draft.inputs { lastUse[input] = max(lastUse[input], number) }
    }
    lastUse[drafts.count - 1] = end
    var tenants: [Arena.Tenant] = []
    let precisions = drafts.map { draft -> Precision in
      isFloat.contains(draft.name) ? .float32 : precision
    }
    func bytes(_ number: Int) -> Int {
      shape(drafts[number].name).count * precisions[number].bytes
    }
    for number in drafts.indices {
      let last = purpose == .inference ? lastUse[number] : end
      tenants.append(.init(bytes: bytes(number), life: number...last))
    }
    var gradientTenants: [Int?] = []
    for (number, draft) in drafts.enumerated() {
      guard draft.wantsGradient else {
        gradientTenants.append(nil)
        continue
      }
      gradientTenants.append(tenants.count)
      // The first use is that of the last consumer, which runs first; the input's gradient is read after the pass.
      let first = min(end - lastUse[number], end - number)
      let last = number == 0 ? end : end - number
      tenants.append(.init(bytes: bytes(number), life: first...last))
    }
    let plan = Arena(tenants)
    let memory = Memory(bytes: plan.bytes)
    func placed(_ number: Int, _ tenant: Int) -> Buffer {
      Buffer(
        base: memory.base + plan.offsets[tenant], shape: shape(drafts[number].name),
        precision: precisions[number])
    }
    return (
      drafts.indices.map { placed($0, $0) },
      gradientTenants.enumerated().map { number, tenant in tenant.map { placed(number, $0) } },
      memory
    )
  }

  private func kernel(
    _ layer: Layer, inputGradient: Bool
  ) throws(NetworkError) -> (any Kernel)? {
    let output = shape(layer.name)
    let input = layer.inputs.first.map { shape($0) } ?? output
    let trains = (parameters: purpose != .inference, input: inputGradient)
    func parameter(_ name: String) -> Parameters.Slot { slot("\(layer.name).\(name)") }
    var activation: Operation.Activation?
    if case .activation(let after)? = fused[layer.name]?.operation { activation = after }
    switch layer.operation {
    case .input: return nil
    case .convolution:
      if let merging = merged[layer.name] {
        return try MergingConvolutionKernel(
          activation: activation, small: shape(merging.small), other: shape(merging.other),
          smallIsFirst: merging.smallIsFirst, output: output, precision: precision,
          isFloat: false, weight: parameter("weight"), bias: parameter("bias"),
          bands: bands(layer), trains: trains)
      }
      return try ConvolutionKernel(
        layer.operation, activation: activation, input: input, output: output,
        precision: precision, isFloat: isFloat.contains(layer.name), weight: parameter("weight"),
        bias: parameter("bias"), bands: bands(layer), trains: trains)
    case .transposedConvolution:
      return try TransposedConvolutionKernel(
        layer.operation, activation: activation, input: input, output: output,
        precision: precision, weight: parameter("weight"), bias: parameter("bias"), trains: trains)
    case .dense:
      return try DenseKernel(input: input, weight: parameter("weight"), bias: parameter("bias"))
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
}
