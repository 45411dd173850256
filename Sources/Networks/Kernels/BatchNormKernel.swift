internal import CKernels

/// Scale and shift of each channel by running statistics, which training leaves alone.
final class BatchNormKernel: Kernel {
  private let slots: (weight: Parameters.Slot, bias: Parameters.Slot)
  private let statistics: (mean: Parameters.Slot, variance: Parameters.Slot)
  private let epsilon: Float
  private var mean: [Float] = []
  private var inverseDeviation: [Float] = []
  private var scale: [Float] = []
  private var shift: [Float] = []

  init(
    epsilon: Float, weight: Parameters.Slot, bias: Parameters.Slot, mean: Parameters.Slot,
    variance: Parameters.Slot
  ) {
    self.epsilon = epsilon
    (slots, statistics) = ((weight, bias), (mean, variance))
  }

  func load(_ parameters: Parameters) {
    let values = parameters.values
    mean = Array(values[statistics.mean.range])
    inverseDeviation = values[statistics.variance.range].map { 1 / ($0 + epsilon).squareRoot() }
    scale = zip(values[slots.weight.range], inverseDeviation).map { $0 * $1 }
    shift = mean.indices.map { values[slots.bias.range.lowerBound + $0] - mean[$0] * scale[$0] }
  }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    gd_scale_channels(
      output.isBF16, inputs[0].row(rows.lowerBound), scale, shift, output.row(rows.lowerBound),
      rows.count * output.shape.width, output.shape.channels)
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    if let parameters {
      var sums = [Double](repeating: 0, count: mean.count)
      var products = sums
      gd_channel_sums(
        gradient.isBF16, gradient.base, inputs[0].base, &sums, &products, gradient.shape.pixels,
        gradient.shape.channels)
      for channel in mean.indices {
        parameters[slots.bias.range.lowerBound + channel] = Float(sums[channel])
        parameters[slots.weight.range.lowerBound + channel] = Float(
          (products[channel] - Double(mean[channel]) * sums[channel])
            * Double(inverseDeviation[channel]))
      }
    }
    guard let target = targets[0] else { return }
    gd_scale_channels(
      gradient.isBF16, gradient.base, scale, nil, target.base, gradient.shape.pixels,
      gradient.shape.channels)
  }
}
