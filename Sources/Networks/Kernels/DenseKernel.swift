internal import CKernels
internal import COpenBLAS

/// A matrix over all values of a picture, in single precision.
final class DenseKernel: Kernel {
  private let weight: Parameters.Slot
  private let bias: Parameters.Slot
  private let input: Shape
  private var weights: [Float] = []
  private var biases: [Float] = []

  init(input: Shape, weight: Parameters.Slot, bias: Parameters.Slot) throws(NetworkError) {
    (self.weight, self.bias, self.input) = (weight, bias, input)
    // One thread keeps every sum in one order.
    openblas_set_num_threads(1)
    guard weight.shape[1] == input.count else {
      throw NetworkError(
        .wrongShape,
        "'\(weight.name)' takes \(weight.shape[1]) values, and its input has \(input.count)")
    }
  }

  func load(_ parameters: Parameters) {
    weights = Array(parameters.values[weight.range])
    biases = Array(parameters.values[bias.range])
  }

  /// The values in PyTorch's order: channels, rows, columns.
  private func flattened(_ buffer: Buffer) -> [Float] {
    let values = Tensor(buffer).values
    let (pixels, channels) = (input.pixels, input.channels)
    return (0..<values.count).map { values[$0 % pixels * channels + $0 / pixels] }
  }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let (count, outputs) = (Int32(input.count), Int32(biases.count))
    var result = biases
    cblas_sgemv(
      CblasRowMajor, CblasNoTrans, outputs, count, 1, weights, count, flattened(inputs[0]), 1, 1,
      &result, 1)
    output.write(result)
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    let (count, outputs) = (Int32(input.count), Int32(biases.count))
    let given = Tensor(gradient).values
    if let parameters {
      let values = flattened(inputs[0])
      for (row, share) in given.enumerated() {
        parameters[bias.range.lowerBound + row] = share
        let target = parameters + weight.range.lowerBound + row * values.count
        for index in values.indices { target[index] = share * values[index] }
      }
    }
    guard let target = targets[0] else { return }
    var result = [Float](repeating: 0, count: input.count)
    cblas_sgemv(
      CblasRowMajor, CblasTrans, outputs, count, 1, weights, count, given, 1, 0, &result, 1)
    let (pixels, channels) = (input.pixels, input.channels)
    target.write((0..<result.count).map { result[$0 % channels * pixels + $0 / channels] })
  }
}
