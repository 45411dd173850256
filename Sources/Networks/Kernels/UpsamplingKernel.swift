internal import CKernels
internal import Foundation

/// A picture enlarged by repeating its pixels.
final class NearestKernel: Kernel {
  private let factor: Int

  init(factor: Int) { self.factor = factor }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let input = inputs[0]
    for y in rows {
      if y % factor != 0, y > rows.lowerBound {
        memcpy(output.row(y), output.row(y - 1), output.rowBytes)
      } else {
        gd_repeat_row(
          input.isBF16, input.row(y / factor), input.shape.width, input.shape.channels,
          output.row(y), factor)
      }
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    guard let target = targets[0] else { return }
    for y in 0..<target.shape.height {
      gd_repeat_row_gradient(
        target.isBF16, gradient.row(y * factor), target.shape.width, target.shape.channels,
        target.row(y), factor)
    }
  }
}

/// A picture enlarged by straight lines between its pixels' centres.
final class BilinearKernel: Kernel {
  private let factor: Int

  init(factor: Int) { self.factor = factor }

  /// The rows that an output row lies between, and how far it is on the way to the second.
  private func rows(at y: Int, of height: Int) -> (upper: Int, lower: Int, share: Float) {
    let place = max(0, (Float(y) + 0.5) / Float(factor) - 0.5)
    let upper = min(Int(place), height - 1)
    return (upper, min(upper + 1, height - 1), place - Float(upper))
  }

  func forward(_ inputs: [Buffer], _ output: Buffer, rows: Range<Int>) {
    let input = inputs[0]
    for y in rows {
      let (upper, lower, share) = self.rows(at: y, of: input.shape.height)
      gd_bilinear_row(
        input.isBF16, input.row(upper), input.row(lower), share, input.shape.width,
        input.shape.channels, output.row(y), factor)
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, gradient: Buffer, targets: [Buffer?],
    parameters: UnsafeMutablePointer<Float>?
  ) {
    guard let target = targets[0] else { return }
    let (width, channels) = (target.shape.width, target.shape.channels)
    var sums = [Float](repeating: 0, count: target.shape.count)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      for y in 0..<gradient.shape.height {
        let (upper, lower, share) = rows(at: y, of: target.shape.height)
        gd_bilinear_row_gradient(
          gradient.isBF16, gradient.row(y), share, width, channels, base + upper * width * channels,
          base + lower * width * channels, factor)
      }
    }
    target.write(sums)
  }
}
