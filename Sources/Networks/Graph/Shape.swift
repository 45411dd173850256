/// Rows, columns and channels of what a layer gives.
public struct Shape: Sendable, Equatable {
  /// Rows, columns, channels.
  public var height, width, channels: Int

  /// oneDNN counts in 32 bits.
  static let longestSide = 1 << 20
  static let mostValues = 1 << 31

  var pixels: Int { height * width }
  var count: Int { height * width * channels }
}

extension Layer {
  /// The shape of this layer's output.
  ///
  /// - Throws: `NetworkError` when its inputs do not fit.
  func shape(of inputs: [Shape]) throws(NetworkError) -> Shape {
    func refuse(_ reason: String) -> NetworkError {
      let given = inputs.map { "\($0.height) × \($0.width) × \($0.channels)" }
      return NetworkError(
        .wrongShape, "layer '\(name)' \(reason); its input is \(given.joined(separator: " and "))")
    }
    if case .input(let channels) = operation {
      guard let given = inputs.first, given.channels == channels else {
        throw refuse("takes \(channels) channels")
      }
      return given
    }
    guard let first = inputs.first else { throw refuse("has no input") }
    var result = first
    switch operation {
    case .input: break
    case .convolution(let outputs, let kernel, let stride, let padding, let groups):
      guard first.channels % groups == 0, outputs % groups == 0 else {
        throw refuse("needs channels that \(groups) groups divide")
      }
      result.height = (first.height + 2 * padding - kernel) / stride + 1
      result.width = (first.width + 2 * padding - kernel) / stride + 1
      result.channels = outputs
      guard first.height + 2 * padding >= kernel, first.width + 2 * padding >= kernel else {
        throw refuse("needs a picture as large as its kernel of \(kernel)")
      }
    case .transposedConvolution(let outputs, let kernel, let stride, let padding):
      result.height = (first.height - 1) * stride + kernel - 2 * padding
      result.width = (first.width - 1) * stride + kernel - 2 * padding
      result.channels = outputs
    case .dense(let inputs, let outputs):
      guard inputs == first.count else { throw refuse("takes \(inputs) values") }
      result = Shape(height: 1, width: 1, channels: outputs)
    case .activation, .batchNorm: break
    case .pooling(_, let size, let stride):
      guard size <= first.height, size <= first.width else {
        throw refuse("pools \(size) × \(size) pixels")
      }
      result.height = size == 0 ? 1 : (first.height - size) / stride + 1
      result.width = size == 0 ? 1 : (first.width - size) / stride + 1
    case .upsampling(_, let factor):
      (result.height, result.width) = (first.height * factor, first.width * factor)
    case .pixelShuffle(let factor):
      guard first.channels % (factor * factor) == 0 else {
        throw refuse("needs channels that \(factor * factor) divides")
      }
      (result.height, result.width) = (first.height * factor, first.width * factor)
      result.channels = first.channels / (factor * factor)
    case .pixelUnshuffle(let factor):
      guard first.height % factor == 0, first.width % factor == 0 else {
        throw refuse("needs a height and a width that \(factor) divides")
      }
      (result.height, result.width) = (first.height / factor, first.width / factor)
      result.channels = first.channels * factor * factor
    case .sum:
      guard inputs.allSatisfy({ $0 == first }) else { throw refuse("needs inputs of one shape") }
    case .concatenation:
      guard inputs.allSatisfy({ $0.height == first.height && $0.width == first.width }) else {
        throw refuse("needs inputs of one height and width")
      }
      result.channels = inputs.reduce(0) { $0 + $1.channels }
    }
    guard max(result.height, result.width) <= Shape.longestSide,
      result.count <= Shape.mostValues
    else { throw refuse("would give more than fits a plan") }
    return result
  }
}
