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
    let model = try ModelFile<Card>(file, format: Self.format, kind: "generator") {
      card, network in
      network.channels(of: network.input) == card.inputs.count
        && network.channels(of: network.output) == card.outputs && [1, 3].contains(card.outputs)
        && (1...16).contains(card.inputs.layers.count)
    }
    self.init(network: model.network, card: model.card)
  }

  /// Writes the generator as a safetensors file that appears whole or not at all.
  ///
  /// - Throws: `NetworkError.Code.cannotWrite`; the file before stays.
  public func write(to file: URL) throws { try checkpoint.write(to: file.path) }

  /// The generator as tensors and text.
  var checkpoint: Checkpoint {
    get throws { try ModelFile(card: card, network: network).checkpoint(format: Self.format) }
  }
}
