internal import Foundation

/// A network with a card that tells what it is for, as a safetensors file holds them.
///
/// The metadata hold three texts: `format` names what kind of model it is, `card` is what that kind says of itself, and
/// `network` the layers, both as JSON. Tensors that the network does not have, such as those of a checkpoint, are passed over.
public struct ModelFile<Card: Codable & Sendable>: Sendable {
  /// The card.
  public var card: Card
  /// The network with what it has learnt.
  public var network: Network

  /// A model to be written.
  public init(card: Card, network: Network) { (self.card, self.network) = (card, network) }

  /// Reads a model.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - format: the name of its kind and version, such as `goldendie.generator/1`.
  ///   - kind: the same in a word, for the sentence about a file of another kind.
  ///   - fits: whether a network can do what its card says.
  /// - Throws: `NetworkError`, naming the file and what is wrong with it.
  public init(
    _ file: Safetensors, format: String, kind: String, fits: (Card, Network) -> Bool
  ) throws(NetworkError) {
    guard file.metadata["format"] == format else {
      throw NetworkError(
        .notSafetensors, path: file.path,
        "is no \(kind): its metadata do not say 'format: \(format)'")
    }
    card = try Self.decoded(Card.self, "card", of: file)
    let layers = try Self.decoded([Layer].self, "network", of: file)
    do throws(NetworkError) { network = try Network(layers: layers) } catch {
      throw NetworkError(.damaged, path: file.path, "describes no network: \(error.detail)")
    }
    guard fits(card, network) else {
      throw NetworkError(
        .damaged, path: file.path, "describes a network that does not fit its card")
    }
    for slot in network.parameters.slots {
      let tensor = try file.tensor(slot.name, shape: slot.shape)
      try tensor.requireFinite(path: file.path)
      network.parameters.values.replaceSubrange(slot.range, with: tensor.values)
    }
  }

  private static func decoded<Value: Decodable>(
    _ type: Value.Type, _ key: String, of file: Safetensors
  ) throws(NetworkError) -> Value {
    let text = try file.text(key)
    do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
      throw NetworkError(.damaged, path: file.path, "its metadata's '\(key)' can't be read")
    }
  }

  /// The model as tensors and text; a file of them appears whole or not at all.
  ///
  /// - Parameter format: as for reading.
  public func checkpoint(format: String) throws -> Checkpoint {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Checkpoint(
      tensors: network.parameters.slots.map {
        NamedTensor(
          name: $0.name, shape: $0.shape, values: Array(network.parameters.values[$0.range]))
      },
      metadata: [
        "format": format, "card": String(decoding: try encoder.encode(card), as: UTF8.self),
        "network": String(decoding: try encoder.encode(network.layers), as: UTF8.self),
      ])
  }
}
