internal import CKernels

/// An activation that follows no convolution.
final class ActivationKernel: Kernel {
  private let activation: (kind: Int32, slope: Float)

  init(_ activation: Operation.Activation) { self.activation = Optional(activation).code }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    gd_activate(
      output.isBF16, inputs[0].row(rows.lowerBound), nil, output.row(rows.lowerBound),
      rows.count * output.shape.width, output.shape.channels, activation.kind, activation.slope)
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    guard let target = targets[0] else { return }
    gd_activation_gradient(
      output.isBF16, output.base, gradient.base, output.shape.count, activation.kind,
      activation.slope)
    target.copy(gradient)
  }
}
