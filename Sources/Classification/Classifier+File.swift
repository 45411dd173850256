public import Foundation
public import Networks

extension Classifier {
  private static let format = "goldendie.classifier/1"

  /// Reads a classifier from a safetensors file.
  ///
  /// Tensors that the network does not have, such as those of a checkpoint, are passed over.
  ///
  /// - Throws: `NetworkError`, naming the file and what is wrong with it.
  public init(contentsOf file: URL) throws(NetworkError) {
    try self.init(try Safetensors(path: file.path))
  }

  init(_ file: Safetensors) throws(NetworkError) {
    let model = try ModelFile<Card>(file, format: Self.format, kind: "classifier") {
      card, network in
      network.channels(of: network.input) == card.planes && (2...250).contains(card.classes.count)
        && network.channels(of: network.output) == card.classes.count + 4
        && card.temperature > 0 && card.temperature.isFinite
        && card.placeEvidence?.fits(classes: card.classes.count) ?? true
        && Set(card.nuisances).isSubset(of: card.classes)
        && network.layers.contains { $0.name == card.conceptLayer }
    }
    self.init(card: model.card, network: model.network)
  }

  /// Writes the classifier as a safetensors file that appears whole or not at all.
  ///
  /// - Throws: `NetworkError.Code.cannotWrite`; the file before stays.
  public func write(to file: URL) throws { try checkpoint.write(to: file.path) }

  /// The classifier as tensors and text.
  var checkpoint: Checkpoint {
    get throws { try ModelFile(card: card, network: network).checkpoint(format: Self.format) }
  }
}
