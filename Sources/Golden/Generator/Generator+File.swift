public import Foundation
public import Networks

extension Generator {
  private static let format = "goldendie.generator/1"

  /// Reads a generator from a safetensors file.
  ///
  /// Tensors that the network does not have, such as those of a checkpoint, are passed over.
  ///
  /// - Throws: `NetworkError`, naming the file and what is wrong with it.
  public init(contentsOf file: URL) throws(NetworkError) {
    try self.init(try Safetensors(path: file.path))
  }

  init(_ file: Safetensors) throws(NetworkError) {
    guard file.metadata["format"] == Self.format else {
      throw NetworkError(
        .notSafetensors, path: file.path,
        "is no generator: its metadata do not say 'format: \(Self.format)'")
    }
    let card = try Generator.decoded(Card.self, "card", of: file)
    let layers = try Generator.decoded([Layer].self, "network", of: file)
    var network: Network
    do throws(NetworkError) { network = try Network(layers: layers) } catch {
      throw NetworkError(.damaged, path: file.path, "describes no network: \(error.detail)")
    }
    guard network.channels(of: network.input) == card.inputs.count,
      network.channels(of: network.output) == card.outputs, [1, 3].contains(card.outputs),
      (1...16).contains(card.inputs.layers.count)
    else {
      throw NetworkError(
        .damaged, path: file.path, "describes a network that does not fit its card")
    }
    for slot in network.parameters.slots {
      let tensor = try file.tensor(slot.name, shape: slot.shape)
      try tensor.requireFinite(path: file.path)
      network.parameters.values.replaceSubrange(slot.range, with: tensor.values)
    }
    self.init(network: network, card: card)
  }

  private static func decoded<Value: Decodable>(
    _ type: Value.Type, _ key: String, of file: Safetensors
  ) throws(NetworkError) -> Value {
    let text = try file.text(key)
    do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
      throw NetworkError(.damaged, path: file.path, "its metadata's '\(key)' can't be read")
    }
  }

  /// Writes the generator as a safetensors file that appears whole or not at all.
  ///
  /// - Throws: `NetworkError.Code.cannotWrite`; the file before stays.
  public func write(to file: URL) throws { try checkpoint.write(to: file.path) }

  /// The generator as tensors and text.
  var checkpoint: Checkpoint {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return Checkpoint(
        tensors: network.parameters.slots.map {
          NamedTensor(
            name: $0.name, shape: $0.shape, values: Array(network.parameters.values[$0.range]))
        },
        metadata: [
          "format": Self.format,
          "card": String(decoding: try encoder.encode(card), as: UTF8.self),
          "network": String(decoding: try encoder.encode(network.layers), as: UTF8.self),
        ])
    }
  }
}
