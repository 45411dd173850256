import Networks

extension Network {
  /// Skips by a sum and a concatenation, both poolings and upsamplings, pixel shuffle, strided, grouped and transposed
  /// convolutions; the `Segmenter` of `make_relevance.py`.
  static func skipping() -> Network {
    var network = Network(inputChannels: 3)
    let relu = Operation.Activation.relu(slope: 0)
    let first = network.convolution("first", of: network.input, outputs: 8, activation: relu)
    let second = network.convolution("second", of: first, outputs: 8, activation: relu)
    let skip = network.layer("skip", .sum, of: [first, second])
    let small = network.convolution("down", of: skip, outputs: 12, stride: 2, activation: relu)
    let deep = network.convolution("grouped", of: small, outputs: 12, groups: 3, activation: relu)
    network.layer(
      "grown", .transposedConvolution(outputs: 8, kernel: 4, stride: 2, padding: 1), of: [deep])
    let grown = network.layer("grown.activation", .activation(relu), of: ["grown"])
    let pool = network.layer("pool", .pooling(kind: .max, size: 2, stride: 2), of: [skip])
    let mean = network.layer("mean", .pooling(kind: .average, size: 2, stride: 2), of: [grown])
    let pooled = network.layer("pooled", .concatenation, of: [pool, mean])
    let wide = network.convolution("wide", of: pooled, outputs: 16, activation: relu)
    let shuffle = network.layer("shuffle", .pixelShuffle(factor: 2), of: [wide])
    let near = network.layer("near", .upsampling(kind: .nearest, factor: 2), of: [deep])
    let smooth = network.layer("smooth", .upsampling(kind: .bilinear, factor: 2), of: [small])
    let joined = network.layer("joined", .concatenation, of: [shuffle, near, smooth])
    let mixed = network.convolution("mixed", of: joined, outputs: 8, activation: relu)
    network.convolution("last", of: mixed, outputs: 4, kernel: 1)
    network.fill()
    return network
  }

  /// Convolutions, a pooling and a dense head for pictures of 8 × 8; the `Classifier` of `make_relevance.py`.
  static func naming() -> Network {
    var network = Network(inputChannels: 2)
    let relu = Operation.Activation.relu(slope: 0)
    let first = network.convolution("first", of: network.input, outputs: 6, activation: relu)
    let pool = network.layer("pool", .pooling(kind: .max, size: 2, stride: 2), of: [first])
    let second = network.convolution("second", of: pool, outputs: 8, activation: relu)
    network.layer("dense", .dense(inputs: 8 * 4 * 4, outputs: 10), of: [second])
    let dense = network.layer("dense.activation", .activation(relu), of: ["dense"])
    network.layer("last", .dense(inputs: 10, outputs: 3), of: [dense])
    network.fill()
    return network
  }

  /// Rules for its layers with weights, by the names that the fixture gives composites.
  func rules(_ composite: String) -> [String: RelevanceRule] {
    var rules: [String: RelevanceRule] = [:]
    var isFirst = true
    for layer in layers where parameters.slot("\(layer.name).weight") != nil {
      var isDense = false
      if case .dense = layer.operation { isDense = true }
      func special(_ first: RelevanceRule?, _ convolutions: RelevanceRule) -> RelevanceRule {
        if isFirst, let first { return first }
        return isDense ? .epsilon(1e-6) : convolutions
      }
      rules[layer.name] =
        switch composite {
        case "epsilonPlusFlat": special(.flat, .zPlus)
        case "epsilonGammaBox": special(.zBox(low: -0.5, high: 0.5), .gamma(0.25))
        case "epsilonPlus": special(nil, .zPlus)
        case "epsilonAlpha2Beta1": special(nil, .alphaBeta(alpha: 2))
        case "epsilon": .epsilon(1e-6)
        case "zPlus": .zPlus
        case "alphaBeta": .alphaBeta(alpha: 2)
        case "gamma": .gamma(0.25)
        case "flat": .flat
        case "wSquare": .wSquare
        case "zBox": .zBox(low: -0.5, high: 0.5)
        default: preconditionFailure("there is no composite '\(composite)'")
        }
      isFirst = false
    }
    return rules
  }
}

/// The output at the places whose greatest class is 1, where it is above 0; for one place, the output itself.
func start(_ output: [Double], channels: Int) -> [Double] {
  output.indices.map { index in
    let pixel = output[index / channels * channels..<(index / channels + 1) * channels]
    guard index % channels == 1 else { return 0 }
    if output.count == channels { return output[index] }
    return pixel.max() == output[index] ? max(output[index], 0) : 0
  }
}
