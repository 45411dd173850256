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
    /// Planes of the scans it was taught, 1 or 3; a crop has as many of the golden, and what tells them apart, see `CropSource`.
    public var channels: Int
    /// Whether the difference is the normalised one of an inspection.
    public var isNormalised: Bool
    /// Scores are divided by it before they become probabilities; see `Calibration`.
    public var temperature = 1.0
    /// What layers and measures of a place add to scores; nil where they add nothing.
    public var placeEvidence: PlaceEvidence?
    /// A finding whose best class is less probable than this is unknown.
    public var leastConfidence = 0.5
    /// The layer whose channels are told as concepts.
    public var conceptLayer: String
    /// What it was taught.
    public var lesson = Lesson()

    /// Planes of a crop.
    public var planes: Int { CropSource.planes(channels: channels, isNormalised: isNormalised) }

    /// What is known of a classifier's training.
    public struct Lesson: Sendable, Equatable, Codable {
      /// What it was taught by, as a hash; empty where nobody said.
      public var dataSHA256 = ""
      /// The seed of everything random.
      public var seed: UInt64 = 0
      /// Steps, and the seconds that they took.
      public var steps = 0, seconds = 0.0
      /// SHA-256 of the file of the classifier whose weights it began with; nil where it began with chance.
      public var startSHA256: String?
      /// The share of crops whose most relevant block was hidden.
      public var relevanceDrop = 0.0
      /// Names of the pictures that it was taught, and of those it was judged by.
      public var taught: [String] = [], heldOut: [String] = []
      /// Places that it was taught, by class.
      public var places: [String: Int] = [:]
      /// How the places held out were named; nil where there were none.
      public var scores: NamingScores?

      /// A classifier that nobody taught.
      public init() {}
    }

    /// A card of a classifier to be taught.
    ///
    /// - Parameters:
    ///   - classes: without the first one, which is no defect.
    ///   - channels: planes of a scan, 1 or 3.
    public init(
      architecture: ClassifierArchitecture = .light, classes: [String], channels: Int = 1,
      isNormalised: Bool = false, nuisances: [String] = []
    ) {
      precondition(!classes.isEmpty && classes.count < 250, "there are 1 to 249 classes")
      precondition(Set(nuisances).isSubset(of: classes), "a nuisance is one of the classes")
      (self.architecture, self.classes) = (architecture, ["none"] + classes)
      (self.channels, self.nuisances) = (channels, nuisances)
      self.isNormalised = isNormalised
      conceptLayer = architecture.conceptLayer
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
