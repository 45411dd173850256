internal import Networks

extension Network {
  /// The U-Net 16-32-64-96 that every contender runs: 6 channels in, 3 out.
  static func reference() -> Network {
    var network = Network(inputChannels: 6)
    let widths = [16, 32, 64, 96]
    func block(_ name: String, _ input: String, _ outputs: Int) -> String {
      let first = network.convolution(
        "\(name).1", of: input, outputs: outputs, activation: .relu(slope: 0))
      return network.convolution(
        "\(name).2", of: first, outputs: outputs, activation: .relu(slope: 0))
    }
    var last = network.input
    var skips: [String] = []
    for (level, width) in widths.enumerated() {
      if level > 0 {
        last = network.layer(
          "pool\(level)", .pooling(kind: .max, size: 2, stride: 2), of: [last])
      }
      last = block("down\(level)", last, width)
      skips.append(last)
    }
    for level in (0..<3).reversed() {
      let grown = network.layer(
        "grow\(level)", .upsampling(kind: .nearest, factor: 2), of: [last])
      let joined = network.layer("join\(level)", .concatenation, of: [grown, skips[level]])
      last = block("up\(level)", joined, widths[level])
    }
    network.convolution("colour", of: last, outputs: 3, kernel: 1)
    var generator = SystemRandomNumberGenerator()
    network.parameters.initialise(using: &generator)
    return network
  }
}
