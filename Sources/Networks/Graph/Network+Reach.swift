extension Network {
  /// How far from a pixel of the output lie the pixels of the input that it depends on at most, along each axis.
  public var reach: Int {
    var seen: [String: (reach: Double, step: Double)] = [:]
    for layer in layers {
      let inputs = layer.inputs.compactMap { seen[$0] }
      // `step` is how many pixels of the input lie between two of this layer's.
      var (reach, step) = (inputs.map(\.reach).max() ?? 0, inputs.first?.step ?? 1)
      switch layer.operation {
      case .convolution(_, let kernel, let stride, let padding, _):
        reach += Double(max(padding, kernel - 1 - padding)) * step
        step *= Double(stride)
      case .transposedConvolution(_, let kernel, let stride, _):
        reach += Double((kernel + stride - 1) / stride) * step
        step /= Double(stride)
      case .pooling(_, let size, let stride):
        reach += Double(size - 1) * step
        step *= Double(stride)
      case .pixelUnshuffle(let factor):
        reach += Double(factor - 1) * step
        step *= Double(factor)
      case .upsampling(let kind, let factor):
        reach += kind == .bilinear ? step : step * Double(factor - 1) / Double(factor)
        step /= Double(factor)
      case .pixelShuffle(let factor):
        reach += step * Double(factor - 1) / Double(factor)
        step /= Double(factor)
      case .input, .dense, .activation, .sum, .concatenation, .batchNorm: break
      }
      seen[layer.name] = (reach, step)
    }
    return Int((seen[output]?.reach ?? 0).rounded(.up))
  }
}
