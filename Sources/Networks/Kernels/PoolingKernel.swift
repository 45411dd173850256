internal import CKernels

/// The greatest or the mean of blocks of pixels.
final class PoolingKernel: Kernel {
  private let isAverage: Int32
  private let size: Int
  private let stride: Int

  init(_ kind: Operation.Pooling, size: Int, stride: Int) {
    isAverage = kind == .average ? 1 : 0
    (self.size, self.stride) = (size, stride)
  }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let input = inputs[0]
    for y in rows {
      gd_pool_row(
        input.isBF16, isAverage, input.row(y * stride), input.shape.width, input.shape.channels,
        output.row(y), output.shape.width, size, stride)
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    guard let target = targets[0] else { return }
    let input = inputs[0]
    // Pairs that lie apart and leave nothing over are all written.
    let isAllWritten =
      size == 2 && stride == 2 && isAverage == 0 && input.shape.width == 2 * output.shape.width
      && input.shape.height == 2 * output.shape.height
    if !isAllWritten { target.clear() }
    for y in 0..<output.shape.height {
      gd_pool_row_gradient(
        input.isBF16, isAverage, input.row(y * stride), gradient.row(y), target.row(y * stride),
        input.shape.width, input.shape.channels, output.shape.width, size, stride)
    }
  }
}

/// The greatest or the mean of a whole picture, channel by channel.
final class GlobalPoolingKernel: Kernel {
  private let kind: Operation.Pooling

  init(_ kind: Operation.Pooling) { self.kind = kind }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let input = Tensor(inputs[0])
    let channels = input.channels
    output.write(
      (0..<channels).map { channel in
        let values = stride(from: channel, to: input.values.count, by: channels)
          .map { input.values[$0] }
        if kind == .max { return values.max() ?? 0 }
        return Float(values.reduce(0) { $0 + Double($1) } / Double(values.count))
      })
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    guard let target = targets[0] else { return }
    let input = Tensor(inputs[0])
    let (given, channels) = (Tensor(gradient).values, input.channels)
    var result = [Float](repeating: 0, count: input.values.count)
    for channel in 0..<channels {
      let places = stride(from: channel, to: result.count, by: channels)
      if kind == .average {
        let share = given[channel] / Float(result.count / channels)
        for place in places { result[place] = share }
      } else if let best = places.max(by: { input.values[$0] < input.values[$1] }) {
        result[best] = given[channel]
      }
    }
    target.write(result)
  }
}
