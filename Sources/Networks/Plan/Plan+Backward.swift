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
    guard let gradient = lane.gradients[0] else {
      preconditionFailure("the plan was not made for attribution")
    }
    return Tensor(gradient)
  }

  func propagate(
    _ gradients: [String: Tensor], into parameters: UnsafeMutableBufferPointer<Float>?
  ) {
    precondition(!purpose.isRelevance, "a plan for relevance has no gradients")
    precondition(
      parameters.map { $0.count == slots.last?.range.upperBound ?? 0 } ?? true,
      "the gradient has as many numbers as the parameters")
    parameters?.update(repeating: 0)
    var seeds: [Int: Tensor] = [:]
    for (layer, gradient) in gradients { seeds[number(of: layer)] = gradient }
    propagate(seeds, in: lane, parameters?.baseAddress)
  }

  /// The one traversal backward, of gradients or of relevance: from the layers where it is given to the input.
  ///
  /// - Parameters:
  ///   - last: the step that it ends at, before that step's own way back.
  ///   - visit: is shown what has come together at a step before it goes on, and may change it.
  func propagate(
    _ seeds: [Int: Tensor], in lane: Lane, _ parameters: UnsafeMutablePointer<Float>?,
    last: Int = 0, visit: ((_ step: Int, _ gradient: Buffer) -> Void)? = nil
  ) {
    precondition(purpose != .inference, "a plan for inference does not run backward")
    var isThere = [Bool](repeating: false, count: steps.count)
    for number in (last..<steps.count).reversed() {
      let step = steps[number]
      guard let gradient = lane.gradients[number] else { continue }
      if let seed = seeds[number] {
        if isThere[number] {
          var addend = gradient
          addend.base = lane.spare.base
          addend.write(seed.values)
          gd_add(gradient.isBF16, addend.base, gradient.base, gradient.shape.count)
        } else {
          gradient.write(seed.values)
          isThere[number] = true
        }
      }
      if !isThere[number], number == last { gradient.clear() }
      guard isThere[number] || number == last else { continue }
      visit?(number, gradient)
      if number > last { run(step, gradient, lane, &isThere, parameters) }
    }
  }

  private func run(
    _ step: Step, _ gradient: Buffer, _ lane: Lane, _ isThere: inout [Bool],
    _ parameters: UnsafeMutablePointer<Float>?
  ) {
    guard let kernel = step.kernel else { return }
    var spareBytes = 0
    var added: [(from: Buffer, to: Buffer)] = []
    var targets: [Buffer?] = []
    for input in step.inputs {
      guard let target = lane.gradients[input] else {
        targets.append(nil)
        continue
      }
      guard isThere[input] else {
        isThere[input] = true
        targets.append(target)
        continue
      }
      var contribution = target
      contribution.base = lane.spare.base + spareBytes
      spareBytes += (target.bytes + 63) / 64 * 64
      added.append((contribution, target))
      targets.append(contribution)
    }
    let inputs = step.inputs.map { steps[$0].value }
    if let rule = step.rule {
      rule.backward(
        inputs, step.value, relevance: gradient, targets: targets, scratch: lane.scratch.base)
    } else {
      kernel.backward(
        inputs, step.value, gradient: gradient, targets: targets, parameters: parameters)
    }
    for (from, to) in added { gd_add(to.isBF16, from.base, to.base, to.shape.count) }
  }
}
