internal import CDNNL

/// A 3 × 3 convolution of a picture that was enlarged twice by repeating its pixels and then joined with another one,
/// without making either.
///
/// The convolution of joined pictures is the sum of one convolution of each. That of the enlarged one is a transposed
/// convolution of 4 × 4 pixels with stride 2 of the small one, whose weights are sums of the weights: 4 of 9
/// multiplications are left. The other one's adds itself to it, and the bias and the activation follow.
final class MergingConvolutionKernel: Kernel {
  private let weight: Parameters.Slot
  private let bias: Parameters.Slot
  private let channels: (small: Range<Int>, other: Range<Int>)
  private let height: Int
  private let other: ConvolutionKernel
  private var otherParameters = Parameters()
  /// One for each kind of band.
  private var enlarging: [Band: ConvolutionPrimitive] = [:]
  private var byWeights: ConvolutionPrimitive?
  private var byData: ConvolutionPrimitive?

  private struct Band: Hashable {
    var rows, smallRows, padTop, padBottom: Int
  }

  /// - Parameters:
  ///   - small, other: the shapes of the inputs, in this order.
  ///   - smallIsFirst: whether the enlarged picture's channels come first in the weights.
  ///   - bands: the rows that will be asked for; each begins with an even one and has an even count.
  ///   - trains: whether it will run backward, and whether the gradient of the small picture is wanted.
  init(
    activation: Operation.Activation?, small: Shape, other: Shape, smallIsFirst: Bool,
    output: Shape, precision: Precision, isFloat: Bool, weight: Parameters.Slot,
    bias: Parameters.Slot, bands: [Range<Int>], trains: (parameters: Bool, input: Bool)
  ) throws(NetworkError) {
    (self.weight, self.bias, height) = (weight, bias, small.height)
    let all = small.channels + other.channels
    channels =
      smallIsFirst
      ? (0..<small.channels, small.channels..<all) : (other.channels..<all, 0..<other.channels)
    otherParameters.add("weight", [output.channels, other.channels, 3, 3])
    otherParameters.add("bias", [output.channels])
    self.other = try ConvolutionKernel(
      .convolution(outputs: output.channels, kernel: 3, stride: 1, padding: 1, groups: 1),
      activation: activation, input: other, output: output, precision: precision, isFloat: isFloat,
      weight: otherParameters.slots[0], bias: otherParameters.slots[1], bands: bands,
      trains: trains, accumulates: true)
    var shape = gd_convolution_shape()
    shape.direction = Int32(gd_backward_data.rawValue)
    shape.bf16 = precision == .bfloat16 ? 1 : 0
    (shape.in_width, shape.out_width) = (Int32(output.width), Int32(small.width))
    (shape.in_channels, shape.out_channels) = (Int32(output.channels), Int32(small.channels))
    (shape.groups, shape.kernel_height, shape.kernel_width) = (1, 4, 4)
    (shape.stride_height, shape.stride_width) = (2, 2)
    (shape.pad_left, shape.pad_right) = (1, 1)
    for rows in bands {
      let band = band(rows).band
      guard enlarging[band] == nil else { continue }
      (shape.in_height, shape.out_height) = (Int32(band.rows), Int32(band.smallRows))
      (shape.pad_top, shape.pad_bottom) = (Int32(band.padTop), Int32(band.padBottom))
      enlarging[band] = try ConvolutionPrimitive(shape)
    }
    (shape.in_height, shape.out_height) = (Int32(output.height), Int32(small.height))
    (shape.pad_top, shape.pad_bottom) = (1, 1)
    if trains.parameters {
      shape.direction = Int32(gd_backward_weights.rawValue)
      byWeights = try ConvolutionPrimitive(shape)
    }
    if trains.input {
      shape.direction = Int32(gd_forward.rawValue)
      byData = try ConvolutionPrimitive(shape)
    }
  }

  /// The kind of a band, and the first of the small picture's rows that it is made of.
  private func band(_ rows: Range<Int>) -> (band: Band, first: Int) {
    let reach = rows.lowerBound / 2 - 1..<rows.upperBound / 2 + 1
    let inside = reach.clamped(to: 0..<height)
    let band = Band(
      rows: rows.count, smallRows: inside.count, padTop: reach.lowerBound < 0 ? 1 : 3,
      padBottom: reach.upperBound > height ? 1 : 3)
    return (band, inside.lowerBound)
  }

