internal import Classification
internal import Dispatch
internal import Explanations
internal import Networks

/// Times explanations of the reference U-Net as a segmenter of 8 planes and 7 classes, on crops of 128².
struct RelevanceBench {
  private static let side = 128

  private static func network() -> Network {
    var network = ClassifierArchitecture.reference.network(inputs: 8, outputs: 7)
    var random = SystemRandomNumberGenerator()
    network.parameters.initialise(using: &random)
    return network
  }

  private static let input = Tensor(
    height: side, width: side, channels: 8,
    values: (0..<side * side * 8).map { Float($0 % 251) / 251 - 0.5 })

  /// A class heat map and those of five concepts of `layer`, one crop after the other, each on all cores.
  static func one(_ layer: String, runs: Int) throws -> [Double] {
    let explainer = try Explainer(network(), height: side, width: side)
    func explain() {
      explainer.forward(input)
      _ = explainer.explain(Start(channel: 3), layer: layer)
    }
    for _ in 0..<3 { explain() }
    return (0..<runs).map { _ in ContinuousClock().measure(explain) / .seconds(1) }
  }

  /// The same for many crops side by side, one a core; seconds for one crop.
  static func many(_ layer: String, runs: Int, cores: Int) throws -> [Double] {
    let network = network()
    let explainers = Workers(
      explainers: try (0..<cores).map { _ in
        try Explainer(network, height: side, width: side, workers: 1)
      })
    func explain() {
      DispatchQueue.concurrentPerform(iterations: cores) { core in
        for _ in 0..<4 {
          explainers.explainers[core].forward(input)
          _ = explainers.explainers[core].explain(Start(channel: 3), layer: layer)
        }
      }
    }
    explain()
    return (0..<runs).map { _ in
      ContinuousClock().measure(explain) / .seconds(1) / Double(4 * cores)
    }
  }

  /// `@unchecked Sendable`: each is used by one thread.
  private struct Workers: @unchecked Sendable { let explainers: [Explainer] }
}
