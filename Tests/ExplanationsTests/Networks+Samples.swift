import Networks
import TestSupport

extension Network {
  /// Layers in one line: every path from input to output goes through each of them.
  static func chain(biased: Bool = true) -> Network {
    var network = Network(inputChannels: 2)
    let relu = Operation.Activation.relu(slope: 0)
    let first = network.convolution("first", of: network.input, outputs: 6, activation: relu)
    let pool = network.layer("pool", .pooling(kind: .max, size: 2, stride: 2), of: [first])
    let deep = network.convolution("deep", of: pool, outputs: 8, activation: relu)
    let grown = network.layer("grown", .upsampling(kind: .nearest, factor: 2), of: [deep])
    let last = network.convolution("wide", of: grown, outputs: 5, activation: relu)
    network.convolution("scores", of: last, outputs: 3, kernel: 1)
    return network.drawn(biased: biased)
  }

  /// As `chain`, and the first layer goes round the deep one.
  static func skipping(biased: Bool = true) -> Network {
    var network = Network(inputChannels: 2)
    let relu = Operation.Activation.relu(slope: 0)
    let first = network.convolution("first", of: network.input, outputs: 6, activation: relu)
    let pool = network.layer("pool", .pooling(kind: .max, size: 2, stride: 2), of: [first])
    let deep = network.convolution("deep", of: pool, outputs: 8, activation: relu)
    let grown = network.layer("grown", .upsampling(kind: .nearest, factor: 2), of: [deep])
    let joined = network.layer("joined", .concatenation, of: [grown, first])
    let last = network.convolution("wide", of: joined, outputs: 5, activation: relu)
    network.convolution("scores", of: last, outputs: 3, kernel: 1)
    return network.drawn(biased: biased)
  }

  private func drawn(biased: Bool) -> Network {
    var network = self
    var random = Seeded(state: 7)
    network.parameters.initialise(using: &random)
    for slot in network.parameters.slots where slot.name.hasSuffix("bias") && biased {
      for place in slot.range {
        network.parameters.values[place] = .random(in: 0...0.2, using: &random)
      }
    }
    return network
  }
}

/// A picture by chance, from −1 to 1.
func picture(_ side: Int = 12, channels: Int = 2, seed: UInt64 = 1) -> Tensor {
  var random = Seeded(state: seed)
  return Tensor(
    height: side, width: side, channels: channels,
    values: (0..<side * side * channels).map { _ in .random(in: -1...1, using: &random) })
}

/// The greatest difference of two pictures over the greatest number of the second.
func difference(_ found: Tensor, _ expected: Tensor) -> Double {
  let largest = expected.values.reduce(1e-12) { max($0, abs($1)) }
  guard found.values.count == expected.values.count else { return .infinity }
  return zip(found.values, expected.values).reduce(0) {
    max($0, Double(abs($1.0 - $1.1) / largest))
  }
}

func sum(_ pictures: [Tensor]) -> Tensor {
  var result = pictures[0]
  for picture in pictures.dropFirst() {
    for place in result.values.indices { result.values[place] += picture.values[place] }
  }
  return result
}
