internal import Foundation
public import Networks

/// What an audit keeps of an explanation: everything that it takes to compute it again, and what came of it.
public struct ExplanationRecord: Sendable, Equatable, Codable {
  /// A concept and its part.
  public struct Concept: Sendable, Equatable, Codable {
    /// The channel.
    public var channel: Int
    /// Its relevance.
    public var relevance: Double

    /// A concept.
    public init(channel: Int, relevance: Double) {
      (self.channel, self.relevance) = (channel, relevance)
    }
  }

  /// What the explanation was made of, as hashes of their bytes.
  public struct Sources: Sendable, Equatable, Codable {
    /// The model's file, and the weights alone, as `weightsBytes` gives them.
    public var modelSHA256, weightsSHA256: String
    /// What the network read, as `bytes(of:)` gives it.
    public var inputSHA256: String
    /// The golden that it was compared with; empty where there is none.
    public var goldenSHA256: String

    /// Hashes.
    public init(
      modelSHA256: String, weightsSHA256: String, inputSHA256: String, goldenSHA256: String = ""
    ) {
      (self.modelSHA256, self.weightsSHA256) = (modelSHA256, weightsSHA256)
      (self.inputSHA256, self.goldenSHA256) = (inputSHA256, goldenSHA256)
    }
  }

  /// What it was made of.
  public var sources: Sources
  /// How it was made: the composite with its ε and all other numbers.
  public var method: Method
  /// What relevance a layer's denominators were held away from 0 by, where its rule does not say it.
  public var stabiliser: Float
  /// How the relevance was started.
  public var start: Start
  /// The layer whose channels are the concepts.
  public var layer: String
  /// The most relevant concepts, the first first.
  public var concepts: [Concept]
  /// The hash of the heat map's bytes.
  public var heatMapSHA256: String
  /// All relevance that it began with and that arrived, and the share that biases took up.
  public var given, arrived, absorbed: Double

  /// The record of an explanation.
  ///
  /// - Parameter hash: SHA-256 of bytes, as text.
  public init(
    _ explanation: Explanation, of start: Start, method: Method, sources: Sources,
    hash: ([UInt8]) -> String
  ) {
    (self.sources, self.method, self.start) = (sources, method, start)
    stabiliser = RelevanceRule.usualEpsilon
    layer = explanation.layer
    concepts = explanation.concepts.map {
      Concept(channel: $0.channel, relevance: $0.relevance)
    }
    heatMapSHA256 = hash(Self.bytes(of: explanation.heatMap))
    (given, arrived) = (explanation.given, explanation.arrived)
    absorbed = explanation.absorbed
  }

  /// A record with all its parts, as it was kept.
  public init(
    sources: Sources, method: Method, stabiliser: Float, start: Start, layer: String,
    concepts: [Concept], heatMapSHA256: String, given: Double, arrived: Double, absorbed: Double
  ) {
    (self.sources, self.method, self.stabiliser) = (sources, method, stabiliser)
    (self.start, self.layer, self.concepts) = (start, layer, concepts)
    (self.heatMapSHA256, self.given, self.arrived) = (heatMapSHA256, given, arrived)
    self.absorbed = absorbed
  }

  /// Computes the explanation again.
  ///
  /// - Parameters:
  ///   - network, input: what the record's hashes are of; they are compared first.
  ///   - tolerance: what numbers may be off, relative to all relevance given, where another machine computed them. The
  ///     default is 10⁻⁴.
  ///   - hash: SHA-256 of bytes, as text.
  /// - Returns: what differs, in words; nothing where all of it is the same.
  public func replay(
    _ network: Network, input: Tensor, tolerance: Double = 1e-4, hash: ([UInt8]) -> String
  ) throws -> Replay {
    var found: [String] = []
    let weights = hash(Self.weightsBytes(of: network))
    if weights != sources.weightsSHA256 {
      found.append("the weights are \(weights), and were \(sources.weightsSHA256)")
    }
    let bytes = hash(Self.bytes(of: input))
    if bytes != sources.inputSHA256 {
      found.append("the input is \(bytes), and was \(sources.inputSHA256)")
    }
    guard found.isEmpty else { return Replay(differences: found, isExact: false) }
    let explainer = try Explainer(
      network, height: input.height, width: input.width, method: method)
    explainer.forward(input)
    let again = ExplanationRecord(
      explainer.explain(start, layer: layer, concepts: concepts.count), of: start, method: method,
      sources: sources, hash: hash)
    let scale = max(abs(given), 1e-12) * tolerance
    func compare(_ name: String, _ mine: Double, _ theirs: Double) {
      // Written so that what is no number differs.
      if !(abs(mine - theirs) <= scale) { found.append("\(name) is \(theirs), and was \(mine)") }
    }
    compare("the relevance given", given, again.given)
    compare("the relevance that arrived", arrived, again.arrived)
    if concepts.map(\.channel) != again.concepts.map(\.channel) {
      found.append(
        "the concepts are \(again.concepts.map(\.channel)), and were \(concepts.map(\.channel))")
    } else {
      for (mine, theirs) in zip(concepts, again.concepts) {
        compare("concept \(mine.channel)", mine.relevance, theirs.relevance)
      }
    }
    return Replay(differences: found, isExact: found.isEmpty && self == again)
  }

  /// What computing an explanation again showed.
  public struct Replay: Sendable, Equatable {
    /// What differs by more than the tolerance, in words.
    public var differences: [String]
    /// Whether all of it is the same to the last bit, the heat map too.
    public var isExact: Bool
  }

  /// The bytes of a picture that its hash is of: rows, columns and channels, then the values, all little-endian.
  public static func bytes(of tensor: Tensor) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(12 + 4 * tensor.values.count)
    for number in [tensor.height, tensor.width, tensor.channels] {
      withUnsafeBytes(of: UInt32(number).littleEndian) { result += $0 }
    }
    return result + littleEndian(tensor.values)
  }

  /// The bytes of a network's weights: those of all tensors in their order.
  public static func weightsBytes(of network: Network) -> [UInt8] {
    littleEndian(network.parameters.values)
  }

  private static func littleEndian(_ values: [Float]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 4 * values.count) { bytes, count in
      for (place, value) in values.enumerated() {
        let bits = value.bitPattern
        for byte in 0..<4 {
          bytes[4 * place + byte] = UInt8(truncatingIfNeeded: bits >> (8 * byte))
        }
      }
      count = 4 * values.count
    }
  }
}
