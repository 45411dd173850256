internal import CKernels
internal import Dispatch
internal import Foundation
internal import Synchronization

/// Plans of one network, one for each core, that compute samples side by side.
///
/// A sample's gradient is kept apart until all are there, and they are added in the order of the samples: the sum is the
/// same bytes for any number of workers.
///
/// ```swift
/// let losses = replicas.gradient(samples: 8, into: &gradient) { sample, plan in
///   let output = plan.forward(inputs[sample])
///   return (loss: …, seeds: ["colour": …])
/// }
/// ```
///
/// `@unchecked Sendable`: each plan is used by one thread at a time; the memory between them is split by sample.
public final class Replicas: @unchecked Sendable {
  /// The plans; each knows its place among them as `Plan.replica`.
  private let plans: [Plan]
  /// One gradient a sample, kept for the next call.
  private var gradients = Memory(bytes: 0)
  private var room = 0

  /// Makes a network ready for every worker.
  ///
  /// - Parameters:
  ///   - height, width: of the input, pixels.
  ///   - purpose: training, or attribution where the gradient of the input is wanted.
  ///   - workers: samples computed at a time; the default is one for each core.
  /// - Throws: `NetworkError` as `Plan` does.
  public init(
    _ network: Network, height: Int, width: Int, precision: Precision = .float32,
    purpose: Plan.Purpose = .training, workers: Int? = nil
  ) throws {
    precondition(purpose != .inference, "a plan for inference uses all cores by itself")
    let count = max(1, workers ?? ProcessInfo.processInfo.activeProcessorCount)
    plans = try (0..<count).map {
      try Plan(
        network, height: height, width: width, precision: precision, purpose: purpose, replica: $0)
    }
  }

  /// How many samples are computed at a time.
  public var workers: Int { plans.count }

  /// The plan of a worker: that which works beside the plan of the same number in another network's replicas.
  public subscript(worker: Int) -> Plan { plans[worker] }

  /// Takes the parameters of the same network that all plans compute with from now on.
  public func load(_ parameters: Parameters) {
    DispatchQueue.concurrentPerform(iterations: workers) { plans[$0].load(parameters) }
  }

  /// The sum of the samples' gradients by every parameter.
  ///
  /// - Parameters:
  ///   - samples: how many there are.
  ///   - sum: overwritten with the sum, in the order of the parameters' slots.
  ///   - body: runs a sample on the plan it is given: forward, and its loss. It returns the loss and the loss's gradient by
  ///     layer; without any gradient nothing runs backward and the sample adds nothing. It is called on several threads, in
  ///     any order.
  /// - Returns: the losses in the order of the samples.
  public func gradient(
    samples: Int, into sum: inout [Float],
    _ body: @Sendable (_ sample: Int, _ plan: Plan) -> (loss: Double, seeds: [String: Tensor])
  ) -> [Double] {
    let count = plans[0].slots.last?.range.upperBound ?? 0
    precondition(sum.count == count, "the gradient has as many numbers as the parameters")
    if samples > room {
      (gradients, room) = (Memory(bytes: 4 * samples * count), samples)
    }
    let kept = gradients.base.assumingMemoryBound(to: Float.self)
    var losses = [Double](repeating: 0, count: samples)
    losses.withUnsafeMutableBufferPointer { losses in
      let places = Places(losses: losses, gradients: kept)
      run(samples) { sample, plan in
        let (loss, seeds) = body(sample, plan)
        places.losses[sample] = loss
        let mine = UnsafeMutableBufferPointer(
          start: places.gradients + sample * count, count: count)
        plan.propagate(seeds, into: mine)
      }
    }
    sum.withUnsafeMutableBufferPointer { sum in
      sum.update(repeating: 0)
      guard let base = sum.baseAddress else { return }
      for sample in 0..<samples { gd_add(0, kept + sample * count, base, count) }
    }
    return losses
  }

  /// Calls `body` once for each sample; a worker that is done takes the next one.
  private func run(_ samples: Int, _ body: @Sendable (_ sample: Int, _ plan: Plan) -> Void) {
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(workers, samples)) { worker in
      while true {
        let sample = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard sample < samples else { return }
        body(sample, plans[worker])
      }
    }
  }

  /// `@unchecked Sendable`: every sample writes its own part.
  private struct Places: @unchecked Sendable {
    let losses: UnsafeMutableBufferPointer<Double>
    let gradients: UnsafeMutablePointer<Float>
  }
}
