extension Optional where Wrapped == Operation.Activation {
  /// The activation as the kernels in C are told: its number, and the slope below 0.
  var code: (kind: Int32, slope: Float) {
    switch self {
    case nil: (0, 0)
    case .relu(let slope): (1, slope)
    case .sigmoid: (2, 0)
    case .tanh: (3, 0)
    }
  }
}
