public import Networks

/// Explains what a network says of pictures of one size.
///
/// ```swift
/// let explainer = try Explainer(network, height: 128, width: 128)
/// let output = explainer.forward(crop)
/// let explanation = explainer.explain(Start(channel: 3, contenders: 0..<7), layer: "down3.2")
/// ```
/// One thread at a time may use an explainer; it uses `workers` threads itself.
public final class Explainer {
  /// The network, with its BatchNorms folded.
  public let network: Network
  /// How it explains.
  public let method: Method
  private let plan: Plan
  private var input = Tensor(height: 0, width: 0, channels: 0)
  private var output = Tensor(height: 0, width: 0, channels: 0)

  /// An explainer for pictures of one size.
  ///
  /// - Parameters:
  ///   - height, width: of the input, pixels.
  ///   - workers: threads for one explanation; the default is one for each core. Results don't depend on it.
  /// - Throws: `NetworkError` as `Plan` does.
  public init(
    _ network: Network, height: Int, width: Int,
    method: Method = .usual, workers: Int? = nil
  ) throws {
    self.network = network.folded
    self.method = method
    plan = try Plan(
      self.network, height: height, width: width, purpose: method.purpose(self.network),
      workers: workers)
  }

  /// Runs the network; explanations are of the last picture that it ran on.
  @discardableResult
  public func forward(_ picture: Tensor) -> Tensor {
    input = picture
    output = plan.forward(picture)
    return output
  }

  /// What a layer gave; layers that an activation follows at once are named by it.
  public func value(of layer: String) -> Tensor { plan.value(of: layer) }

  /// Explains an answer: the heat map, every concept's relevance, and heat maps of the most relevant concepts.
  ///
  /// A concept's heat map is what goes back from the layer through its channel alone.
  ///
  /// - Parameters:
  ///   - start: what is explained.
  ///   - layer: whose channels are the concepts, named by its activation where it has one.
  ///   - concepts: how many get a heat map. The default is 5.
  public func explain(_ start: Start, layer: String, concepts count: Int = 5) -> Explanation {
    explain(from: start.relevance(of: output), layer: layer, concepts: count)
  }

  /// Explains an answer from relevance of the output that is given.
  public func explain(
    from seed: Tensor, layer: String, concepts count: Int = 5
  ) -> Explanation {
    let method = method
    let pass = Pass(from: [network.output: seed], wanted: [layer])
    let needsValue = if case .relevance = method { false } else { method != .gradient }
    let value = needsValue ? plan.value(of: layer) : Tensor(height: 0, width: 0, channels: 0)
    let ranked = { @Sendable (back: Tensor) -> (relevances: [Double], top: [Int]) in
      let relevances = method.share(back, value).channelSums
      return (relevances, Array(Explanation.ranking(relevances).prefix(count)))
    }
    let (whole, branches) = plan.run(pass, branchingAt: layer) { back in
      guard !method.staysAtLayer else { return [] }
      return ranked(back).top.map { Pass(from: [layer: back.keeping([$0])]) }
    }
    guard let back = whole.layers[layer], let arrived = whole.input else {
      preconditionFailure("the pass was asked for the layer and the input")
    }
    let (relevances, top) = ranked(back)
    let total = relevances.reduce(0) { $0 + abs($1) }
    let shares = method.staysAtLayer ? method.share(back, value) : nil
    let heatMap = shares.map { enlarged($0) } ?? atInput(arrived)
    let concepts = top.enumerated().map { place, channel in
      Explanation.Concept(
        channel: channel, relevance: relevances[channel],
        share: total > 0 ? relevances[channel] / total : 0,
        heatMap: shares.map { enlarged($0.keeping([channel])) }
          ?? branches[place].input.map { atInput($0) } ?? heatMap)
    }
    return Explanation(
      layer: layer, heatMap: heatMap, relevances: relevances, concepts: concepts,
      given: seed.channelSums.reduce(0, +), arrived: heatMap.channelSums[0])
  }

