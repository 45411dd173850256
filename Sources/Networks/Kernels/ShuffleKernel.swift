internal import CKernels

/// Channels that become blocks of pixels.
final class ShuffleKernel: Kernel {
  private let factor: Int

  init(factor: Int) { self.factor = factor }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let input = inputs[0]
    for y in rows.lowerBound / factor..<rows.upperBound / factor {
      gd_shuffle_rows(
        input.isBF16, input.row(y), output.row(y * factor), input.shape.width,
        output.shape.channels, factor)
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    guard let target = targets[0] else { return }
    for y in 0..<target.shape.height {
      gd_unshuffle_rows(
        target.isBF16, gradient.row(y * factor), target.row(y), target.shape.width,
        output.shape.channels, factor)
    }
  }
}

/// Blocks of pixels that become channels.
final class UnshuffleKernel: Kernel {
  private let factor: Int

  init(factor: Int) { self.factor = factor }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let input = inputs[0]
    for y in rows {
      gd_unshuffle_rows(
        input.isBF16, input.row(y * factor), output.row(y), output.shape.width,
        input.shape.channels, factor)
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    guard let target = targets[0] else { return }
    for y in 0..<output.shape.height {
      gd_shuffle_rows(
        target.isBF16, gradient.row(y), target.row(y * factor), output.shape.width,
        target.shape.channels, factor)
    }
  }
}
