public import Networks

/// The encoder-decoders that name what a crop shows.
public enum ClassifierArchitecture: String, Sendable, Codable, CaseIterable {
  /// A U-Net whose finest level works on blocks of 2 × 2 pixels, that adds where others concatenate, and whose output has a
  /// quarter of the input's resolution: about 6 thousand multiplications a pixel.
  case light
  /// The plain U-Net of 16, 32, 64 and 96 channels, `Network.unet`, with the input's resolution.
  case reference

  /// Pictures must have sides that are multiples of this, pixels.
  public var multiple: Int { self == .light ? 16 : 8 }

  /// Pixels of the input along a pixel of the output.
  public var stride: Int { self == .light ? 4 : 1 }

  /// The layer whose channels are told as concepts: the one that scores are made of, for all that speaks for a name goes
  /// through it, where skips go past deeper ones.
  public var conceptLayer: String { self == .light ? "up1.1.activation" : "up0.2.activation" }

  /// The network, with weights not learnt yet; its output is a row of scores for each pixel.
  ///
  /// - Parameters:
  ///   - inputs: planes of a crop.
  ///   - outputs: scores.
  public func network(inputs: Int, outputs: Int) -> Network {
    switch self {
    case .light: Self.light(inputs: inputs, outputs: outputs)
    case .reference: Network.unet(inputs: inputs, outputs: outputs, output: "scores")
    }
  }

  private static func light(inputs: Int, outputs: Int) -> Network {
    var network = Network(inputChannels: inputs)
    let widths = [24, 48, 64, 64]
    var here = network.layer("blocks", .pixelUnshuffle(factor: 2), of: [network.input])
    here = network.convolution("down0.1", of: here, outputs: widths[0], activation: .relu(slope: 0))
    var skips = [here]
    for level in 1..<4 {
      here = network.pooled("down\(level)", of: here)
      here = network.block("down\(level)", of: here, widths[level])
      skips.append(here)
    }
    for level in (1..<3).reversed() {
      here = network.added("up\(level)", of: here, to: skips[level], widths[level])
    }
    network.convolution("scores", of: here, outputs: outputs, kernel: 1)
    return network
  }
}