  /// The relevance of every channel of layers, without heat maps.
  public func relevances(
    _ start: Start, layers: [String]
  ) -> [String: [Double]] {
    shares(from: start.relevance(of: output), layers: layers).mapValues(\.channelSums)
  }

  /// The share of every place of layers, (rows, columns, channels), from relevance of the output that is given.
  public func shares(from seed: Tensor, layers: [String]) -> [String: Tensor] {
    let pass = Pass(
      from: [network.output: seed], wanted: Set(layers),
      reachesInput: layers.contains(network.input))
    var result: [String: Tensor] = [:]
    for (layer, back) in plan.run(pass).layers {
      result[layer] = method.share(back, isRelevance ? back : plan.value(of: layer))
    }
    return result
  }

  private var isRelevance: Bool { if case .relevance = method { true } else { false } }

  /// Heat maps under conditions, each a set of channels for any number of layers; ways round those layers stay open.
  ///
  /// - Returns: one heat map a condition, (rows, columns, 1).
  public func heatMaps(_ start: Start, conditions: [[String: Set<Int>]]) -> [Tensor] {
    precondition(!method.staysAtLayer, "\(method.name) knows no conditions")
    let seed = start.relevance(of: output)
    return plan.run(conditions.map { Pass(from: [network.output: seed], conditions: $0) })
      .compactMap { $0.input.map { atInput($0) } }
  }

  /// How much each channel of a lower layer gives to a concept: an edge of the graph of concepts.
  ///
  /// - Parameters:
  ///   - seed: relevance of the output.
  ///   - channel, layer: the concept.
  ///   - lower: a layer that the concept's layer is made of.
  /// - Returns: the relevance that the lower layer's channels get from the concept alone.
  public func contributions(
    to channel: Int, of layer: String, from seed: Tensor, among lower: String
  ) -> [Double] {
    let upper = plan.run(
      Pass(from: [network.output: seed], wanted: [layer], reachesInput: false))
    guard let back = upper.layers[layer] else { return [] }
    let pass = Pass(from: [layer: back.keeping([channel])], wanted: [lower], reachesInput: false)
    return plan.run(pass).layers[lower].map {
      method.share($0, isRelevance ? $0 : plan.value(of: lower)).channelSums
    } ?? []
  }

  /// What goes back to the input from one pixel of a layer's channel, begun with its value.
  func heatMap(
    fromPixel x: Int, _ y: Int, channel: Int, of layer: String
  ) -> Tensor {
    let value = plan.value(of: layer)
    var seed = Tensor(height: value.height, width: value.width, channels: value.channels)
    seed[y, x, channel] = isRelevance ? value[y, x, channel] : 1
    return plan.run(Pass(from: [layer: seed])).input.map { atInput($0) } ?? input.pixelSums
  }

  /// The output where a layer gives something else than it did; the picture's own values are there again afterwards.
  func output(replacing layer: String, with values: [Tensor]) -> [Tensor] {
    let own = plan.value(of: layer)
    defer { _ = plan.forward(replacing: layer, with: own) }
    return values.map { plan.forward(replacing: layer, with: $0) }
  }

  /// One number a pixel of what a pass left at the input.
  private func atInput(_ back: Tensor) -> Tensor {
    if case .relevance = method { return back.pixelSums }
    return method.share(back, input).pixelSums
  }

  /// A layer's shares at the input's size, each repeated over the pixels that it stands for.
  private func enlarged(_ shares: Tensor) -> Tensor {
    let sums = shares.pixelSums
    var result = Tensor(height: input.height, width: input.width, channels: 1)
    let scale = Float(sums.height * sums.width) / Float(input.height * input.width)
    for y in 0..<input.height {
      for x in 0..<input.width {
        result.values[y * input.width + x] =
          scale
          * sums.values[y * sums.height / input.height * sums.width + x * sums.width / input.width]
      }
    }
    return result
  }
}
