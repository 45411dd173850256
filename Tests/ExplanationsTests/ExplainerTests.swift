import Explanations
import Networks
import Testing

@Suite struct ExplainerTests {
  private let start = Start(channel: 1, isNormalised: false)
  private static let composites: [Composite] = [
    .epsilonPlusFlat, .epsilonPlus, .epsilonAlpha2Beta1, .epsilonGammaBox(low: -1, high: 1),
    .epsilon, .gamma,
  ]

  private func explainer(
    _ network: Network, _ method: Method = .relevance(.epsilonPlusFlat), side: Int = 12,
    workers: Int? = nil
  ) throws -> Explainer {
    let explainer = try Explainer(
      network, height: side, width: side, method: method, workers: workers)
    explainer.forward(picture(side))
    return explainer
  }

  @Test(arguments: composites)
  func `concepts add up to the whole where every path goes through them`(composite: Composite)
    throws
  {
    let explainer = try explainer(.chain(), .relevance(composite))
    let explanation = explainer.explain(start, layer: "deep.activation", concepts: 8)
    #expect(explanation.concepts.count == 8)
    #expect(difference(sum(explanation.concepts.map(\.heatMap)), explanation.heatMap) < 1e-4)
    let conditional = explainer.heatMaps(
      start, conditions: (0..<8).map { ["deep.activation": [$0]] })
    #expect(difference(sum(conditional), explanation.heatMap) < 1e-4)
    #expect(abs(explanation.concepts.reduce(0) { $0 + abs($1.share) } - 1) < 1e-5)
  }

  @Test func `concepts do not add up to the whole where a skip goes round them`() throws {
    let explainer = try explainer(.skipping())
    let explanation = explainer.explain(start, layer: "deep.activation", concepts: 8)
    #expect(difference(sum(explanation.concepts.map(\.heatMap)), explanation.heatMap) > 0.05)
    #expect(abs(explanation.through - 1) > 0.05)
    // With conditions the skip stays open, and is counted with every one of them.
    let conditional = explainer.heatMaps(
      start, conditions: (0..<8).map { ["deep.activation": [$0]] })
    #expect(difference(sum(conditional), explanation.heatMap) > 0.05)
  }

  @Test func `a condition of all channels changes nothing, and one of none leaves nothing`() throws
  {
    let explainer = try explainer(.chain())
    let whole = explainer.explain(start, layer: "deep.activation").heatMap
    let maps = explainer.heatMaps(
      start,
      conditions: [
        ["deep.activation": Set(0..<8), "first.activation": Set(0..<6)], ["deep.activation": []],
        ["deep.activation": [1, 2], "first.activation": [0]],
      ])
    #expect(maps[0] == whole)
    #expect(maps[1].values.allSatisfy { $0 == 0 })
    #expect(difference(maps[2], whole) > 0.01)
  }

  @Test(arguments: composites)
  func `is the same on any number of threads`(composite: Composite) throws {
    let found = try [1, 2, 5].map { workers in
      try explainer(.skipping(), .relevance(composite), workers: workers)
        .explain(start, layer: "deep.activation")
    }
    #expect(found[0] == found[1])
    #expect(found[0] == found[2])
  }

  @Test func `two halves of the output add up to all of it`() throws {
    let explainer = try explainer(.skipping())
    let maps = [(0, 5), (5, 7)].map { x, width in
      var half = start
      half.box = Start.Box(x: x, y: 0, width: width, height: 12)
      return explainer.explain(half, layer: "deep.activation").heatMap
    }
    let whole = explainer.explain(start, layer: "deep.activation").heatMap
    #expect(difference(sum(maps), whole) < 1e-4)
  }

  @Test(arguments: [Composite.epsilonPlusFlat, .epsilonPlus, .gamma])
  func `tells the share that biases take up`(composite: Composite) throws {
    let without = try explainer(.chain(biased: false), .relevance(composite))
      .explain(start, layer: "deep.activation")
    #expect(without.given > 0.1)
    #expect(abs(without.absorbed) < 4e-5)
    #expect(abs(without.through - 1) < 4e-5)
    let with = try explainer(.chain(), .relevance(composite))
      .explain(start, layer: "deep.activation")
    #expect(with.absorbed > 0.01 && with.absorbed < 1)
  }

  @Test func `the ε-rule without biases is the gradient times the input`() throws {
    let network = Network.skipping(biased: false)
    let byRule = try explainer(network, .relevance(.epsilon))
      .explain(start, layer: "deep.activation", concepts: 8)
    // The gradient of Σ relu(s) times the input: start the gradient where the score is above 0.
    let other = try explainer(network, .gradientTimesInput)
    let output = other.forward(picture())
    var seed = start.relevance(of: output)
    seed.values = seed.values.map { $0 > 0 ? 1 : 0 }
    let byGradient = other.explain(from: seed, layer: "deep.activation", concepts: 8)
    #expect(difference(byRule.heatMap, byGradient.heatMap) < 1e-3)
    for (mine, theirs) in zip(byRule.relevances, byGradient.relevances) {
      #expect(abs(mine - theirs) < 1e-3 * byRule.given)
    }
  }

