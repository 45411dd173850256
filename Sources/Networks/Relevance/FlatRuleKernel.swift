internal import CKernels

/// The flat rule of a convolution: relevance goes evenly to all inputs that a value is made of, so that what the channels of
/// a pixel have is added up first and spread at once.
final class FlatRuleKernel: RuleKernel {
  private let shape: gd_square_convolution
  private let groups: Int
  /// One over the inputs that each output pixel is made of.
  private let oneOver: [Float]

  init(
    input: Shape, output: Shape, kernel: Int, stride: Int, padding: Int, groups: Int
  ) {
    self.groups = groups
    shape = gd_square_convolution(
      in_height: input.height, in_width: input.width, in_channels: input.channels,
      out_height: output.height, out_width: output.width, out_channels: output.channels,
      kernel: kernel, stride: stride, padding: padding)
    func reach(_ place: Int, _ size: Int) -> Int {
      (place * stride - padding..<place * stride - padding + kernel).clamped(to: 0..<size).count
    }
    oneOver = (0..<output.pixels).map { pixel in
      let (rows, columns) = (
        reach(pixel / output.width, input.height), reach(pixel % output.width, input.width)
      )
      return 1 / (Float(rows * columns * (input.channels / groups)) + RelevanceRule.usualEpsilon)
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, relevance: Buffer, targets: [Buffer?],
    scratch: UnsafeMutableRawPointer
  ) {
    guard let target = targets[0] else { return }
    let room = scratch.assumingMemoryBound(to: Float.self)
    gd_flat_relevance(
      shape, groups, relevance.floats, oneOver, target.floats, room, room + output.shape.pixels)
  }
}
