internal import Classification
internal import Dispatch
internal import Explanations
internal import Foundation
internal import Networks

/// Times explanations of the reference U-Net as a segmenter of 8 planes and 7 classes, on crops of 128²: a class's heat map
/// and those of the five most relevant concepts of a layer.
struct RelevanceBench {
  private static let side = 128

  /// Runs `relevance` or `reports`; tells whether it was asked for.
  static func run(_ arguments: [String]) throws -> Bool {
    guard arguments.count >= 3, ["relevance", "reports"].contains(arguments[1]),
      ["down3", "up0"].contains(arguments[2])
    else { return false }
    let layer = "\(arguments[2]).2.activation"
    let runs = arguments.count > 3 ? Int(arguments[3]) ?? 6 : 6
    let seconds = try arguments[1] == "relevance" ? one(layer, runs: runs) : many(layer, runs: runs)
    print(#"{"seconds": \#(seconds), "amount": 1, "unit": "crop"}"#)
    return true
  }

  private static func network() -> Network {
    var network = ClassifierArchitecture.reference.network(inputs: 8, outputs: 7)
    var random = SplitMix(1)
    network.parameters.initialise(using: &random)
    return network
  }

  private static let input = Tensor(
    height: side, width: side, channels: 8,
    values: (0..<side * side * 8).map { Float($0 % 251) / 251 - 0.5 })

  /// One crop after the other, each on all cores.
  private static func one(_ layer: String, runs: Int) throws -> [Double] {
    let explainer = try Explainer(
      network(), height: side, width: side, method: .relevance(.epsilonPlusFlat))
    func explain() {
      explainer.forward(input)
      _ = explainer.explain(Start(channel: 3), layer: layer)
    }
    for _ in 0..<2 { explain() }
    return (0..<runs).map { _ in ContinuousClock().measure(explain) / .seconds(1) }
  }

  /// Crops side by side, one a core; seconds for one crop.
  private static func many(_ layer: String, runs: Int) throws -> [Double] {
    let (network, cores) = (network(), ProcessInfo.processInfo.activeProcessorCount)
    let workers = Workers(
      explainers: try (0..<cores).map { _ in
        try Explainer(
          network, height: side, width: side, method: .relevance(.epsilonPlusFlat), workers: 1)
      })
    func explain() {
      DispatchQueue.concurrentPerform(iterations: cores) { core in
        for _ in 0..<4 {
          workers.explainers[core].forward(input)
          _ = workers.explainers[core].explain(Start(channel: 3), layer: layer)
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