  @Test(arguments: [
    Method.gradient, .gradientTimesInput, .gradCAM, .activation, .random(seed: 3),
  ])
  func `every method gives maps and as many concepts as asked`(method: Method) throws {
    let explanation = try explainer(.skipping(), method)
      .explain(start, layer: "deep.activation", concepts: 3)
    #expect(explanation.concepts.count == 3)
    #expect(explanation.relevances.count == 8)
    #expect(explanation.heatMap.values.count == 144)
    #expect(explanation.concepts.allSatisfy { $0.heatMap.values.contains { $0 != 0 } })
    let sizes = explanation.concepts.map { abs($0.relevance) }
    #expect(sizes == sizes.sorted(by: >))
  }

  @Test func `lower concepts give a higher one all that it has`() throws {
    let network = Network.chain(biased: false)
    let explainer = try explainer(network)
    let output = explainer.forward(picture())
    let seed = start.relevance(of: output)
    let explanation = explainer.explain(from: seed, layer: "deep.activation")
    let concept = explanation.concepts[0]
    let parts = explainer.contributions(
      to: concept.channel, of: "deep.activation", from: seed, among: "first.activation")
    #expect(parts.count == 6)
    #expect(abs(parts.reduce(0, +) - concept.relevance) < 1e-4 * concept.relevance)
  }

  @Test func `folds norms before it explains`() throws {
    var network = Network(inputChannels: 2)
    network.convolution("first", of: network.input, outputs: 4)
    let norm = network.layer("norm", .batchNorm(epsilon: 1e-3), of: ["first"])
    let relu = network.layer("relu", .activation(.relu(slope: 0)), of: [norm])
    network.convolution("scores", of: relu, outputs: 2)
    var random = SystemRandomNumberGenerator()
    network.parameters.initialise(using: &random)
    let mine = try Explainer(network, height: 8, width: 8)
    let theirs = try Explainer(network.folded, height: 8, width: 8)
    mine.forward(picture(8))
    theirs.forward(picture(8))
    #expect(
      mine.explain(Start(channel: 0), layer: "relu")
        == theirs.explain(Start(channel: 0), layer: "relu"))
  }
}

@Suite struct StartTests {
  private let output = Tensor(
    height: 1, width: 3, channels: 2, values: [1, 3, 2, -1, 0, 1])

  @Test func `starts at the pixels that the class wins, with its score, adding up to one`() {
    let relevance = Start(channel: 1, contenders: 0..<2).relevance(of: output)
    #expect(relevance.values == [0, 0.75, 0, 0, 0, 0.25])
  }

  @Test func `starts with one, with softmax, and in a box`() {
    let one = Start(channel: 1, contenders: 0..<2, amount: .one, isNormalised: false)
    #expect(one.relevance(of: output).values == [0, 1, 0, 0, 0, 1])
    var boxed = one
    boxed.box = Start.Box(x: 1, y: -4, width: 8, height: 9)
    #expect(boxed.relevance(of: output).values == [0, 0, 0, 0, 0, 1])
    let soft = Start(channel: 1, amount: .softmax, isNormalised: false).relevance(of: output)
    #expect(abs(soft.values[1] - 0.8808) < 1e-4)
    #expect(abs(soft.values[3] - 0.0474) < 1e-4)
  }

  @Test func `starts with the odds against all others`() {
    let output = Tensor(height: 1, width: 1, channels: 4, values: [4, 1, 2, 9])
    let odds = Start(channel: 0, contenders: 0..<3, amount: .odds, isNormalised: false)
    // e and e² to their sum; the last channel is no contender.
    let expected: [Float] = [4, -0.26894, -1.46212, 0]
    for (value, expected) in zip(odds.relevance(of: output).values, expected) {
      #expect(abs(value - expected) < 1e-4)
    }
  }

  @Test func `starts nowhere where the class is nowhere`() {
    let none = Start(channel: 1, box: Start.Box(x: 1, y: 0, width: 1, height: 1))
    #expect(none.relevance(of: output).values.allSatisfy { $0 == 0 })
  }
}

@Suite struct CompositeTests {
  @Test func `gives each layer the rule of its kind and place`() {
    let network = Network.skipping()
    #expect(
      Composite.epsilonPlusFlat.rules(for: network) == [
        "first": .flat, "deep": .zPlus, "wide": .zPlus, "scores": .zPlus,
      ])
    var dense = Network(inputChannels: 1)
    let shuffled = dense.layer("blocks", .pixelUnshuffle(factor: 2), of: [dense.input])
    let other = dense.convolution("side", of: dense.input, outputs: 4, stride: 2)
    let both = dense.convolution("main", of: shuffled, outputs: 4)
    let joined = dense.layer("sum", .sum, of: [other, both])
    dense.layer("name", .dense(inputs: 16, outputs: 2), of: [joined])
    #expect(
      Composite.epsilonAlpha2Beta1.rules(for: dense) == [
        "side": .alphaBeta(alpha: 2), "main": .alphaBeta(alpha: 2), "name": .epsilon(1e-6),
      ])
    #expect(
      Composite.epsilonGammaBox(low: 0, high: 1).rules(for: dense)["main"] == .zBox(low: 0, high: 1)
    )
  }
}
