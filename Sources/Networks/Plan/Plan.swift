internal import Dispatch
internal import Foundation

/// A network made ready to run on pictures of one size.
///
/// A plan holds the memory and the primitives of every layer. Bands of rows are computed side by side; what a band holds
/// does not depend on the number of cores, so the output is the same bytes for any. A 3 × 3
/// convolution of a picture enlarged twice and joined with another is computed without making either, except for
/// attribution, where every layer's value is there. One thread at a time may use a plan.
public final class Plan {
  /// What a plan is for.
  public enum Purpose: Sendable, Equatable {
    /// Forward only, in little memory, on all cores.
    case inference
    /// Forward and backward on the calling thread; the layers' values are kept.
    case training
    /// As `training`, and the value of every layer and the gradient of the input are wanted too.
    case attribution
    /// As `attribution`, with relevance instead of gradients: layers that have a rule hand it on by that, activations pass
    /// it, sums and means split it by shares, and all others, also layers with weights and no rule, route it as the
    /// gradient does. Single precision only; fold BatchNorms first.
    case relevance([String: RelevanceRule])

    var rules: [String: RelevanceRule] {
      if case .relevance(let rules) = self { rules } else { [:] }
    }
    var isRelevance: Bool { if case .relevance = self { true } else { false } }
  }

  /// The parameters' table, as the network has it.
  public let slots: [Parameters.Slot]
  /// What the plan computes in.
  public let precision: Precision
  /// The plan's number among the replicas that work side by side; 0 when it stands alone.
  public let replica: Int
  let purpose: Purpose
  let steps: [Step]
  /// Layer names, and the step whose output they are; a layer that its activation is fused to has none.
  let numbers: [String: Int]
  /// Layers that are computed in one step with the activation after them, and that activation.
  let aliases: [String: String]
  /// How many threads one picture is computed on.
  let workers: Int
  private let values: Memory
  private let layout: LaneLayout
  private var openLanes: [Lane] = []

  /// One layer, or a convolution and the activation after it.
  struct Step {
    let name: String
    let kernel: (any Kernel)?
    /// How relevance goes back, where not as a gradient.
    let rule: (any RuleKernel)?
    let inputs: [Int]
    let bands: [Range<Int>]
    var value: Buffer
  }

  /// Makes a network ready.
  ///
  /// - Parameters:
  ///   - height, width: of the input, pixels.
  ///   - workers: threads for one picture's relevance and for passes side by side; the default is one for each core. What is
  ///     computed does not depend on it.
  /// - Throws: `NetworkError` when a layer can't take what it gets, or the machine can't compute it.
  public convenience init(
    _ network: Network, height: Int, width: Int, precision: Precision = .float32,
    purpose: Purpose = .inference, workers: Int? = nil
  ) throws {
    try self.init(
      network, height: height, width: width, precision: precision, purpose: purpose, replica: 0,
      workers: workers ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  init(
    _ network: Network, height: Int, width: Int, precision: Precision, purpose: Purpose,
    replica: Int, workers: Int = 1
  ) throws {
    let compiler = try PlanCompiler(
      network, height: height, width: width, precision: precision, purpose: purpose)
    slots = network.parameters.slots
    (self.precision, self.purpose, self.replica) = (precision, purpose, replica)
    let made = try compiler.result()
    (steps, values, layout, aliases) = (made.steps, made.values, made.lanes, made.aliases)
    self.workers = max(1, workers)
    var numbers: [String: Int] = [:]
    for (number, step) in steps.enumerated() { numbers[step.name] = number }
    self.numbers = numbers
    load(network.parameters)
  }

  /// Takes the parameters of the same network that it computes with from now on.
  public func load(_ parameters: Parameters) {
    for step in steps {
      step.kernel?.load(parameters)
      step.rule?.load(parameters)
    }
    isPrepared = []
  }

  /// Steps whose rules are ready for the last forward pass.
  var isPrepared: Set<Int> = []

  /// Memory for passes that run side by side.
  func lanes(_ count: Int) -> ArraySlice<Lane> {
    while openLanes.count < count { openLanes.append(Lane(layout)) }
    return openLanes[..<count]
  }

  /// The lane of a pass that runs alone.
  var lane: Lane { lanes(1)[0] }

  /// The shape of the output.
  public var outputShape: Shape { steps[steps.count - 1].value.shape }

  /// Runs the network.
  ///
  /// - Parameter input: of the size the plan was made for.
  /// - Returns: what the last layer gives.
  public func forward(_ input: Tensor) -> Tensor {
    let shape = steps[0].value.shape
    precondition(
      shape == Shape(height: input.height, width: input.width, channels: input.channels),
      "the plan was made for another shape")
    steps[0].value.write(input.values)
    isPrepared = []
    for step in steps.dropFirst() { run(step) }
    return Tensor(steps[steps.count - 1].value)
  }

  /// Runs what depends on a layer again, as if it had given something else.
  ///
  /// Other layers keep what they gave; the next pass backward is of what is there now.
  ///
  /// - Parameters:
  ///   - layer: a layer that no activation follows in one step with it; else its activation.
  ///   - value: of the layer's shape.
  /// - Returns: what the last layer gives.
  public func forward(replacing layer: String, with value: Tensor) -> Tensor {
    precondition(purpose != .inference, "a plan for inference keeps no values")
    let number = number(of: layer)
    precondition(
      steps[number].value.shape
        == Shape(height: value.height, width: value.width, channels: value.channels),
      "the layer has another shape")
    steps[number].value.write(value.values)
    var changed: Set<Int> = [number]
    for (later, step) in steps.enumerated() where step.inputs.contains(where: changed.contains) {
      run(step)
      changed.insert(later)
    }
    isPrepared = []
    return Tensor(steps[steps.count - 1].value)
  }

  /// What a layer gave in the last forward pass.
  ///
  /// - Parameter layer: a layer that no activation follows in one step with it; else its activation.
  public func value(of layer: String) -> Tensor { Tensor(steps[number(of: layer)].value) }

  func number(of layer: String) -> Int {
    guard let number = numbers[layer] else {
      preconditionFailure("'\(layer)' is no layer, or its activation must be named instead")
    }
    precondition(purpose != .inference || number == steps.count - 1, "only the output is kept")
    return number
  }

  func run(_ step: Step) {
    guard let kernel = step.kernel else { return }
    let inputs = step.inputs.map { steps[$0].value }
    let (output, bands) = (step.value, step.bands)
    if bands.count == 1 || purpose != .inference && workers == 1 {
      for band in bands { kernel.forward(inputs, output, rows: band) }
      return
    }
    let work = Work(kernel: kernel)
    DispatchQueue.concurrentPerform(iterations: bands.count) {
      work.kernel.forward(inputs, output, rows: bands[$0])
    }
  }

  /// `@unchecked Sendable`: a kernel's forward pass reads what it holds, and its calls write disjoint rows.
  private struct Work: @unchecked Sendable { let kernel: any Kernel }
}
