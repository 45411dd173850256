internal import CKernels

/// The way back of relevance through a layer with weights.
///
/// The layer's own kernels with other weights compute the denominators and the shares, so that whatever the layer does,
/// groups, strides or joined inputs, is done here too. Denominators depend on the input alone: `prepare` makes them once
/// for any number of passes.
final class LinearRuleKernel: RuleKernel {
  private struct Part {
    let part: RelevanceRule.Part
    let weight: @Sendable (Float) -> Float
    let kernel: any Kernel
  }

  private final class Group {
    let group: RelevanceRule.Group
    let parts: [Part]
    /// One over the stabilised denominator, times the group's factor, and 0 where the group does not apply.
    let inverse: Memory

    init(_ group: RelevanceRule.Group, _ parts: [Part], _ inverse: Memory) {
      (self.group, self.parts, self.inverse) = (group, parts, inverse)
    }

    /// Whether the denominator is the same for every input.
    var isConstant: Bool {
      parts.allSatisfy { if case .constant = $0.part { true } else { false } }
    }
  }

  private let weight: Parameters.Slot
  private let bias: Parameters.Slot
  private let stabiliser: Float
  private let groups: [Group]
  private var isConstantReady = false
  /// A part of the inputs, and one part's denominator, while `prepare` runs.
  private let parted: Memory?
  private let addend: Memory

  /// - Parameters:
  ///   - isPositive: whether no input is below 0.
  ///   - makeKernel: the layer's kernel without an activation, taking its parameters from the slots given.
  init(
    _ rule: RelevanceRule, inputs: [Shape], output: Shape, isPositive: Bool,
    weight: Parameters.Slot, bias: Parameters.Slot,
    makeKernel: (_ weight: Parameters.Slot, _ bias: Parameters.Slot) throws(NetworkError) ->
      any Kernel
  ) throws(NetworkError) {
    (self.weight, self.bias, stabiliser) = (weight, bias, rule.stabiliser)
    let own = LinearRuleKernel.room(weight, bias)
    var groups: [Group] = []
    for group in rule.groups(isPositive: isPositive) {
      var parts: [Part] = []
      for term in group.terms {
        parts.append(
          Part(
            part: term.part, weight: term.weight, kernel: try makeKernel(own.slots[0], own.slots[1])
          ))
      }
      groups.append(Group(group, parts, Memory(bytes: 4 * output.count)))
    }
    self.groups = groups
    let isWhole = groups.allSatisfy { $0.parts.allSatisfy { $0.part == .whole } }
    let bytes = inputs.reduce(0) { $0 + ($1.count * 4 + 63) / 64 * 64 }
    parted = isWhole ? nil : Memory(bytes: bytes)
    addend = Memory(bytes: groups.allSatisfy { $0.parts.count == 1 } ? 0 : 4 * output.count)
  }

  private static func room(_ weight: Parameters.Slot, _ bias: Parameters.Slot) -> Parameters {
    var own = Parameters()
    own.add("weight", weight.shape)
    own.add("bias", bias.shape)
    return own
  }

  func load(_ parameters: Parameters) {
    var own = LinearRuleKernel.room(weight, bias)
    let (weights, biases) = (parameters.values[weight.range], parameters.values[bias.range])
    for group in groups {
      for (number, part) in group.parts.enumerated() {
        // The first part's map carries the bias of all.
        own.values = weights.map(part.weight)
        own.values += number == 0 ? biases.map(group.group.bias) : biases.map { _ in 0 }
        part.kernel.load(own)
      }
    }
    isConstantReady = false
  }

  func prepare(_ inputs: [Buffer], _ output: Buffer) {
    for group in groups where !(group.isConstant && isConstantReady) {
      var z = output
      if !group.group.isOutput {
        z.base = group.inverse.base
        for (number, part) in group.parts.enumerated() {
          var target = z
          if number > 0 { target.base = addend.base }
          part.kernel.forward(
            taken(part.part, of: inputs), target, rows: 0..<output.shape.height)
          if number > 0 { gd_add(0, target.base, z.base, z.shape.count) }
        }
      }
      gd_relevance_inverse(
        z.floats, output.floats, group.inverse.base.assumingMemoryBound(to: Float.self),
        output.shape.count, group.group.outputs, group.group.factor, stabiliser)
    }
    isConstantReady = true
  }

  /// A part of each input.
  private func taken(_ part: RelevanceRule.Part, of inputs: [Buffer]) -> [Buffer] {
    guard part != .whole, let parted else { return inputs }
    var at = 0
    return inputs.map { input in
      var result = input
      result.base = parted.base + at
      at += (input.bytes + 63) / 64 * 64
      gd_part(input.floats, result.floats, input.shape.count, part.code.kind, part.code.constant)
      return result
    }
  }

  func backward(
    _ inputs: [Buffer], _ output: Buffer, relevance: Buffer, targets: [Buffer?],
    scratch: UnsafeMutableRawPointer
  ) {
    var shares = relevance
    shares.base = scratch
    var isFirst = true
    for group in groups {
      let isAny = gd_multiply(
        relevance.floats, group.inverse.base.assumingMemoryBound(to: Float.self), shares.floats,
        shares.shape.count)
      // Values below 0 seldom carry any relevance.
      guard isFirst || isAny != 0 else { continue }
      for part in group.parts {
        var at = (relevance.bytes + 63) / 64 * 64
        let own = targets.map { target -> Buffer? in
          guard var own = target, !isFirst else { return target }
          own.base = scratch + at
          at += (own.bytes + 63) / 64 * 64
          return own
        }
        // What begins with one concept has one channel.
        let only = gd_only_channel(shares.floats, shares.shape.pixels, shares.shape.channels)
        if only >= 0, let kernel = part.kernel as? ConvolutionKernel, let own = own[0] {
          kernel.backward(ofChannel: only, shares, target: own)
        } else {
          part.kernel.backward(inputs, output, gradient: shares, targets: own, parameters: nil)
        }
        for (input, (target, own)) in zip(inputs, zip(targets, own)) {
          guard let target, let own else { continue }
          gd_multiply_part(
            input.floats, own.floats, target.floats, target.shape.count, part.part.code.kind,
            part.part.code.constant, isFirst ? 0 : 1)
        }
        isFirst = false
      }
    }
  }
}
