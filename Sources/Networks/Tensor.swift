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
}
