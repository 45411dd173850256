import Foundation
import Networks
import TestSupport

func picture(_ height: Int, _ width: Int, _ channels: Int, salt: Int) -> Tensor {
  Tensor(
    height: height, width: width, channels: channels,
    values: numbers(height * width * channels, salt: salt))
}

extension Network {
  /// Fills every parameter as `make_layers.py` does.
  mutating func fill() {
    for (number, slot) in parameters.slots.enumerated() {
      var drawn = numbers(slot.range.count, salt: 2 + number)
      if slot.name.hasSuffix("running_var") { drawn = drawn.map { $0 + 1 } }
      if slot.name.hasSuffix("weight"), slot.shape.count > 1 {
        let power = Int(log2(Double(slot.range.count / slot.shape[0])) / 2 + 0.5)
        drawn = drawn.map { $0 * 4 / Float(1 << power) }
      }
      parameters.values.replaceSubrange(slot.range, with: drawn)
    }
  }

  /// The small U-Net of the fixtures, with BatchNorms if wanted.
  static func unet(channels: Int = 3, norms: Bool = false) -> Network {
    var network = Network(inputChannels: channels)
    func block(_ name: String, _ input: String, _ outputs: Int) -> String {
      var last = input
      for number in 1...2 {
        last = network.convolution("\(name).\(number)", of: last, outputs: outputs)
        if norms {
          last = network.layer("\(name).\(number).norm", .batchNorm(epsilon: 0.125), of: [last])
        }
        last = network.layer("\(name).\(number).relu", .activation(.relu(slope: 0)), of: [last])
      }
      return last
    }
    let fine = block("down0", network.input, 8)
    let pooled = network.layer("pool", .pooling(kind: .max, size: 2, stride: 2), of: [fine])
    let coarse = block("down1", pooled, 16)
    let grown = network.layer("grow", .upsampling(kind: .nearest, factor: 2), of: [coarse])
    let joined = network.layer("join", .concatenation, of: [grown, fine])
    network.convolution("colour", of: block("up", joined, 8), outputs: 3, kernel: 1)
    network.fill()
    return network
  }
}

/// The greatest difference of two lists over the greatest number of the second.
func difference(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let largest = expected.reduce(1e-3) { max($0, abs($1)) }
  return zip(found, expected).reduce(0) { worst, pair in
    let apart = abs(Double(pair.0) - pair.1) / largest
    return apart.isNaN ? .infinity : max(worst, apart)
  }
}
