public import Networks

/// A network that paints what a flawless scan shows, with what must be known to use it.
public struct Generator: Sendable, Equatable {
  /// The network.
  public var network: Network
  /// What is known of it.
  public var card: Card

  /// What is known of a generator beside its weights.
  public struct Card: Sendable, Equatable, Codable {
    /// The architecture it was built as.
    public var architecture: GeneratorArchitecture
    /// What it is told of a pixel.
    public var inputs: GeneratorInputs
    /// Planes of the pictures it paints, 1 or 3.
    public var outputs: Int
    /// µm a pixel that it was taught at, the least and the greatest.
    public var pixelSizesUm: ClosedRange<Double>
    /// Standard deviation of the blur that rounds what the process prints, µm; see `StackRegion`.
    public var roundingUm: Double
    /// The objective it was taught with.
    public var objective: String
    /// The seed of everything random in its training.
    public var seed: UInt64
    /// Steps that it was taught.
    public var steps: Int
    /// Seconds that it was taught.
    public var seconds: Double
    /// File names of the photographs that it was taught with.
    public var taught: [String]
    /// File names of the photographs that it was judged by.
    public var heldOut: [String]
    /// The ways that patches of them were turned in; nil where that is not known.
    public var symmetries: [Symmetry]?
    /// The combinations of layers that it was shown away from their edges; nil where that is not known.
    ///
    /// Stack codes in rising order: a bit for each layer, the first the lowest.
    public var materials: [UInt16]?
    /// SHA-256 over the photographs and the layout it was taught with, 64 hexadecimal digits.
    public var dataSHA256: String
    /// Mean residual on patches of the photographs held out, each less its own mean, 0…1; nil where none was held out.
    public var heldOutResidual: Double?

    /// A card for a generator that is about to be taught.
    public init(
      architecture: GeneratorArchitecture, inputs: GeneratorInputs, outputs: Int,
      pixelSizesUm: ClosedRange<Double>, roundingUm: Double, objective: String, seed: UInt64
    ) {
      (self.architecture, self.inputs, self.outputs) = (architecture, inputs, outputs)
      (self.pixelSizesUm, self.roundingUm) = (pixelSizesUm, roundingUm)
      (self.objective, self.seed) = (objective, seed)
      (steps, seconds, taught, heldOut, dataSHA256) = (0, 0, [], [], "")
    }
  }

  /// So near to an edge a pixel looks as its neighbours make it, pixels.
  static let rim = 3

  /// A generator that has learnt nothing yet.
  public init(card: Card, using random: inout some RandomNumberGenerator) {
    var network = card.architecture.network(inputs: card.inputs.count, outputs: card.outputs)
    network.parameters.initialise(using: &random)
    self.init(network: network, card: card)
  }

  /// A generator of given parts.
  public init(network: Network, card: Card) { (self.network, self.card) = (network, card) }
}
