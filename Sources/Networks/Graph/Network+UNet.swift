/// Parts that encoder-decoders are made of.
extension Network {
  /// The plain U-Net: two convolutions of 3 × 3 at each level, max-pooling on the way down, nearest upsampling and
  /// concatenation on the way up, and a 1 × 1 convolution that gives the output at the input's resolution.
  ///
  /// Source: Ronneberger et al., "U-Net", MICCAI 2015, with nearest upsampling.
  ///
  /// - Parameters:
  ///   - output: the last layer's name.
  ///   - widths: channels of each level, the finest first.
  public static func unet(
    inputs: Int, outputs: Int, output: String, widths: [Int] = [16, 32, 64, 96]
  ) -> Network {
    var network = Network(inputChannels: inputs)
    var skips: [String] = []
    var here = network.input
    for (level, width) in widths.enumerated() {
      if level > 0 { here = network.pooled("down\(level)", of: here) }
      here = network.block("down\(level)", of: here, width)
      skips.append(here)
    }
    for level in (0..<widths.count - 1).reversed() {
      let grown = network.layer(
        "up\(level).grow", .upsampling(kind: .nearest, factor: 2), of: [here])
      let joined = network.layer("up\(level).join", .concatenation, of: [grown, skips[level]])
      here = network.block("up\(level)", of: joined, widths[level])
    }
    network.convolution(output, of: here, outputs: outputs, kernel: 1)
    return network
  }

  /// Appends two convolutions of 3 × 3, each with a ReLU.
  ///
  /// - Returns: the name to take the result by.
  public mutating func block(_ name: String, of input: String, _ width: Int) -> String {
    let first = convolution("\(name).1", of: input, outputs: width, activation: .relu(slope: 0))
    return convolution("\(name).2", of: first, outputs: width, activation: .relu(slope: 0))
  }

  /// Appends the greatest of each 2 × 2 pixels.
  ///
  /// - Returns: its name.
  public mutating func pooled(_ name: String, of input: String) -> String {
    layer("\(name).pool", .pooling(kind: .max, size: 2, stride: 2), of: [input])
  }

  /// Appends the way up to a level that adds: a deep layer is narrowed by 1 × 1, enlarged twice, added to the level's skip,
  /// and a convolution with a ReLU works on the sum.
  ///
  /// - Parameter width: channels of the skip.
  /// - Returns: the name to take the result by.
  public mutating func added(
    _ name: String, of deep: String, to skip: String, _ width: Int
  ) -> String {
    let narrowed = convolution("\(name).narrow", of: deep, outputs: width, kernel: 1)
    let grown = layer(
      "\(name).grow", .upsampling(kind: .nearest, factor: 2), of: [narrowed])
    let joined = layer("\(name).join", .sum, of: [grown, skip])
    return convolution("\(name).1", of: joined, outputs: width, activation: .relu(slope: 0))
  }
}
