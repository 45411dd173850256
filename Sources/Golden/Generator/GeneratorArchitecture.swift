public import Networks

/// The networks that paint a golden from the layers of a layout.
public enum GeneratorArchitecture: String, Sendable, Codable, CaseIterable {
  /// A U-Net that works mostly at half the resolution, on blocks of 2 × 2 pixels that became channels, and that adds where
  /// others concatenate. At full resolution it has one convolution before and one behind, without which it would not tell
  /// where in a block an edge runs: about 14 thousand multiplications a pixel.
  case fast
  /// The plain U-Net of 16, 32, 64 and 96 channels, `Network.unet`: about 39 thousand multiplications a pixel.
  case reference

  /// Pictures must have sides that are multiples of this, pixels.
  public var multiple: Int { self == .fast ? 16 : 8 }

  /// The network, with weights not learnt yet.
  ///
  /// - Parameters:
  ///   - inputs: planes that describe the layout.
  ///   - outputs: planes of the picture, 1 or 3.
  public func network(inputs: Int, outputs: Int) -> Network {
    switch self {
    case .fast: GeneratorArchitecture.fast(inputs: inputs, outputs: outputs)
    case .reference: Network.unet(inputs: inputs, outputs: outputs, output: "colour")
    }
  }

  private static let relu = Operation.Activation.relu(slope: 0)

  private static func fast(inputs: Int, outputs: Int) -> Network {
    var network = Network(inputChannels: inputs)
    let fine = 16
    let own = network.convolution(
      "fine.1", of: network.input, outputs: fine, activation: relu)
    let widths = [32, 48, 64, 64]
    var here = network.layer("blocks", .pixelUnshuffle(factor: 2), of: [network.input])
    var skips: [String] = []
    for (level, width) in widths.enumerated() {
      here = network.convolution(
        "down\(level).1", of: here, outputs: width, stride: level > 0 ? 2 : 1, activation: relu)
      if level > 0 {
        here = network.convolution("down\(level).2", of: here, outputs: width, activation: relu)
      }
      skips.append(here)
    }
    here = network.convolution("deep", of: here, outputs: widths[3], activation: relu)
    for level in (0..<3).reversed() {
      here = network.added("up\(level)", of: here, to: skips[level], widths[level])
    }
    let blocks = network.convolution("fine.blocks", of: here, outputs: 4 * fine, kernel: 1)
    let grown = network.layer("fine.grow", .pixelShuffle(factor: 2), of: [blocks])
    let joined = network.layer("fine.join", .sum, of: [grown, own])
    here = network.convolution("fine.2", of: joined, outputs: fine, activation: relu)
    network.convolution("colour", of: here, outputs: outputs, kernel: 1)
    return network
  }
}
