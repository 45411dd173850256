internal import CKernels
internal import Dispatch
internal import Foundation

/// One way back through a network, of gradients or of relevance as the plan's purpose is.
public struct Pass: Sendable {
  /// What it starts with, by layer, of the layer's shape.
  public var starts: [String: Tensor]
  /// Conditions: of these layers only these channels go on.
  ///
  /// Source: Achtibat et al., "From attribution maps to human-understandable explanations through Concept Relevance
  /// Propagation", Nature Machine Intelligence 2023.
  public var conditions: [String: Set<Int>]
  /// Layers whose share is wanted, before a condition takes part of it away.
  public var wanted: Set<String>
  /// Whether the input's share is wanted; without it the pass ends at the lowest layer that is.
  public var reachesInput: Bool

  /// A pass from given layers.
  public init(
    from starts: [String: Tensor], conditions: [String: Set<Int>] = [:],
    wanted: Set<String> = [], reachesInput: Bool = true
  ) {
    (self.starts, self.conditions) = (starts, conditions)
    (self.wanted, self.reachesInput) = (wanted, reachesInput)
  }

  /// What came of a pass.
  public struct Result: Sendable, Equatable {
    /// The input's share, where it was wanted.
    public var input: Tensor?
    /// The share of each layer that was wanted.
    public var layers: [String: Tensor] = [:]
  }
}

extension Plan {
  /// Runs passes back through the last forward pass, side by side.
  ///
  /// What they share, such as denominators of rules, is computed once for all passes after a forward pass. A layer may be
  /// named by itself or by the activation after it: relevance is the same of both.
  ///
  /// - Parameter passes: any number; the plan must have been made for attribution or relevance.
  /// - Returns: their results, in their order.
  public func run(_ passes: [Pass]) -> [Pass.Result] {
    precondition(
      purpose == .attribution || purpose.isRelevance,
      "passes need a plan for attribution or relevance")
    let ways = passes.map { way($0) }
    prepare(ways)
    let work = Work(plan: self, lanes: Array(lanes(max(1, min(workers, ways.count)))))
    work.add(ways)
    work.close()
    return work.results()
  }

  /// Runs a pass, and passes that begin at a layer of it, beside what is left of the first one.
  ///
  /// - Parameters:
  ///   - layer: where the other passes come from; they begin there or further down.
  ///   - branch: is given what came together at the layer, and tells the other passes. It is called once.
  /// - Returns: the first pass's result, and the others' in their order.
  public func run(
    _ pass: Pass, branchingAt layer: String, _ branch: @escaping @Sendable (Tensor) -> [Pass]
  ) -> (whole: Pass.Result, branches: [Pass.Result]) {
    precondition(
      purpose == .attribution || purpose.isRelevance,
      "passes need a plan for attribution or relevance")
    let whole = way(pass)
    prepare([whole])
    let (number, work) = (stepNumber(layer), Work(plan: self, lanes: Array(lanes(workers))))
    precondition(number >= whole.last, "the pass ends before it comes to '\(layer)'")
    work.add([whole])
    work.branching = (
      number,
      { reached in
        work.add(branch(reached).map { self.way($0) })
        work.close()
      }
    )
    let results = work.results()
    return (results[0], Array(results.dropFirst()))
  }

  /// Runs one pass.
  public func run(_ pass: Pass) -> Pass.Result { run([pass])[0] }

  /// A pass with the numbers of its steps.
  private struct Way {
    var seeds: [Int: Tensor]
    var kept: [Int: [Float]]
    var wanted: [Int: String]
    var last: Int
    var reachesInput: Bool
  }

  private func way(_ pass: Pass) -> Way {
    var (seeds, kept): ([Int: Tensor], [Int: [Float]]) = ([:], [:])
    for (layer, start) in pass.starts {
      let step = steps[stepNumber(layer)].value.shape
      precondition(
        step == Shape(height: start.height, width: start.width, channels: start.channels),
        "the pass starts at '\(layer)' with another shape")
      seeds[stepNumber(layer)] = start
    }
    for (layer, channels) in pass.conditions {
      let number = stepNumber(layer)
      kept[number] = (0..<steps[number].value.shape.channels).map { channels.contains($0) ? 1 : 0 }
    }
    let wanted = Dictionary(
      pass.wanted.sorted().map { (stepNumber($0), $0) }, uniquingKeysWith: { first, _ in first })
    return Way(
      seeds: seeds, kept: kept, wanted: wanted,
      last: pass.reachesInput ? 0 : wanted.keys.min() ?? 0, reachesInput: pass.reachesInput)
  }

