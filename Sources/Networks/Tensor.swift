/// A picture of any number of channels, as networks take and give it.
public struct Tensor: Sendable, Equatable {
  /// Rows, columns, channels.
  public let height, width, channels: Int
  /// Values, (height, width, channels), channels fastest.
  public var values: [Float]

  /// A tensor with given values.
  public init(height: Int, width: Int, channels: Int, values: [Float]) {
    precondition(
      values.count == height * width * channels, "a tensor has height × width × channels values")
    (self.height, self.width, self.channels, self.values) = (height, width, channels, values)
  }

  /// A tensor of zeros.
  public init(height: Int, width: Int, channels: Int) {
    self.init(
      height: height, width: width, channels: channels,
      values: [Float](repeating: 0, count: height * width * channels))
  }

  /// The value at a row, a column and a channel.
  public subscript(y: Int, x: Int, channel: Int) -> Float {
    get { values[(y * width + x) * channels + channel] }
    set { values[(y * width + x) * channels + channel] = newValue }
  }

  /// The sum of every channel over all pixels.
  public var channelSums: [Double] {
    var sums = [Double](repeating: 0, count: channels)
    values.withUnsafeBufferPointer { values in
      for pixel in 0..<height * width {
        for channel in 0..<channels {
          sums[channel] += Double(values[pixel &* channels &+ channel])
        }
      }
    }
    return sums
  }

  /// The sum of the channels at every pixel, as a picture of one channel.
  public var pixelSums: Tensor {
    var result = Tensor(height: height, width: width, channels: 1)
    values.withUnsafeBufferPointer { values in
      for pixel in 0..<height * width {
        var sum: Float = 0
        for channel in 0..<channels { sum += values[pixel &* channels &+ channel] }
        result.values[pixel] = sum
      }
    }
    return result
  }

  /// The same with all other channels at 0.
  public func keeping(_ kept: Set<Int>) -> Tensor {
    var result = Tensor(height: height, width: width, channels: channels)
    for channel in kept where channel < channels {
      for place in stride(from: channel, to: values.count, by: channels) {
        result.values[place] = values[place]
      }
    }
    return result
  }
}
