internal import Foundation
internal import Networks
public import Raster

/// Tells which layers of a layout made a golden what it is at a place, by the relevance that the golden's brightness there
/// has through the generator.
///
/// Relevance goes by the ε-rule, so that a layer that is not drawn nearby has no part. What no layer has, biases took up: it is
/// the brightness of the wafer where nothing is drawn.
///
/// `@unchecked Sendable`: the plan is used by one thread at a time, which the lock sees to.
public final class LayerRelevance: @unchecked Sendable {
  private let generator: Generator
  private let stack: LayerStack
  private let plan: Plan
  private let lock = NSLock()

  /// Pixels along the side of what is painted around a place.
  private static let side = 128
  /// Only so much around the middle of a place is explained, so that what it hangs on is painted too.
  private static let core = 64

  /// Makes a generator ready to be explained.
  ///
  /// - Throws: `NetworkError` when the machine can't run it.
  public init(_ golden: GeneratorGolden) throws {
    (generator, stack) = (golden.generator, golden.stack)
    let network = golden.generator.network.folded
    var rules: [String: RelevanceRule] = [:]
    for layer in network.layers {
      switch layer.operation {
      case .convolution, .transposedConvolution:
        rules[layer.name] = .epsilon(RelevanceRule.usualEpsilon)
      default: break
      }
    }
    plan = try Plan(
      network, height: Self.side, width: Self.side, purpose: .relevance(rules), workers: 1)
  }

  /// What each layer had in the golden at a place, and all that biases took up.
  ///
  /// - Parameters:
  ///   - box: the place, scan pixels.
  ///   - weight: how much the golden's brightness at a pixel of the scan counts; below 0 where it speaks against.
  /// - Returns: relevance by layer, in the generator's order, and the rest of what was given.
  /// - Throws: `LayoutError` where the place holds more than can be drawn.
  public func shares(
    at box: PixelRect, toScan: Affine, mesh: DisplacementMesh, weight: (Int, Int) -> Float
  ) throws -> (layers: [(name: String, relevance: Double)], absorbed: Double) {
    let multiple = generator.card.architecture.multiple
    // On the grid of tiles, so that it is the same golden.
    func start(_ middle: Int) -> Int {
      Int((Double(middle - Self.side / 2) / Double(multiple)).rounded()) * multiple
    }
    let rect = PixelRect(
      x: start(box.x + box.width / 2), y: start(box.y + box.height / 2), width: Self.side,
      height: Self.side)
    let inputs = generator.card.inputs
    let planes = try inputs.planes(stack, rect: rect, toScan: toScan, mesh: mesh)
    let inside = box.intersection(rect.expanded(by: -(Self.side - Self.core) / 2))
    let (output, input) = lock.withLock {
      let output = plan.forward(Tensor(planes: planes))
      var seed = Tensor(
        height: output.height, width: output.width, channels: output.channels)
      for y in inside.y..<inside.maxY {
        for x in inside.x..<inside.maxX {
          let factor = weight(x, y)
          for channel in 0..<output.channels {
            seed[y - rect.y, x - rect.x, channel] =
              factor * output[y - rect.y, x - rect.x, channel]
          }
        }
      }
      return (seed, plan.run(Pass(from: [generator.network.output: seed])).input)
    }
    let sums = input?.channelSums ?? []
    let (count, scales) = (inputs.layers.count, inputs.densityScales.count)
    var layers = inputs.layers.enumerated().map { index, name in
      var relevance = sums.isEmpty ? 0 : sums[index]
      for scale in 0..<scales where !sums.isEmpty {
        relevance += sums[count + index * scales + scale]
      }
      return (name: name, relevance: relevance)
    }
    let given = output.channelSums.reduce(0, +)
    for index in layers.indices where !layers[index].relevance.isFinite {
      layers[index].relevance = 0
    }
    return (layers, given - layers.reduce(0) { $0 + $1.relevance })
  }
}
