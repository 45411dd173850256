import Explanations
import Foundation
import Networks
import TestSupport
import Testing

@Suite struct FaithfulnessTests {
  private func samples(_ count: Int = 4) -> [Faithfulness.Sample] {
    (0..<count).map { seed in
      Faithfulness.Sample(
        input: picture(seed: UInt64(seed)), start: Start(channel: 1),
        mask: (0..<144).map { $0 % 12 < 6 })
    }
  }

  /// One channel of eight makes the score: a method that sees it removes the whole score with its first step.
  @Test func `rewards the method that finds the channel that matters`() throws {
    var network = Network(inputChannels: 2)
    let relu = Operation.Activation.relu(slope: 0)
    let deep = network.convolution("deep", of: network.input, outputs: 8, activation: relu)
    network.convolution("scores", of: deep, outputs: 2, kernel: 1)
    var random = Seeded(state: 3)
    network.parameters.initialise(using: &random)
    let weight = try #require(network.parameters.slot("scores.weight"))
    for (index, place) in weight.range.enumerated() {
      network.parameters.values[place] = index == 8 + 5 ? 1 : 0
    }
    func judged(_ method: Method) throws -> Faithfulness {
      try Faithfulness(
        of: method, network, layer: "deep.activation", samples: samples(), steps: 8)
    }
    let best = try judged(.relevance(.epsilonPlus))
    #expect(best.samples == 4)
    #expect(best.complexity == 1)
    // The curves are flat from the first step on.
    #expect(best.deletionCurve[0] > 0.1)
    #expect(best.deletionCurve.allSatisfy { abs($0 - best.deletionCurve[0]) < 1e-5 })
    #expect(abs(best.insertion - best.deletionCurve[0]) < 1e-5)
    let blind = try judged(.random(seed: 5))
    #expect(best.deletion > blind.deletion)
    #expect(best.insertion > blind.insertion)
    // The other class scores nothing, so that odds are the score; where it scores the same, nothing changes them.
    #expect(abs(best.oddsDeletion - best.deletion) < 1e-5)
    #expect(abs(best.oddsInsertion - best.insertion) < 1e-5)
    network.parameters.values[weight.range.lowerBound + 5] = 1
    let even = try judged(.relevance(.epsilonPlus))
    #expect(even.deletion > 0.1)
    #expect(abs(even.oddsDeletion) < 1e-5 && abs(even.oddsInsertion) < 1e-5)
  }

  @Test func `leaves the picture's values as they were`() throws {
    let explainer = try Explainer(.chain(), height: 12, width: 12)
    let output = explainer.forward(picture())
    let before = explainer.explain(Start(channel: 1), layer: "deep.activation")
    _ = try Faithfulness(
      of: .relevance(.epsilonPlusFlat), .chain(), layer: "deep.activation", samples: samples(1))
    #expect(explainer.explain(Start(channel: 1), layer: "deep.activation") == before)
    #expect(explainer.forward(picture()) == output)
  }

  @Test func `a network with other weights explains otherwise, the same one alike`() throws {
    let network = Network.chain()
    var other = network
    var random = Seeded(state: 99)
    other.parameters.initialise(using: &random)
    func alike(_ second: Network) throws -> Double {
      try Faithfulness.likeness(
        network, second, method: .relevance(.epsilonPlus), layer: "deep.activation",
        samples: samples())
    }
    #expect(try alike(network) > 0.999)
    #expect(try alike(other) < 0.9)
  }

  @Test func `counts the concepts that make most of the relevance`() {
    #expect(Explanation.complexity([5, -3, 1, 1]) == 2)
    #expect(Explanation.complexity([1, 1, 1, 1, 1]) == 4)
    #expect(Explanation.complexity([0, 7, 0]) == 1)
  }
}

@Suite struct ExplanationRecordTests {
  /// Not SHA-256, but tells bytes apart.
  private func hash(_ bytes: [UInt8]) -> String {
    var state: UInt64 = 14_695_981_039_346_656_037
    for byte in bytes { state = (state ^ UInt64(byte)) &* 1_099_511_628_211 }
    return String(state)
  }

  private func record(_ network: Network, _ input: Tensor, _ method: Method) throws
    -> ExplanationRecord
  {
    let explainer = try Explainer(network, height: 12, width: 12, method: method)
    explainer.forward(input)
    let start = Start(channel: 1)
    return ExplanationRecord(
      explainer.explain(start, layer: "deep.activation"), of: start, method: method,
      sources: .init(
        modelSHA256: "model", weightsSHA256: hash(ExplanationRecord.weightsBytes(of: network)),
        inputSHA256: hash(ExplanationRecord.bytes(of: input))), hash: hash)
  }

  @Test(arguments: [Method.relevance(.epsilonPlusFlat), .relevance(.gamma), .gradCAM])
  func `is computed again to the last bit, also from its file`(method: Method) throws {
    let (network, input) = (Network.skipping(), picture())
    let record = try record(network, input, method)
    let data = try JSONEncoder().encode(record)
    let read = try JSONDecoder().decode(ExplanationRecord.self, from: data)
    #expect(read == record)
    let replay = try read.replay(network, input: input, hash: hash)
    #expect(replay.differences == [] && replay.isExact)
  }

  @Test func `tells what was changed`() throws {
    let (network, input) = (Network.skipping(), picture())
    let record = try record(network, input, .relevance(.epsilonPlusFlat))
    var other = network
    other.parameters.values[3] += 0.5
    #expect(
      try record.replay(other, input: input, hash: hash).differences.first?.contains("weights")
        == true)
    #expect(
      try record.replay(network, input: picture(seed: 2), hash: hash).differences.first?
        .contains("input") == true)
    var forged = record
    forged.concepts[0].relevance *= 1.01
    #expect(try forged.replay(network, input: input, hash: hash).differences.count == 1)
    forged = record
    forged.concepts[0].channel = 7 - forged.concepts[0].channel
    #expect(try !forged.replay(network, input: input, hash: hash).differences.isEmpty)
    forged = record
    forged.heatMapSHA256 = "0"
    let replay = try forged.replay(network, input: input, hash: hash)
    #expect(replay.differences.isEmpty && !replay.isExact)
  }
}
