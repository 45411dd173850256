public import Foundation
internal import Golden
internal import Networks
public import Records

extension ModelRecord {
  /// What a generator's file says of it.
  ///
  /// - Throws: `NetworkError`, naming the file and what is wrong with it, or `RecipeError` when it can't be read again.
  public init(contentsOf file: URL) throws {
    self.init(
      try Generator(contentsOf: file), path: file.relativePath, sha256: try FileHash.sha256(file))
  }

  /// What is known of a generator that a file holds.
  init(_ generator: Generator, path: String, sha256: String) {
    let card = generator.card
    self.init(
      file: FileRecord(path: path, sha256: sha256), architecture: card.architecture.rawValue,
      layers: card.inputs.layers, channels: card.outputs,
      pixelSizesUm: [card.pixelSizesUm.lowerBound, card.pixelSizesUm.upperBound],
      roundingUm: card.roundingUm, objective: card.objective, seed: card.seed, steps: card.steps,
      seconds: card.seconds, taught: card.taught, heldOut: card.heldOut,
      dataSha256: card.dataSHA256, heldOutResidual: card.heldOutResidual.map { 255 * $0 },
      parameters: generator.network.parameters.values.count,
      multiplicationsPerPixel: Self.multiplications(generator))
  }

  /// Of networks as the architecture builds them alone: another one from a file may be of any size.
  private static func multiplications(_ generator: Generator) -> Double? {
    let card = generator.card
    let built = card.architecture.network(inputs: card.inputs.count, outputs: card.outputs)
    guard built.layers == generator.network.layers else { return nil }
    let side = 16 * card.architecture.multiple
    return (try? built.multiplications(height: side, width: side)).map {
      Double($0) / Double(side * side)
    }
  }
}
