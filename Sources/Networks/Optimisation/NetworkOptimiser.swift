/// Steps a network's parameters: kernels of convolutions but the last by Muon, all else by Adam.
public struct NetworkOptimiser: Sendable {
  private var kernels: Muon
  private var others: Adam
  private let otherSlots: [Parameters.Slot]

  /// An optimiser that has taken no step.
  ///
  /// - Parameter settings: of what Adam steps.
  public init(_ network: Network, settings: Adam.Settings = Adam.Settings()) {
    let last = "\(network.output)."
    let isKernel = { (slot: Parameters.Slot) in
      slot.shape.count == 4 && !slot.name.hasPrefix(last)
    }
    let slots = network.parameters.slots
    kernels = Muon(
      slots.filter(isKernel).map {
        Muon.Matrix(name: $0.name, range: $0.range, rows: $0.shape[0])
      })
    otherSlots = slots.filter { $0.isTrained && !isKernel($0) }
    others = Adam(
      otherSlots.map { Adam.Parameter(name: $0.name, count: $0.range.count) }, settings: settings)
  }

  /// Moves all parameters by a step.
  ///
  /// - Parameters:
  ///   - values: all parameters.
  ///   - gradient: of the loss by all parameters.
  ///   - rate: the learning rate.
  ///   - scale: what the gradient is multiplied with.
  public mutating func step(
    _ values: UnsafeMutableBufferPointer<Float>, gradient: UnsafeBufferPointer<Float>,
    rate: Double, scale: Float = 1
  ) {
    others.beginStep()
    kernels.step(values, gradient: gradient, rate: rate, scale: scale)
    for (index, slot) in otherSlots.enumerated() {
      others.update(
        index, UnsafeMutableBufferPointer(rebasing: values[slot.range]),
        gradient: UnsafeBufferPointer(rebasing: gradient[slot.range]), rate: rate, scale: scale)
    }
  }

  /// The state as tensors and text, from which `restore` goes on byte for byte.
  public var checkpoint: Checkpoint { kernels.checkpoint + others.checkpoint }

  /// Takes the state from a checkpoint of the same network.
  ///
  /// - Throws: `NetworkError` as `Adam` and `Muon` do.
  public mutating func restore(from file: Safetensors) throws(NetworkError) {
    try kernels.restore(from: file)
    try others.restore(from: file)
  }
}
