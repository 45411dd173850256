internal import CDNNL
internal import CKernels

/// A transposed convolution with its bias and the activation after it.
///
/// It is a convolution run backward: what is the convolution's output is its input.
final class TransposedConvolutionKernel: Kernel {
  private let weight: Parameters.Slot
  private let bias: Parameters.Slot
  private let activation: (kind: Int32, slope: Float)
  private var biases: [Float]
  private let byData: ConvolutionPrimitive
  private var byWeights: ConvolutionPrimitive?
  private var forward: ConvolutionPrimitive?

  init(
    _ operation: Operation, activation: Operation.Activation?, input: Shape, output: Shape,
    precision: Precision, weight: Parameters.Slot, bias: Parameters.Slot,
    trains: (parameters: Bool, input: Bool)
  ) throws(NetworkError) {
    guard case .transposedConvolution(_, let kernel, let stride, let padding) = operation else {
      preconditionFailure("no transposed convolution")
    }
    (self.weight, self.bias, self.activation) = (weight, bias, activation.code)
    biases = [Float](repeating: 0, count: output.channels)
    var shape = gd_convolution_shape()
    shape.bf16 = precision == .bfloat16 ? 1 : 0
    (shape.in_height, shape.in_width) = (Int32(output.height), Int32(output.width))
    (shape.out_height, shape.out_width) = (Int32(input.height), Int32(input.width))
    (shape.in_channels, shape.out_channels) = (Int32(output.channels), Int32(input.channels))
    shape.groups = 1
    (shape.kernel_height, shape.kernel_width) = (Int32(kernel), Int32(kernel))
    (shape.stride_height, shape.stride_width) = (Int32(stride), Int32(stride))
    (shape.pad_top, shape.pad_left) = (Int32(padding), Int32(padding))
    (shape.pad_bottom, shape.pad_right) = (Int32(padding), Int32(padding))
    shape.direction = Int32(gd_backward_data.rawValue)
    byData = try ConvolutionPrimitive(shape)
    if trains.parameters {
      shape.direction = Int32(gd_backward_weights.rawValue)
      byWeights = try ConvolutionPrimitive(shape)
    }
    if trains.input {
      shape.direction = Int32(gd_forward.rawValue)
      forward = try ConvolutionPrimitive(shape)
    }
  }

  func load(_ parameters: Parameters) {
    parameters.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      byData.prepare(base + weight.range.lowerBound)
      forward?.prepare(base + weight.range.lowerBound)
    }
    biases = Array(parameters.values[bias.range])
  }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    byData.run(output.base, nil, inputs[0].base)
    gd_activate(
      output.isBF16, output.base, biases, output.base, output.shape.pixels, output.shape.channels,
      activation.kind, activation.slope)
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    gd_activation_gradient(
      output.isBF16, output.base, gradient.base, output.shape.count, activation.kind,
      activation.slope)
    if let parameters, let byWeights {
      byWeights.run(gradient.base, nil, inputs[0].base)
      byWeights.readGradient(parameters + weight.range.lowerBound)
      var sums = [Double](repeating: 0, count: bias.range.count)
      var unused = sums
      gd_channel_sums(
        gradient.isBF16, gradient.base, gradient.base, &sums, &unused, gradient.shape.pixels,
        gradient.shape.channels)
      for (index, sum) in sums.enumerated() {
        parameters[bias.range.lowerBound + index] = Float(sum)
      }
    }
    if let target = targets[0], let forward { forward.run(gradient.base, nil, target.base) }
  }
}
