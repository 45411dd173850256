extension Plan {
  /// How long each step of a forward pass takes and how many multiplications its convolution does, for benchmarks.
  package func profile(
    _ input: Tensor
  ) -> [(step: String, multiplications: Int, seconds: Double)] {
    let clock = ContinuousClock()
    steps[0].value.write(input.values)
    return steps.dropFirst().map { step in
      let inputs = step.inputs.map { steps[$0].value.shape }
      let output = step.value.shape
      let multiplications =
        switch step.kernel {
        case let kernel as ConvolutionKernel: output.pixels * kernel.weightCount
        case is MergingConvolutionKernel:
          output.count * (4 * inputs[0].channels + 9 * inputs[1].channels)
        default: 0
        }
      return (step.name, multiplications, clock.measure { run(step) } / .seconds(1))
    }
  }
}
