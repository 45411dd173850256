internal import CKernels

/// The sum of pictures of one shape.
final class SumKernel: Kernel {
  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let count = rows.count * output.shape.width * output.shape.channels
    for (index, input) in inputs.enumerated() {
      if index == 0 {
        output.row(rows.lowerBound).copyMemory(
          from: input.row(rows.lowerBound), byteCount: rows.count * output.rowBytes)
      } else {
        gd_add(output.isBF16, input.row(rows.lowerBound), output.row(rows.lowerBound), count)
      }
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    for case let target? in targets { target.copy(gradient) }
  }
}

/// The channels of pictures, one after the other.
final class ConcatenationKernel: Kernel {
  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    var channel = 0
    for input in inputs {
      gd_copy_channels(
        output.isBF16, input.row(rows.lowerBound), input.shape.channels,
        output.row(rows.lowerBound) + channel * output.precision.bytes, output.shape.channels,
        rows.count * output.shape.width, input.shape.channels)
      channel += input.shape.channels
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    var channel = 0
    for (input, target) in zip(inputs, targets) {
      if let target {
        gd_copy_channels(
          gradient.isBF16, gradient.base + channel * gradient.precision.bytes,
          gradient.shape.channels, target.base, input.shape.channels, gradient.shape.pixels,
          input.shape.channels)
      }
      channel += input.shape.channels
    }
  }
}
