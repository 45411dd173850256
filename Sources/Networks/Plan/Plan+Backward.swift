internal import CKernels

extension Plan {
  /// The gradient of a number that depends on the output, by every parameter.
  ///
  /// - Parameters:
  ///   - gradient: of the output of the last forward pass.
  ///   - parameters: overwritten with the gradient by the parameters, in the order of their slots.
  public func backward(_ gradient: Tensor, into parameters: inout [Float]) {
    parameters.withUnsafeMutableBufferPointer {
      propagate([steps[steps.count - 1].name: gradient], into: $0)
    }
  }

  /// The gradient of a number that depends on several layers, by every parameter where it is wanted.
  public func backward(_ gradients: [String: Tensor], into parameters: inout [Float]) {
    parameters.withUnsafeMutableBufferPointer { propagate(gradients, into: $0) }
  }

  /// The gradient by the input alone; the plan must have been made for attribution.
  public func inputGradient(_ gradients: [String: Tensor]) -> Tensor {
    propagate(gradients, into: nil)
    return lastInputGradient
  }

  /// The gradient by the input that the last backward pass left; the plan must have been made for attribution.
  public var lastInputGradient: Tensor {
    guard let gradient = steps[0].gradient else {
      preconditionFailure("the plan was not made for attribution")
    }
    return Tensor(gradient)
  }

  /// The one traversal backward: from the layers whose gradient is given to the input.
  func propagate(
    _ gradients: [String: Tensor], into parameters: UnsafeMutableBufferPointer<Float>?
  ) {
    precondition(purpose != .inference, "a plan for inference does not run backward")
    precondition(
      parameters.map { $0.count == slots.last?.range.upperBound ?? 0 } ?? true,
      "the gradient has as many numbers as the parameters")
    parameters?.update(repeating: 0)
    var isThere = [Bool](repeating: false, count: steps.count)
    var seeds: [Int: Tensor] = [:]
    for (layer, gradient) in gradients { seeds[number(of: layer)] = gradient }
    for number in steps.indices.reversed() {
      let step = steps[number]
      guard let gradient = step.gradient else { continue }
      if let seed = seeds[number] {
        if isThere[number] {
          var addend = gradient
          addend.base = spare.base
          addend.write(seed.values)
          gd_add(gradient.isBF16, addend.base, gradient.base, gradient.shape.count)
        } else {
          gradient.write(seed.values)
          isThere[number] = true
        }
      }
      guard let kernel = step.kernel else {
        if !isThere[number] { gradient.clear() }
        continue
      }
      guard isThere[number] else { continue }
      run(kernel, step, gradient, &isThere, parameters?.baseAddress)
    }
  }

  private func run(
    _ kernel: any Kernel, _ step: Step, _ gradient: Buffer, _ isThere: inout [Bool],
    _ parameters: UnsafeMutablePointer<Float>?
  ) {
    var spareBytes = 0
    var added: [(from: Buffer, to: Buffer)] = []
    var targets: [Buffer?] = []
    for input in step.inputs {
      guard let target = steps[input].gradient else {
        targets.append(nil)
        continue
      }
      guard isThere[input] else {
        isThere[input] = true
        targets.append(target)
        continue
      }
      var contribution = target
      contribution.base = spare.base + spareBytes
      spareBytes += (target.bytes + 63) / 64 * 64
      added.append((contribution, target))
      targets.append(contribution)
    }
    kernel.backward(
      step.inputs.map { steps[$0].value }, step.value, gradient: gradient, targets: targets,
      parameters: parameters)
    for (from, to) in added { gd_add(to.isBF16, from.base, to.base, to.shape.count) }
  }
}
