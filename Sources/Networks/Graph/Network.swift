/// A graph of named layers with its parameters.
///
/// The last layer is the output. Layers are appended in an order in which inputs come first:
/// ```swift
/// var network = Network(inputChannels: 6)
/// let features = network.convolution("features", of: network.input, outputs: 16, activation: .relu(slope: 0))
/// network.convolution("colour", of: features, outputs: 3, kernel: 1)
/// ```
public struct Network: Sendable, Equatable {
  /// The layers; the first is the input.
  public private(set) var layers: [Layer] = []
  /// What they have learnt.
  public var parameters = Parameters()
  private var channels: [String: Int] = [:]
  /// What a file may ask for.
  private static let mostParameters = 1 << 30

  /// A network that only has an input yet.
  public init(inputChannels: Int) { self.init(inputChannels: inputChannels, named: "input") }

  init(inputChannels: Int, named name: String) {
    append(Layer(name: name, operation: .input(channels: inputChannels), inputs: []))
  }

  /// A network of given layers, with parameters not learnt yet.
  ///
  /// - Throws: `NetworkError` when an input is missing or comes later, or two layers have one name.
  public init(layers: [Layer]) throws(NetworkError) {
    guard let first = layers.first, case .input = first.operation else {
      throw NetworkError(.unsupported, "the first layer must be the input")
    }
    for layer in layers {
      if let missing = layer.inputs.first(where: { channels[$0] == nil }) {
        throw NetworkError(
          .unsupported, "layer '\(layer.name)' takes '\(missing)', which is no layer before it")
      }
      guard channels[layer.name] == nil else {
        throw NetworkError(.unsupported, "two layers are called '\(layer.name)'")
      }
      if !self.layers.isEmpty, case .input = layer.operation {
        throw NetworkError(.unsupported, "layer '\(layer.name)' is a second input")
      }
      try layer.check(channels: layer.inputs.map { channels(of: $0) })
      append(layer)
      guard channels(of: layer.name) <= Layer.mostChannels,
        parameters.values.count <= Network.mostParameters
      else {
        throw NetworkError(.unsupported, "layer '\(layer.name)' is larger than any network")
      }
    }
  }

  /// The name of the input.
  public var input: String { layers[0].name }
  /// The name of the output.
  public var output: String { layers[layers.count - 1].name }

  /// Channels of a layer's output.
  public func channels(of layer: String) -> Int {
    guard let count = channels[layer] else { preconditionFailure("there is no layer '\(layer)'") }
    return count
  }

  /// Appends a layer and makes room for its parameters.
  mutating func append(_ layer: Layer) {
    precondition(channels[layer.name] == nil, "two layers are called '\(layer.name)'")
    let given = layer.inputs.map { channels(of: $0) }
    let first = given.first ?? 0
    var count = first
    switch layer.operation {
    case .input(let inputs): count = inputs
    case .convolution(let outputs, let kernel, _, _, let groups):
      parameters.add("\(layer.name).weight", [outputs, first / groups, kernel, kernel])
      parameters.add("\(layer.name).bias", [outputs])
      count = outputs
    case .transposedConvolution(let outputs, let kernel, _, _):
      parameters.add("\(layer.name).weight", [first, outputs, kernel, kernel])
      parameters.add("\(layer.name).bias", [outputs])
      count = outputs
    case .dense(let inputs, let outputs):
      count = outputs
      parameters.add("\(layer.name).weight", [outputs, inputs])
      parameters.add("\(layer.name).bias", [outputs])
    case .batchNorm:
      parameters.add("\(layer.name).weight", [first], 1)
      parameters.add("\(layer.name).bias", [first])
      parameters.add("\(layer.name).running_mean", [first], isTrained: false)
      parameters.add("\(layer.name).running_var", [first], isTrained: false, 1)
    case .pixelShuffle(let factor): count = first / (factor * factor)
    case .pixelUnshuffle(let factor): count = first * factor * factor
    case .concatenation: count = given.reduce(0, +)
    case .activation, .pooling, .upsampling, .sum: break
    }
    channels[layer.name] = count
    layers.append(layer)
  }

  /// The shape of every layer's output.
  ///
  /// - Throws: `NetworkError` when a layer can't take what it gets.
  public func shapes(height: Int, width: Int) throws(NetworkError) -> [String: Shape] {
    var shapes: [String: Shape] = [:]
    for layer in layers {
      var inputs = layer.inputs.compactMap { shapes[$0] }
      if case .input(let channels) = layer.operation {
        inputs = [Shape(height: height, width: width, channels: channels)]
      }
      shapes[layer.name] = try layer.shape(of: inputs)
    }
    return shapes
  }

  /// Multiplications and additions of the convolutions and dense layers for a picture of a size.
  public func multiplications(height: Int, width: Int) throws(NetworkError) -> Int {
    let shapes = try shapes(height: height, width: width)
    return layers.reduce(0) { sum, layer in
      guard let output = shapes[layer.name], let input = layer.inputs.first.flatMap({ shapes[$0] })
      else { return sum }
      switch layer.operation {
      case .convolution(_, let kernel, _, _, let groups):
        return sum + output.count * input.channels / groups * kernel * kernel
      case .transposedConvolution(_, let kernel, _, _):
        return sum + input.count * output.channels * kernel * kernel
      case .dense: return sum + input.count * output.count
      default: return sum
      }
    }
  }
}
