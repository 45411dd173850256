public import Networks

/// A network that names defects: scores of classes for each place, and where a defect reaches from there.
///
/// The output has one row of numbers for each block of `stride` × `stride` pixels: a score for each class, the first of
/// them for no defect, and the distances from the block's centre to a defect's left, top, right and bottom side, in
/// `reachPx`.
public struct Classifier: Sendable, Equatable {
  /// What is known of a classifier beside its weights.
  public struct Card: Sendable, Equatable, Codable {
    /// How the network is built.
    public var architecture: ClassifierArchitecture
    /// Names of the classes; the first is no defect.
    public var classes: [String]
    /// The classes of findings that are no defects.
    public var nuisances: [String] = []
    /// Planes of a crop.
    public var planes: Int
    /// Scores are divided by it before they become probabilities; see `Calibration`.
    public var temperature = 1.0
    /// A finding whose best class is less probable than this is unknown.
    public var leastConfidence = 0.5
    /// What it was taught by, as a hash; empty where nobody said.
    public var dataSHA256 = ""

    /// A card of a classifier to be taught.
    ///
    /// - Parameter classes: without the first one, which is no defect.
    public init(
      architecture: ClassifierArchitecture = .light, classes: [String], planes: Int = 3,
      nuisances: [String] = []
    ) {
      precondition(!classes.isEmpty && classes.count < 250, "there are 1 to 249 classes")
      precondition(Set(nuisances).isSubset(of: classes), "a nuisance is one of the classes")
      (self.architecture, self.classes) = (architecture, ["none"] + classes)
      (self.planes, self.nuisances) = (planes, nuisances)
    }
  }

  /// The unit of distances in the output, pixels.
  public static let reachPx: Float = 32

  /// What is known of it.
  public var card: Card
  /// The network.
  public var network: Network

  /// A classifier with a given network.
  public init(card: Card, network: Network) { (self.card, self.network) = (card, network) }

  /// A classifier that has learnt nothing yet.
  public init(card: Card, using random: inout some RandomNumberGenerator) {
    self.card = card
    network = card.architecture.network(inputs: card.planes, outputs: card.classes.count + 4)
    network.parameters.initialise(using: &random)
    guard let bias = network.parameters.slot("\(network.output).bias"),
      let weight = network.parameters.slot("\(network.output).weight")
    else { preconditionFailure("the output is a convolution") }
    for place in weight.range { network.parameters.values[place] *= 0.1 }
    // Most places show no defect, and most defects reach about half a unit.
    network.parameters.values[bias.range.lowerBound] = 3
    for side in 0..<4 {
      network.parameters.values[bias.range.lowerBound + card.classes.count + side] = 0.5
    }
  }

  /// Pixels along a place of the output.
  public var stride: Int { card.architecture.stride }
  /// Sides of pictures must be multiples of this, pixels.
  public var multiple: Int { card.architecture.multiple }
}
