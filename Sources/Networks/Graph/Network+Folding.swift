extension Network {
  /// The same network with each BatchNorm folded into the convolution, transposed convolution or dense layer before it,
  /// where no other layer takes what that one gives.
  ///
  /// The layer before keeps its name, and gives what the BatchNorm gave: weights times γ / √(σ² + ε), and the bias
  /// (b − μ)·γ / √(σ² + ε) + β. Other BatchNorms stay.
  public var folded: Network {
    var folding: [String: Layer] = [:]
    for layer in layers {
      guard case .batchNorm = layer.operation, let input = layer.inputs.first,
        layers.count(where: { $0.inputs.contains(input) }) == 1,
        let before = layers.first(where: { $0.name == input })
      else { continue }
      switch before.operation {
      case .convolution, .transposedConvolution, .dense: folding[layer.name] = before
      default: break
      }
    }
    var result = Network(inputChannels: channels(of: input), named: input)
    for var layer in layers.dropFirst() where folding[layer.name] == nil {
      layer.inputs = layer.inputs.map { folding[$0]?.name ?? $0 }
      result.append(layer)
    }
    for slot in result.parameters.slots {
      if let values = parameters[slot.name] {
        result.parameters.values.replaceSubrange(slot.range, with: values)
      }
    }
    for layer in layers {
      if let before = folding[layer.name] { result.fold(layer, of: self, into: before) }
    }
    return result
  }

  private mutating func fold(_ norm: Layer, of network: Network, into layer: Layer) {
    guard case .batchNorm(let epsilon) = norm.operation,
      let gamma = network.parameters["\(norm.name).weight"],
      let beta = network.parameters["\(norm.name).bias"],
      let mean = network.parameters["\(norm.name).running_mean"],
      let variance = network.parameters["\(norm.name).running_var"],
      let weight = parameters.slot("\(layer.name).weight"),
      let bias = parameters.slot("\(layer.name).bias")
    else { preconditionFailure("every layer has its parameters") }
    let scale = zip(gamma, variance).map { gamma, variance in
      Double(gamma) / (Double(variance) + Double(epsilon)).squareRoot()
    }
    let shift = zip(beta, zip(mean, scale)).map { Double($0) - Double($1.0) * $1.1 }
    // A transposed convolution's weights are (inputs, outputs, rows, columns), the others' begin with the outputs.
    var inner = weight.shape.dropFirst().reduce(1, *)
    if case .transposedConvolution = layer.operation {
      inner = weight.shape.dropFirst(2).reduce(1, *)
    }
    for (index, place) in weight.range.enumerated() {
      let output = index / inner % scale.count
      parameters.values[place] = Float(Double(parameters.values[place]) * scale[output])
    }
    for (output, place) in bias.range.enumerated() {
      parameters.values[place] = Float(
        Double(parameters.values[place]) * scale[output] + shift[output])
    }
  }
}
