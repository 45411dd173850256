/// One layer's work for one shape, forward and backward.
protocol Kernel: AnyObject {
  /// Takes the parameters that it will use from now on.
  func load(_ parameters: Parameters)

  /// Computes rows of the output from the whole inputs; bands of rows may be computed side by side.
  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>)

  /// Gives the gradient of its inputs and adds that of its parameters.
  ///
  /// - Parameters:
  ///   - inputs, output: what the forward pass left.
  ///   - gradient: of the output; it may be changed.
  ///   - targets: where the gradient of each input is written to; nil where it is not wanted.
  ///   - parameters: where the gradient of all parameters lies; nil when it is not wanted.
  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?)
}

extension Kernel {
  func load(_ parameters: Parameters) {}
}

/// Memory of C's that is freed with its owner.
final class Memory {
  let base: UnsafeMutableRawPointer
  init(bytes: Int) {
    base = .allocate(byteCount: max(64, bytes), alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: max(64, bytes))
  }
  deinit { base.deallocate() }
}
