public import Networks

/// The encoder-decoders that name what a crop shows.
public enum ClassifierArchitecture: String, Sendable, Codable, CaseIterable {
  /// A U-Net whose finest level works on blocks of 2 × 2 pixels, that adds where others concatenate, and whose output has a
  /// quarter of the input's resolution: about 6 thousand multiplications a pixel.
  case light
  /// The plain U-Net of 16, 32, 64 and 96 channels with the input's resolution.
  ///
  /// Source: Ronneberger et al., "U-Net", MICCAI 2015, with nearest upsampling.
  case reference

  /// Pictures must have sides that are multiples of this, pixels.
  public var multiple: Int { self == .light ? 16 : 8 }

  /// Pixels of the input along a pixel of the output.
  public var stride: Int { self == .light ? 4 : 1 }

  /// The network, with weights not learnt yet; its output is a row of scores for each pixel.
  ///
  /// - Parameters:
  ///   - inputs: planes of a crop.
  ///   - outputs: scores.
  public func network(inputs: Int, outputs: Int) -> Network {
    switch self {
    case .light: Self.light(inputs: inputs, outputs: outputs)
    case .reference: Self.reference(inputs: inputs, outputs: outputs)
    }
  }

  private static let relu = Operation.Activation.relu(slope: 0)

  private static func block(
    _ network: inout Network, _ name: String, of input: String, _ width: Int
  ) -> String {
    let first = network.convolution("\(name).1", of: input, outputs: width, activation: relu)
    return network.convolution("\(name).2", of: first, outputs: width, activation: relu)
  }

  private static func pooled(_ network: inout Network, _ name: String, of input: String) -> String {
    network.layer("\(name).pool", .pooling(kind: .max, size: 2, stride: 2), of: [input])
  }

  private static func joined(
    _ network: inout Network, _ name: String, of deep: String, and skip: String
  ) -> String {
    let grown = network.layer(
      "\(name).grow", .upsampling(kind: .nearest, factor: 2), of: [deep])
    return network.layer("\(name).join", .concatenation, of: [grown, skip])
  }

  private static func reference(inputs: Int, outputs: Int) -> Network {
    var network = Network(inputChannels: inputs)
    let widths = [16, 32, 64, 96]
    var skips: [String] = []
    var here = network.input
    for (level, width) in widths.enumerated() {
      if level > 0 { here = pooled(&network, "down\(level)", of: here) }
      here = block(&network, "down\(level)", of: here, width)
      skips.append(here)
    }
    for level in (0..<3).reversed() {
      here = joined(&network, "up\(level)", of: here, and: skips[level])
      here = block(&network, "up\(level)", of: here, widths[level])
    }
    network.convolution("scores", of: here, outputs: outputs, kernel: 1)
    return network
  }

  private static func light(inputs: Int, outputs: Int) -> Network {
    var network = Network(inputChannels: inputs)
    let widths = [24, 48, 64, 64]
    var here = network.layer("blocks", .pixelUnshuffle(factor: 2), of: [network.input])
    here = network.convolution("down0.1", of: here, outputs: widths[0], activation: relu)
    var skips = [here]
    for level in 1..<4 {
      here = pooled(&network, "down\(level)", of: here)
      here = block(&network, "down\(level)", of: here, widths[level])
      skips.append(here)
    }
    for level in (1..<3).reversed() {
      let narrowed = network.convolution(
        "up\(level).narrow", of: here, outputs: widths[level], kernel: 1)
      let grown = network.layer(
        "up\(level).grow", .upsampling(kind: .nearest, factor: 2), of: [narrowed])
      let joined = network.layer("up\(level).join", .sum, of: [grown, skips[level]])
      here = network.convolution(
        "up\(level).1", of: joined, outputs: widths[level], activation: relu)
    }
    network.convolution("scores", of: here, outputs: outputs, kernel: 1)
    return network
  }
}
