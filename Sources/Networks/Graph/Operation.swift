/// What a layer does.
public enum Operation: Sendable, Equatable {
  /// The network's input.
  case input(channels: Int)
  /// A convolution with `kernel × kernel` weights, and a bias; zeros lie around the picture.
  case convolution(outputs: Int, kernel: Int, stride: Int, padding: Int, groups: Int)
  /// A convolution's transpose, with a bias: each pixel puts `kernel × kernel` pixels down, `stride` apart, and `padding`
  /// rows and columns are cut off at each side.
  case transposedConvolution(outputs: Int, kernel: Int, stride: Int, padding: Int)
  /// A matrix over all `inputs` values of a picture, in PyTorch's order (channels, rows, columns), and a bias.
  case dense(inputs: Int, outputs: Int)
  /// A function of each value.
  case activation(Activation)
  /// The greatest or the mean of `size × size` pixels, `stride` apart; size 0 is the whole picture.
  case pooling(kind: Pooling, size: Int, stride: Int)
  /// A picture `factor` times as wide and high; bilinear with pixel centres at one half, as `align_corners=False`.
  case upsampling(kind: Upsampling, factor: Int)
  /// `factor²` channels become a block of `factor × factor` pixels of one channel.
  case pixelShuffle(factor: Int)
  /// A block of `factor × factor` pixels becomes `factor²` channels.
  case pixelUnshuffle(factor: Int)
  /// The sum of its inputs, which have one shape.
  case sum
  /// The channels of its inputs, one after the other.
  case concatenation
  /// Scale and shift of each channel by statistics that were learnt; see `Network.folded`.
  case batchNorm(epsilon: Float)

  /// A function of one value.
  public enum Activation: Sendable, Equatable {
    /// x above 0, `slope`·x below; 0 is the plain ReLU.
    case relu(slope: Float)
    /// 1 / (1 + e⁻ˣ)
    case sigmoid
    /// tanh x
    case tanh
  }

  /// What is kept of the pixels that are pooled.
  public enum Pooling: Sendable { case max, average }

  /// How pixels between pixels are made.
  public enum Upsampling: Sendable { case nearest, bilinear }
}

/// A named layer of a network.
public struct Layer: Sendable, Equatable {
  /// Its name; its parameters are called `name.weight`, `name.bias` and so on, as PyTorch would.
  public var name: String
  /// What it does.
  public var operation: Operation
  /// The layers it takes its inputs from, which come before it.
  public var inputs: [String]
}
