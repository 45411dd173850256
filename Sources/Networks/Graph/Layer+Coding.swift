public import Foundation

/// A layer as a flat object: `{"name": "features", "operation": "convolution", "inputs": ["input"], "outputs": 16, …}`.
///
/// What is usual may be left out: a stride and groups of 1, the padding that keeps an odd kernel's size, a slope of 0,
/// PyTorch's epsilon of 1e-5, and a pooling's stride that is its size.
extension Layer: Codable {
  private enum Key: String, CodingKey {
    case name, operation, inputs
    case channels, outputs, kernel, stride, padding, groups, size, factor, slope, epsilon
    case values
  }

  /// The word for an operation.
  private enum Kind: String, Codable {
    case input, convolution, transposedConvolution, dense
    case relu, sigmoid, tanh
    case maxPooling, averagePooling, nearestUpsampling, bilinearUpsampling
    case pixelShuffle, pixelUnshuffle, sum, concatenation, batchNorm
  }

  /// Reads a layer.
  public init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Key.self)
    func number(_ key: Key) throws -> Int { try object.decode(Int.self, forKey: key) }
    func number(_ key: Key, or usual: Int) throws -> Int {
      try object.decodeIfPresent(Int.self, forKey: key) ?? usual
    }
    func real(_ key: Key, or usual: Float) throws -> Float {
      try object.decodeIfPresent(Float.self, forKey: key) ?? usual
    }
    name = try object.decode(String.self, forKey: .name)
    inputs = try object.decodeIfPresent([String].self, forKey: .inputs) ?? []
    switch try object.decode(Kind.self, forKey: .operation) {
    case .input: operation = .input(channels: try number(.channels))
    case .convolution:
      let kernel = try number(.kernel)
      operation = .convolution(
        outputs: try number(.outputs), kernel: kernel, stride: try number(.stride, or: 1),
        padding: try number(.padding, or: kernel / 2), groups: try number(.groups, or: 1))
    case .transposedConvolution:
      operation = .transposedConvolution(
        outputs: try number(.outputs), kernel: try number(.kernel),
        stride: try number(.stride, or: 1), padding: try number(.padding, or: 0))
    case .dense:
      operation = .dense(inputs: try number(.values), outputs: try number(.outputs))
    case .relu: operation = .activation(.relu(slope: try real(.slope, or: 0)))
    case .sigmoid: operation = .activation(.sigmoid)
    case .tanh: operation = .activation(.tanh)
    case .maxPooling:
      let size = try number(.size)
      operation = .pooling(
        kind: .max, size: size, stride: try number(.stride, or: Swift.max(1, size)))
    case .averagePooling:
      let size = try number(.size)
      operation = .pooling(
        kind: .average, size: size, stride: try number(.stride, or: Swift.max(1, size)))
    case .nearestUpsampling: operation = .upsampling(kind: .nearest, factor: try number(.factor))
    case .bilinearUpsampling: operation = .upsampling(kind: .bilinear, factor: try number(.factor))
    case .pixelShuffle: operation = .pixelShuffle(factor: try number(.factor))
    case .pixelUnshuffle: operation = .pixelUnshuffle(factor: try number(.factor))
    case .sum: operation = .sum
    case .concatenation: operation = .concatenation
    case .batchNorm: operation = .batchNorm(epsilon: try real(.epsilon, or: 1e-5))
    }
  }

  /// Writes a layer, with every number it has.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(name, forKey: .name)
    if !inputs.isEmpty { try object.encode(inputs, forKey: .inputs) }
    func write(_ kind: Kind, _ numbers: KeyValuePairs<Key, Int>) throws {
      try object.encode(kind, forKey: .operation)
      for (key, number) in numbers { try object.encode(number, forKey: key) }
    }
    switch operation {
    case .input(let channels): try write(.input, [.channels: channels])
    case .convolution(let outputs, let kernel, let stride, let padding, let groups):
      try write(
        .convolution,
        [
          .outputs: outputs, .kernel: kernel, .stride: stride, .padding: padding, .groups: groups,
        ])
    case .transposedConvolution(let outputs, let kernel, let stride, let padding):
      try write(
        .transposedConvolution,
        [.outputs: outputs, .kernel: kernel, .stride: stride, .padding: padding])
    case .dense(let values, let outputs):
      try write(.dense, [.values: values, .outputs: outputs])
    case .activation(.relu(let slope)):
      try write(.relu, [:])
      try object.encode(slope, forKey: .slope)
    case .activation(.sigmoid): try write(.sigmoid, [:])
    case .activation(.tanh): try write(.tanh, [:])
    case .pooling(.max, let size, let stride):
      try write(.maxPooling, [.size: size, .stride: stride])
    case .pooling(.average, let size, let stride):
      try write(.averagePooling, [.size: size, .stride: stride])
    case .upsampling(.nearest, let factor): try write(.nearestUpsampling, [.factor: factor])
    case .upsampling(.bilinear, let factor): try write(.bilinearUpsampling, [.factor: factor])
    case .pixelShuffle(let factor): try write(.pixelShuffle, [.factor: factor])
    case .pixelUnshuffle(let factor): try write(.pixelUnshuffle, [.factor: factor])
    case .sum: try write(.sum, [:])
    case .concatenation: try write(.concatenation, [:])
    case .batchNorm(let epsilon):
      try write(.batchNorm, [:])
      try object.encode(epsilon, forKey: .epsilon)
    }
  }
}

extension Network {
  /// A network of the layers that a JSON array lists, with parameters not learnt yet.
  ///
  /// - Throws: `NetworkError`, which names the layer that is wrong.
  public init(layers json: Data) throws(NetworkError) {
    let layers: [Layer]
    do {
      layers = try JSONDecoder().decode([Layer].self, from: json)
    } catch {
      throw NetworkError(.unsupported, "the layers can't be read: \(Self.reason(error))")
    }
    try self.init(layers: layers)
  }

  /// The layers as a JSON array, one a line.
  public var layersJSON: Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let lines = layers.map { layer in
      // Names, whole numbers and finite ones always encode.
      guard let line = try? encoder.encode(layer) else {
        preconditionFailure("layer '\(layer.name)' has a number that is not finite")
      }
      return String(decoding: line, as: UTF8.self)
    }
    return Data("[\n\(lines.joined(separator: ",\n"))\n]\n".utf8)
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.first?.intValue.map { "layer \($0) " } ?? ""
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context))has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      let key = context.codingPath.last.map { "'\($0.stringValue)' " } ?? ""
      return context.codingPath.isEmpty
        ? "they are no sound JSON array of objects"
        : "\(place(context))has a \(key)that makes no sense"
    @unknown default: return "they are damaged"
    }
  }
}
