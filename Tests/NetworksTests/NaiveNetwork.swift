import Networks

/// A picture in double precision, (height, width, channels); nothing but zeros lies outside.
struct NaivePicture {
  var height, width, channels: Int
  var values: [Double]

  init(_ height: Int, _ width: Int, _ channels: Int) {
    (self.height, self.width, self.channels) = (height, width, channels)
    values = [Double](repeating: 0, count: height * width * channels)
  }

  init(_ tensor: Tensor) {
    self.init(tensor.height, tensor.width, tensor.channels)
    values = tensor.values.map { Double($0) }
  }

  subscript(y: Int, x: Int, channel: Int) -> Double {
    get {
      guard y >= 0, x >= 0, y < height, x < width else { return 0 }
      return values[(y * width + x) * channels + channel]
    }
    set {
      guard y >= 0, x >= 0, y < height, x < width else { return }
      values[(y * width + x) * channels + channel] = newValue
    }
  }

  /// Every place and channel, by a rule.
  init(_ height: Int, _ width: Int, _ channels: Int, _ rule: (Int, Int, Int) -> Double) {
    self.init(height, width, channels)
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels { self[y, x, channel] = rule(y, x, channel) }
      }
    }
  }
}

/// What every layer gives, written down from its definition in double precision.
struct NaiveNetwork {
  let network: Network

  func run(_ input: NaivePicture, _ parameters: [Double]) -> [String: NaivePicture] {
    var values: [String: NaivePicture] = [:]
    for layer in network.layers {
      func weights(_ name: String) -> [Double] {
        network.parameters.slot("\(layer.name).\(name)").map { Array(parameters[$0.range]) } ?? []
      }
      let inputs = layer.inputs.compactMap { values[$0] }
      values[layer.name] = give(layer.operation, inputs.isEmpty ? [input] : inputs, weights)
    }
    return values
  }

  func give(
    _ operation: Operation, _ inputs: [NaivePicture], _ weights: (String) -> [Double]
  ) -> NaivePicture {
    let x = inputs[0]
    switch operation {
    case .input: return x
    case .convolution(let outputs, let kernel, let stride, let padding, let groups):
      let (w, b) = (weights("weight"), weights("bias"))
      let (mine, theirs) = (x.channels / groups, outputs / groups)
      return NaivePicture(
        (x.height + 2 * padding - kernel) / stride + 1,
        (x.width + 2 * padding - kernel) / stride + 1, outputs
      ) { row, column, output in
        var sum = b[output]
        for c in 0..<mine {
          for j in 0..<kernel {
            for i in 0..<kernel {
              sum +=
                w[((output * mine + c) * kernel + j) * kernel + i]
                * x[
                  row * stride + j - padding, column * stride + i - padding,
                  output / theirs * mine + c]
            }
          }
        }
        return sum
      }
    case .transposedConvolution(let outputs, let kernel, let stride, let padding):
      let (w, b) = (weights("weight"), weights("bias"))
      var result = NaivePicture(
        (x.height - 1) * stride + kernel - 2 * padding,
        (x.width - 1) * stride + kernel - 2 * padding, outputs
      ) { _, _, output in b[output] }
      for row in 0..<x.height {
        for column in 0..<x.width {
          for c in 0..<x.channels {
            for output in 0..<outputs {
              for j in 0..<kernel {
                for i in 0..<kernel {
                  result[row * stride + j - padding, column * stride + i - padding, output] +=
                    x[row, column, c] * w[((c * outputs + output) * kernel + j) * kernel + i]
                }
              }
            }
          }
        }
      }
      return result
    case .dense(_, let outputs):
      let (w, b) = (weights("weight"), weights("bias"))
      return NaivePicture(1, 1, outputs) { _, _, output in
        var (sum, place) = (b[output], output * x.values.count)
        for c in 0..<x.channels {
          for row in 0..<x.height {
            for column in 0..<x.width {
              sum += w[place] * x[row, column, c]
              place += 1
            }
          }
        }
        return sum
      }
    case .activation(let activation):
      var result = x
      result.values = x.values.map { value in
        switch activation {
        case .relu(let slope): value > 0 ? value : Double(slope) * value
        case .sigmoid: 1 / (1 + exponential(-value))
        case .tanh: 2 / (1 + exponential(-2 * value)) - 1
        }
      }
      return result
    case .pooling(let kind, let size, let stride):
      let (rows, columns) = size == 0 ? (x.height, x.width) : (size, size)
      return NaivePicture(
        (x.height - rows) / stride + 1, (x.width - columns) / stride + 1, x.channels
      ) { row, column, channel in
        var block: [Double] = []
        for j in 0..<rows {
          for i in 0..<columns { block.append(x[row * stride + j, column * stride + i, channel]) }
        }
        return kind == .max ? block.max() ?? 0 : block.reduce(0, +) / Double(block.count)
      }
    case .upsampling(.nearest, let factor):
      return NaivePicture(x.height * factor, x.width * factor, x.channels) {
        x[$0 / factor, $1 / factor, $2]
      }
    case .upsampling(.bilinear, let factor):
      func between(_ place: Int, _ count: Int) -> (Int, Int, Double) {
        let at = max(0, (Double(place) + 0.5) / Double(factor) - 0.5)
        return (Int(at), min(Int(at) + 1, count - 1), at - Double(Int(at)))
      }
      return NaivePicture(x.height * factor, x.width * factor, x.channels) { row, column, c in
        let (upper, lower, down) = between(row, x.height)
        let (left, right, along) = between(column, x.width)
        let above = x[upper, left, c] * (1 - along) + x[upper, right, c] * along
        let below = x[lower, left, c] * (1 - along) + x[lower, right, c] * along
        return above * (1 - down) + below * down
      }
    case .pixelShuffle(let factor):
      return NaivePicture(x.height * factor, x.width * factor, x.channels / factor / factor) {
        x[$0 / factor, $1 / factor, ($2 * factor + $0 % factor) * factor + $1 % factor]
      }
    case .pixelUnshuffle(let factor):
      return NaivePicture(x.height / factor, x.width / factor, x.channels * factor * factor) {
        x[
          $0 * factor + $2 / factor % factor, $1 * factor + $2 % factor, $2 / factor / factor]
      }
    case .sum:
      var result = x
      for other in inputs.dropFirst() {
        for place in result.values.indices { result.values[place] += other.values[place] }
      }
      return result
    case .concatenation:
      let channels = inputs.flatMap { input in (0..<input.channels).map { (input, $0) } }
      return NaivePicture(x.height, x.width, channels.count) {
        channels[$2].0[$0, $1, channels[$2].1]
      }
    case .batchNorm(let epsilon):
      let (scale, shift) = (weights("weight"), weights("bias"))
      let (mean, variance) = (weights("running_mean"), weights("running_var"))
      return NaivePicture(x.height, x.width, x.channels) { row, column, c in
        (x[row, column, c] - mean[c]) / (variance[c] + Double(epsilon)).squareRoot() * scale[c]
          + shift[c]
      }
    }
  }
}
