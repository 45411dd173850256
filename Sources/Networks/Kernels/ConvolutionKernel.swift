internal import CDNNL
internal import CKernels

/// A convolution with its bias and the activation after it.
final class ConvolutionKernel: Kernel {
  private let weight: Parameters.Slot
  private let bias: Parameters.Slot
  private let geometry: gd_convolution_shape
  private let activation: (kind: Int32, slope: Float)
  private var biases: Memory
  /// One for each kind of band: those at the border have zeros around them.
  private var forward: [Band: ConvolutionPrimitive] = [:]
  private var byData: ConvolutionPrimitive?
  private var byWeights: ConvolutionPrimitive?
  private var narrowed: Memory?
  /// Kept where the way back of single channels may be asked for.
  private var weights: [Float] = []
  private let keepsWeights: Bool

  /// What makes a band's convolution differ from another's.
  private struct Band: Hashable {
    var outputRows, inputRows, padTop, padBottom: Int
  }

  /// - Parameters:
  ///   - bands: the rows that will be asked for.
  ///   - isFloat: whether the output is single precision in spite of bfloat16 inputs.
  ///   - trains: whether it will run backward, and whether the gradient of its input is wanted.
  ///   - accumulates: whether the forward pass adds to what the output holds before the activation.
  init(
    _ operation: Operation, activation: Operation.Activation?, input: Shape, output: Shape,
    precision: Precision, isFloat: Bool, weight: Parameters.Slot, bias: Parameters.Slot,
    bands: [Range<Int>], trains: (parameters: Bool, input: Bool), accumulates: Bool = false
  ) throws(NetworkError) {
    guard case .convolution(_, let kernel, let stride, let padding, let groups) = operation else {
      preconditionFailure("no convolution")
    }
    (self.weight, self.bias, self.activation) = (weight, bias, activation.code)
    keepsWeights = trains.input && !trains.parameters && precision == .float32
    biases = Memory(bytes: 4 * output.channels)
    var shape = gd_convolution_shape()
    shape.bf16 = precision == .bfloat16 ? 1 : 0
    (shape.in_height, shape.in_width) = (Int32(input.height), Int32(input.width))
    (shape.out_height, shape.out_width) = (Int32(output.height), Int32(output.width))
    (shape.in_channels, shape.out_channels) = (Int32(input.channels), Int32(output.channels))
    shape.groups = Int32(groups)
    (shape.kernel_height, shape.kernel_width) = (Int32(kernel), Int32(kernel))
    (shape.stride_height, shape.stride_width) = (Int32(stride), Int32(stride))
    (shape.pad_top, shape.pad_left) = (Int32(padding), Int32(padding))
    // What the stride leaves over at the far side is not read.
    shape.pad_bottom = Int32((output.height - 1) * stride + kernel - input.height - padding)
    shape.pad_right = Int32((output.width - 1) * stride + kernel - input.width - padding)
    shape.has_bias = 1
    geometry = shape

    shape.accumulate = accumulates ? 1 : 0
    shape.dst_float = isFloat ? 1 : 0
    (shape.fused, shape.slope) = self.activation
    for rows in bands {
      let band = band(rows)
      guard forward[band] == nil else { continue }
      (shape.in_height, shape.out_height) = (Int32(band.inputRows), Int32(band.outputRows))
      (shape.pad_top, shape.pad_bottom) = (Int32(band.padTop), Int32(band.padBottom))
      forward[band] = try ConvolutionPrimitive(shape)
    }
    guard trains.parameters || trains.input else { return }
    shape = geometry
    if isFloat && precision == .bfloat16 { narrowed = Memory(bytes: 2 * output.count) }
    if trains.parameters {
      shape.direction = Int32(gd_backward_weights.rawValue)
      byWeights = try ConvolutionPrimitive(shape)
    }
    if trains.input {
      shape.direction = Int32(gd_backward_data.rawValue)
      shape.has_bias = 0
      byData = try ConvolutionPrimitive(shape)
    }
  }

  /// How many weights there are: multiplications for each output pixel.
  var weightCount: Int { weight.range.count }

  /// The input rows that output rows are made of, before the picture's border cuts them off.
  private func reach(_ rows: Range<Int>) -> Range<Int> {
    let stride = Int(geometry.stride_height)
    let first = rows.lowerBound * stride - Int(geometry.pad_top)
    return first..<(rows.upperBound - 1) * stride - Int(geometry.pad_top)
      + Int(geometry.kernel_height)
  }

  private func band(_ rows: Range<Int>) -> Band {
    let reach = reach(rows)
    let inside = reach.clamped(to: 0..<Int(geometry.in_height))
    return Band(
      outputRows: rows.count, inputRows: inside.count, padTop: inside.lowerBound - reach.lowerBound,
      padBottom: reach.upperBound - inside.upperBound)
  }

  func load(_ parameters: Parameters) {
    parameters.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for primitive in forward.values { primitive.prepare(base + weight.range.lowerBound) }
      byData?.prepare(base + weight.range.lowerBound)
      biases.base.copyMemory(
        from: base + bias.range.lowerBound, byteCount: 4 * bias.range.count)
    }
    if keepsWeights { weights = Array(parameters.values[weight.range]) }
  }

  /// The gradient of the input where one channel alone of the output has any; of kernels that learn nothing, without an
  /// activation and in single precision.
  func backward(ofChannel channel: Int, _ gradient: Buffer, target: Buffer) {
    let (ins, kernel) = (weight.shape[1], Int(geometry.kernel_height))
    let outsOfGroup = Int(geometry.out_channels / geometry.groups)
    let own = weights[channel * ins * kernel * kernel..<(channel + 1) * ins * kernel * kernel]
    var turned = [Float](repeating: 0, count: own.count)
    for (index, value) in own.enumerated() {
      turned[index % (kernel * kernel) * ins + index / (kernel * kernel)] = value
    }
    gd_convolution_back_of_channel(
      gd_square_convolution(
        in_height: Int(geometry.in_height), in_width: Int(geometry.in_width),
        in_channels: Int(geometry.in_channels), out_height: Int(geometry.out_height),
        out_width: Int(geometry.out_width), out_channels: Int(geometry.out_channels),
        kernel: kernel, stride: Int(geometry.stride_height), padding: Int(geometry.pad_top)),
      gradient.floats, channel, turned, channel / outsOfGroup * ins, ins, target.floats)
  }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    guard let primitive = forward[band(rows)] else {
      preconditionFailure("rows \(rows) were not announced")
    }
    let first = max(0, reach(rows).lowerBound)
    primitive.run(
      inputs[0].row(first), biases.base.assumingMemoryBound(to: Float.self),
      output.row(rows.lowerBound))
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    gd_activation_gradient(
      output.isBF16, output.base, gradient.base, output.shape.count, activation.kind,
      activation.slope)
    var given = gradient.base
    if let narrowed {
      gd_to_bf16(
        gradient.base.assumingMemoryBound(to: Float.self),
        narrowed.base.assumingMemoryBound(to: UInt16.self), gradient.shape.count)
      given = narrowed.base
    }
    if let parameters, let byWeights {
      byWeights.run(inputs[0].base, parameters + bias.range.lowerBound, given)
      byWeights.readGradient(parameters + weight.range.lowerBound)
    }
    if let target = targets[0], let byData { byData.run(target.base, nil, given) }
  }
}
