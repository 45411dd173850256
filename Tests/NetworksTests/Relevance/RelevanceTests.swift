import Foundation
import Networks
import Testing

/// What zennit and zennit-crp give; see `make_relevance.py`.
private struct ZennitFixture: Decodable {
  struct Told: Decodable {
    var sum, largest: Double
    var step: Int
    var values: [Double]

    /// The greatest difference, over the largest number.
    func difference(_ found: [Double]) -> Double {
      let kept = stride(from: 0, to: found.count, by: step).map { found[$0] }
      guard kept.count == values.count else { return .infinity }
      return zip(kept, values).reduce(0) { max($0, abs($1.0 - $1.1) / max(largest, 1e-9)) }
    }
  }

  struct Case: Decodable, CustomTestStringConvertible {
    var network, composite: String
    var conditions: [String: [Int]]?
    var input, summed: Told?
    var layers: [String: Told]
    var testDescription: String {
      "\(network), \(composite)\(conditions == nil ? "" : " under conditions")"
    }
  }

  var cases: [Case]

  static let all: [Case] = {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/relevance.json")
    guard let data = try? Data(contentsOf: url),
      let fixture = try? JSONDecoder().decode(ZennitFixture.self, from: data)
    else { return [] }
    return fixture.cases
  }()
}

@Suite struct RelevanceTests {
  private func network(_ name: String) -> (network: Network, input: Tensor) {
    name == "skipping"
      ? (.skipping(), picture(16, 16, 3, salt: 1)) : (.naming(), picture(8, 8, 2, salt: 1))
  }

  private func channelSums(_ values: [Double], _ channels: Int) -> [Double] {
    (0..<values.count / channels).map { pixel in
      values[pixel * channels..<(pixel + 1) * channels].reduce(0, +)
    }
  }