  private func stepNumber(_ layer: String) -> Int {
    number(of: purpose.isRelevance ? aliases[layer] ?? layer : layer)
  }

  private func prepare(_ ways: [Way]) {
    guard purpose.isRelevance, let first = ways.map(\.last).min() else { return }
    let top = ways.flatMap(\.seeds.keys).max() ?? 0
    let missing = steps.indices.filter {
      $0 > first && $0 <= top && steps[$0].rule != nil && !isPrepared.contains($0)
    }
    isPrepared.formUnion(missing)
    if workers == 1 { return missing.forEach(prepare) }
    let shared = Shared(plan: self)
    DispatchQueue.concurrentPerform(iterations: missing.count) { shared.plan.prepare(missing[$0]) }
  }

  private func prepare(_ number: Int) {
    let step = steps[number]
    step.rule?.prepare(step.inputs.map { steps[$0].value }, step.value)
  }

  /// `@unchecked Sendable`: steps are prepared each by itself.
  private struct Shared: @unchecked Sendable { let plan: Plan }

  private func run(
    _ way: Way, in lane: Lane, branching: (step: Int, reached: (Tensor) -> Void)? = nil
  ) -> Pass.Result {
    var result = Pass.Result()
    propagate(way.seeds, in: lane, nil, last: way.last) { number, gradient in
      if let branching, branching.step == number { branching.reached(Tensor(gradient)) }
      if let layer = way.wanted[number] { result.layers[layer] = Tensor(gradient) }
      if let kept = way.kept[number] {
        gd_keep_channels(
          gradient.floats, kept, gradient.floats, gradient.shape.pixels, gradient.shape.channels)
      }
    }
    for (number, layer) in way.wanted where result.layers[layer] == nil {
      let shape = steps[number].value.shape
      result.layers[layer] = Tensor(
        height: shape.height, width: shape.width, channels: shape.channels)
    }
    if way.reachesInput { result.input = lane.gradients[0].map { Tensor($0) } }
    return result
  }

  /// Passes that wait, those that are done, and the threads that run them.
  ///
  /// `@unchecked Sendable`: passes read the plan's values and write to their own lane; what changes is behind the lock.
  private final class Work: @unchecked Sendable {
    let plan: Plan
    let lanes: [Lane]
    /// What the first pass does when it comes to a step.
    var branching: (step: Int, reached: (Tensor) -> Void)?
    private let news = NSCondition()
    private var ways: [Way] = []
    private var taken = 0
    private var isClosed = false
    private var done: [Pass.Result?] = []

    init(plan: Plan, lanes: [Lane]) { (self.plan, self.lanes) = (plan, lanes) }

    func add(_ more: [Way]) {
      news.withLock {
        ways += more
        done += more.map { _ in nil }
      }
      news.broadcast()
    }

    /// No more passes will come.
    func close() {
      news.withLock { isClosed = true }
      news.broadcast()
    }

    private func next() -> Int? {
      news.withLock {
        while taken == ways.count, !isClosed { news.wait() }
        guard taken < ways.count else { return nil }
        taken += 1
        return taken - 1
      }
    }

    func results() -> [Pass.Result] {
      // The first pass is taken by whoever comes first, so that nobody waits for a thread that never starts.
      DispatchQueue.concurrentPerform(iterations: lanes.count) { thread in
        while let number = next() {
          let way = news.withLock { ways[number] }
          let result = plan.run(
            way, in: lanes[thread], branching: number == 0 ? branching : nil)
          news.withLock { done[number] = result }
        }
      }
      branching = nil
      return done.compactMap { $0 }
    }
  }
}