  func load(_ parameters: Parameters) {
    let (weights, outputs) = (Array(parameters.values[weight.range]), bias.range.count)
    let (all, count) = (weight.shape[1], channels.small.count)
    let (part, partBias) = (otherParameters.slots[0], otherParameters.slots[1])
    var enlarged = [Float](repeating: 0, count: count * outputs * 16)
    for output in 0..<outputs {
      let first = (output * all + channels.other.lowerBound) * 9
      let taken = channels.other.count * 9
      otherParameters.values.replaceSubrange(
        part.range.lowerBound + output * taken..<part.range.lowerBound + (output + 1) * taken,
        with: weights[first..<first + taken])
      for channel in 0..<count {
        let from = (output * all + channels.small.lowerBound + channel) * 9
        let to = (channel * outputs + output) * 16
        for (j, rows) in MergingConvolutionKernel.taps.enumerated() {
          for (i, columns) in MergingConvolutionKernel.taps.enumerated() {
            var sum: Float = 0
            for row in rows { for column in columns { sum += weights[from + row * 3 + column] } }
            enlarged[to + j * 4 + i] = sum
          }
        }
      }
    }
    otherParameters.values.replaceSubrange(partBias.range, with: parameters.values[bias.range])
    other.load(otherParameters)
    for primitive in enlarging.values { primitive.prepare(enlarged) }
    byData?.prepare(enlarged)
  }

  /// The rows of the 3 × 3 weights by which a pixel's two copies reach each of four rows of the output.
  private static let taps: [ClosedRange<Int>] = [2...2, 1...2, 0...1, 0...0]

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let (band, first) = band(rows)
    guard let primitive = enlarging[band] else {
      preconditionFailure("rows \(rows) were not announced")
    }
    primitive.run(output.row(rows.lowerBound), nil, inputs[0].row(first))
    other.forward([inputs[1]], output, rows: rows)
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    // The other part's takes the activation back first.
    var ofOther = [Float](repeating: 0, count: otherParameters.values.count)
    ofOther.withUnsafeMutableBufferPointer {
      other.backward(
        [inputs[1]], output, gradient: gradient, targets: [targets[1]],
        parameters: parameters == nil ? nil : $0.baseAddress)
    }
    if let parameters, let byWeights {
      let (outputs, count) = (bias.range.count, channels.small.count)
      var enlarged = [Float](repeating: 0, count: count * outputs * 16)
      byWeights.run(gradient.base, nil, inputs[0].base)
      byWeights.readGradient(&enlarged)
      gather(enlarged, ofOther, into: parameters)
    }
    if let target = targets[0], let byData { byData.run(gradient.base, nil, target.base) }
  }

  /// The gradient of the weights from those of the two parts.
  private func gather(
    _ enlarged: [Float], _ ofOther: [Float], into parameters: UnsafeMutablePointer<Float>
  ) {
    let (outputs, all) = (bias.range.count, weight.shape[1])
    let (count, taken) = (channels.small.count, channels.other.count * 9)
    let (part, partBias) = (otherParameters.slots[0].range, otherParameters.slots[1].range)
    for output in 0..<outputs {
      parameters[bias.range.lowerBound + output] = ofOther[partBias.lowerBound + output]
      let row = parameters + weight.range.lowerBound + output * all * 9
      for place in 0..<taken {
        row[channels.other.lowerBound * 9 + place] =
          ofOther[part.lowerBound + output * taken + place]
      }
      for channel in 0..<count {
        let from = (channel * outputs + output) * 16
        let to = row + (channels.small.lowerBound + channel) * 9
        for (j, rows) in MergingConvolutionKernel.taps.enumerated() {
          for (i, columns) in MergingConvolutionKernel.taps.enumerated() {
            let share = enlarged[from + j * 4 + i]
            for row in rows { for column in columns { to[row * 3 + column] += share } }
          }
        }
      }
    }
  }
}
