public import Foundation
public import Networks

extension Classifier {
  private static let format = "goldendie.classifier/1"

  /// Reads a classifier from a safetensors file.
  ///
  /// - Throws: `NetworkError`, naming the file and what is wrong with it.
  public init(contentsOf file: URL) throws(NetworkError) {
    let file = try Safetensors(path: file.path)
    guard file.metadata["format"] == Self.format else {
      throw NetworkError(
        .notSafetensors, path: file.path,
        "is no classifier: its metadata do not say 'format: \(Self.format)'")
    }
    let card = try Self.decoded(Card.self, "card", of: file)
    let layers = try Self.decoded([Layer].self, "network", of: file)
    var network: Network
    do throws(NetworkError) { network = try Network(layers: layers) } catch {
      throw NetworkError(.damaged, path: file.path, "describes no network: \(error.detail)")
    }
    guard network.channels(of: network.input) == card.planes, card.classes.count > 1,
      network.channels(of: network.output) == card.classes.count + 4,
      card.temperature > 0, card.temperature.isFinite
    else {
      throw NetworkError(
        .damaged, path: file.path, "describes a network that does not fit its card")
    }
    for slot in network.parameters.slots {
      let tensor = try file.tensor(slot.name, shape: slot.shape)
      guard tensor.values.allSatisfy(\.isFinite) else {
        throw NetworkError(
          .notFinite, path: file.path, "a value of tensor '\(slot.name)' is not a finite number")
      }
      network.parameters.values.replaceSubrange(slot.range, with: tensor.values)
    }
    self.init(card: card, network: network)
  }

  private static func decoded<Value: Decodable>(
    _ type: Value.Type, _ key: String, of file: Safetensors
  ) throws(NetworkError) -> Value {
    let text = try file.text(key)
    do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
      throw NetworkError(.damaged, path: file.path, "its metadata's '\(key)' can't be read")
    }
  }

  /// Writes the classifier as a safetensors file that appears whole or not at all.
  ///
  /// - Throws: `NetworkError.Code.cannotWrite`; the file before stays.
  public func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let checkpoint = Checkpoint(
      tensors: network.parameters.slots.map {
        NamedTensor(
          name: $0.name, shape: $0.shape, values: Array(network.parameters.values[$0.range]))
      },
      metadata: [
        "format": Self.format,
        "card": String(decoding: try encoder.encode(card), as: UTF8.self),
        "network": String(decoding: try encoder.encode(network.layers), as: UTF8.self),
      ])
    try checkpoint.write(to: file.path)
  }
}