  @Test func `has the fixture`() { #expect(ZennitFixture.all.count > 20) }

  /// Three ways to the same numbers: zennit's, the definition in double precision, and the product's.
  @Test(arguments: ZennitFixture.all)
  private func `agrees with zennit and with the definition`(example: ZennitFixture.Case) throws {
    let (network, input) = network(example.network)
    let rules = network.rules(example.composite)
    let naive = NaiveNetwork(network: network).run(
      NaivePicture(input), network.parameters.values.map { Double($0) })
    let output = try #require(naive[network.output])
    let seed = start(output.values, channels: output.channels)
    let named = (example.conditions ?? [:]).mapValues { Set($0) }
    let twin = NaiveRelevance(network: network, rules: rules).run(
      naive, from: [network.output: seed], conditions: named)

    let plan = try Plan(
      network, height: input.height, width: input.width, purpose: .relevance(rules))
    let computed = plan.forward(input)
    let ownSeed = start(computed.values.map { Double($0) }, channels: computed.channels)
    let wanted = network.layers.map(\.name).filter { rules[$0] != nil }
    let pass = Pass(
      from: [
        network.output: Tensor(
          height: computed.height, width: computed.width, channels: computed.channels,
          values: ownSeed.map { Float($0) })
      ], conditions: named, wanted: Set(wanted))
    let result = plan.run(pass)

    let mine = try #require(result.input)
    let theirs = try #require(twin[network.input])
    // Where a denominator is nearly 0 the last bit of a weight moves relevance by more than 1e-4: by no more may single
    // precision be off where oneDNN adds in other orders, on machines with AVX2 alone.
    let bit = Double(Float.ulpOfOne)
    let shaken = NaiveRelevance(network: network, rules: rules).run(
      NaiveNetwork(network: network).run(
        NaivePicture(input),
        network.parameters.values.enumerated().map { Double($1) * (1 + ($0 % 2 == 0 ? bit : -bit)) }
      ), from: [network.output: seed], conditions: named)
    func tolerance(_ layer: String) throws -> Double {
      guard !Precision.bfloat16.isFast else { return 1e-4 }
      let moved = try #require(shaken[layer]).map { Float($0) }
      return max(1e-4, difference(moved, try #require(twin[layer])))
    }
    #expect(difference(mine.values, theirs) < (try tolerance(network.input)))
    for layer in wanted {
      let of = try #require(twin[layer])
      let found = difference(try #require(result.layers[layer]).values, of)
      #expect(found < (try tolerance(layer)), "\(layer)")
    }
    if let told = example.input {
      #expect(told.difference(theirs) < 1e-9)
      #expect(told.difference(mine.values.map { Double($0) }) < 1e-4)
    }
    if let told = example.summed {
      #expect(told.difference(channelSums(theirs, mine.channels)) < 1e-9)
      #expect(
        told.difference(channelSums(mine.values.map { Double($0) }, mine.channels)) < 1e-4)
    }
    for (layer, told) in example.layers {
      #expect(told.difference(try #require(twin[layer])) < 1e-9, "\(layer)")
      #expect(
        told.difference(try #require(result.layers[layer]).values.map { Double($0) }) < 1e-4,
        "\(layer)")
    }
  }

  /// A convolution that enlarges and joins its inputs itself shares relevance as the layers it stands for do.
  @Test(arguments: [
    "epsilonPlusFlat", "epsilonGammaBox", "epsilonAlpha2Beta1", "epsilon", "flat", "wSquare",
  ])
  func `goes back through joined layers as through each of them`(composite: String) throws {
    let (network, input) = (Network.unet(), picture(16, 16, 3, salt: 1))
    let rules = network.rules(composite)
    let naive = NaiveNetwork(network: network).run(
      NaivePicture(input), network.parameters.values.map { Double($0) })
    let output = try #require(naive[network.output])
    let seed = start(output.values, channels: 3)
    let twin = NaiveRelevance(network: network, rules: rules).run(
      naive, from: [network.output: seed])
    let plan = try Plan(network, height: 16, width: 16, purpose: .relevance(rules))
    _ = plan.forward(input)
    let start = Tensor(height: 16, width: 16, channels: 3, values: seed.map { Float($0) })
    let result = plan.run(Pass(from: [network.output: start], wanted: ["down1.1", "down0.2"]))
    for (layer, found) in result.layers {
      #expect(difference(found.values, try #require(twin[layer])) < 1e-4, "\(layer)")
    }
    let mine = try #require(result.input)
    #expect(difference(mine.values, try #require(twin[network.input])) < 1e-4)
  }

  private static let composites = [
    "epsilonPlusFlat", "epsilonGammaBox", "epsilonPlus", "epsilonAlpha2Beta1", "epsilon",
  ]

  /// A pass's result does not depend on the threads, nor on the passes beside it.
  @Test(arguments: composites)
  func `gives the same bytes on one thread, on two, and among other passes`(composite: String)
    throws
  {
    let (network, input) = network("skipping")
    func plan(_ workers: Int) throws -> Plan {
      let plan = try Plan(
        network, height: 16, width: 16, purpose: .relevance(network.rules(composite)),
        workers: workers)
      _ = plan.forward(input)
      return plan
    }
    let passes = (0..<5).map { channel in
      Pass(
        from: [network.output: picture(16, 16, 4, salt: 40 + channel)],
        conditions: ["grouped": [channel, channel + 4]], wanted: ["down"])
    }
    let together = try plan(2).run(passes)
    let one = try plan(1)
    #expect(passes.map { one.run($0) } == together)
    #expect(try plan(3).run(passes) == together)
  }

  /// Rules are linear in relevance: what begins with each channel alone, which goes a way of its own through a convolution, adds
  /// up to what begins with all.
  @Test(arguments: ["second", "down", "grouped", "last"], ["epsilonAlpha2Beta1", "epsilon"])
  func `what begins with single channels adds up`(layer: String, composite: String) throws {
    let (network, input) = network("skipping")
    let plan = try Plan(
      network, height: 16, width: 16, purpose: .relevance(network.rules(composite)))
    _ = plan.forward(input)
    let given = Pass(
      from: [network.output: picture(16, 16, 4, salt: 40)], wanted: [layer], reachesInput: false)
    let value = try #require(plan.run(given).layers[layer])
    let whole = try #require(plan.run(Pass(from: [layer: value])).input)
    var sum = [Double](repeating: 0, count: whole.values.count)
    for channel in 0..<value.channels {
      var alone = value
      for index in alone.values.indices where index % value.channels != channel {
        alone.values[index] = 0
      }
      let back = try #require(plan.run(Pass(from: [layer: alone])).input)
      for (index, share) in back.values.enumerated() { sum[index] += Double(share) }
    }
    #expect(difference(whole.values, sum) < 1e-4)
  }

  /// Conserving rules hand on all relevance where biases are 0 and every value that has some is made of something.
  @Test(arguments: ["epsilonPlusFlat", "epsilonPlus", "epsilon", "gamma"])
  func `conserves relevance without biases`(composite: String) throws {
    for (source, input) in [
      (Network.naming(), picture(8, 8, 2, salt: 1)), (.unet(), picture(16, 16, 3, salt: 1)),
    ] {
      var network = source
      for slot in network.parameters.slots where slot.name.hasSuffix("bias") {
        for place in slot.range { network.parameters.values[place] = 0 }
      }
      let plan = try Plan(
        network, height: input.height, width: input.width,
        purpose: .relevance(network.rules(composite)))
      var output = plan.forward(input)
      output.values = output.values.map { max($0, 0) }
      let relevance = try #require(plan.run(Pass(from: [network.output: output])).input)
      let (given, got) = (output.values.reduce(0, +), relevance.values.reduce(0, +))
      let size = relevance.values.reduce(0) { $0 + abs($1) }
      #expect(abs(given - got) <= 4e-5 * size, "\(given) became \(got), in all \(size)")
    }
  }

  @Test func `refuses rules for layers that are not there, and bfloat16`() throws {
    let (network, _) = network("naming")
    #expect(throws: NetworkError.self) {
      try Plan(network, height: 8, width: 8, purpose: .relevance(["nowhere": .zPlus]))
    }
    #expect(throws: NetworkError.self) {
      try Plan(
        network, height: 8, width: 8, precision: .bfloat16,
        purpose: .relevance(network.rules("zPlus")))
    }
  }
}
