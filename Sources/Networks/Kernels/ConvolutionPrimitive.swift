internal import CDNNL

/// A convolution of oneDNN for one shape, with its weights in the order it wants them.
final class ConvolutionPrimitive {
  private let handle: OpaquePointer
  let weights: Memory

  /// - Throws: `NetworkError` when oneDNN has none for this shape.
  init(_ shape: gd_convolution_shape) throws(NetworkError) {
    var shape = shape
    var handle: OpaquePointer?
    let status = gd_convolution_create(&shape, &handle)
    guard status == 0, let handle else {
      throw NetworkError(
        .unsupported,
        "oneDNN \(Precision.oneDNNVersion) has no convolution for \(shape.in_height) × "
          + "\(shape.in_width) × \(shape.in_channels) to \(shape.out_channels) channels "
          + "\(shape.bf16 != 0 ? "in bfloat16 " : "")(status \(status))")
    }
    self.handle = handle
    weights = Memory(bytes: gd_convolution_weight_bytes(handle))
  }

  deinit { gd_convolution_destroy(handle) }

  /// The name of the inner loop that was chosen.
  var implementation: String { String(cString: gd_convolution_implementation(handle)) }

  func prepare(_ plain: UnsafePointer<Float>) {
    check(gd_convolution_prepare(handle, plain, weights.base))
  }

  func readGradient(_ plain: UnsafeMutablePointer<Float>) {
    check(gd_convolution_read_gradient(handle, weights.base, plain))
  }

  func run(
    _ input: UnsafeMutableRawPointer, _ bias: UnsafeMutablePointer<Float>?,
    _ output: UnsafeMutableRawPointer
  ) {
    check(gd_convolution_run(handle, input, weights.base, bias, output))
  }

  private func check(_ status: Int32) {
    precondition(status == 0, "oneDNN failed with status \(status) in a convolution it had built")
  }
}
