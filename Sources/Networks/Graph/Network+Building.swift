extension Network {
  /// Appends a convolution that keeps the size when its stride is 1, with an activation after it.
  ///
  /// - Parameters:
  ///   - padding: the default keeps the size for an odd kernel.
  ///   - activation: the default is none; its layer is called `name.activation`.
  /// - Returns: the name to take the result by.
  @discardableResult
  public mutating func convolution(
    _ name: String, of input: String, outputs: Int, kernel: Int = 3, stride: Int = 1,
    padding: Int? = nil, groups: Int = 1, activation: Operation.Activation? = nil
  ) -> String {
    let operation = Operation.convolution(
      outputs: outputs, kernel: kernel, stride: stride, padding: padding ?? kernel / 2,
      groups: groups)
    append(Layer(name: name, operation: operation, inputs: [input]))
    guard let activation else { return name }
    return layer("\(name).activation", .activation(activation), of: [name])
  }

  /// Appends any layer.
  ///
  /// - Returns: its name.
  @discardableResult
  public mutating func layer(
    _ name: String, _ operation: Operation, of inputs: [String]
  ) -> String {
    append(Layer(name: name, operation: operation, inputs: inputs))
    return name
  }
}
