internal import CKernels

/// One layer's way back of relevance; single precision only.
protocol RuleKernel: AnyObject {
  /// Takes the parameters that it will use from now on.
  func load(_ parameters: Parameters)

  /// Computes from a forward pass's values what does not depend on relevance.
  func prepare(_ inputs: [Buffer], _ output: Buffer)

  /// Gives the relevance of its inputs; passes may run side by side.
  ///
  /// - Parameters:
  ///   - inputs, output: what the forward pass left.
  ///   - relevance: of the output.
  ///   - targets: where each input's relevance is written to; nil where it is not wanted.
  ///   - scratch: as many bytes as the output and all inputs have.
  func backward(
    _ inputs: [Buffer], _ output: Buffer, relevance: Buffer, targets: [Buffer?],
    scratch: UnsafeMutableRawPointer)
}

extension RuleKernel {
  func load(_ parameters: Parameters) {}
  func prepare(_ inputs: [Buffer], _ output: Buffer) {}
}

/// Activations, and BatchNorms that were not folded: relevance passes unchanged.
final class PassingRuleKernel: RuleKernel {
  func backward(
    _ inputs: [Buffer], _ output: Buffer, relevance: Buffer, targets: [Buffer?],
    scratch: UnsafeMutableRawPointer
  ) {
    targets[0]?.copy(relevance)
  }
}

/// Sums and means, by the ε-rule with their own linear map: each input's share of the output.
final class NormRuleKernel: RuleKernel {
  private let kernel: any Kernel

  /// - Parameter kernel: the layer's own.
  init(_ kernel: any Kernel) { self.kernel = kernel }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, relevance: Buffer, targets: [Buffer?],
    scratch: UnsafeMutableRawPointer
  ) {
    var shares = relevance
    shares.base = scratch
    gd_relevance_inverse(
      output.floats, output.floats, shares.floats, shares.shape.count, 0, 1,
      RelevanceRule.usualEpsilon)
    _ = gd_multiply(relevance.floats, shares.floats, shares.floats, shares.shape.count)
    kernel.backward(inputs, output, gradient: shares, targets: targets, parameters: nil)
    for (input, target) in zip(inputs, targets) {
      guard let target else { continue }
      gd_multiply_part(
        input.floats, target.floats, target.floats, target.shape.count,
        RelevanceRule.Part.whole.code.kind, 0, 0)
    }
  }
}

extension Buffer {
  /// The elements of a buffer in single precision.
  var floats: UnsafeMutablePointer<Float> {
    assert(precision == .float32, "relevance is computed in single precision")
    return base.assumingMemoryBound(to: Float.self)
  }
}
