public import Raster

/// What an audit keeps of a finding's explanation: all that it takes to compute it again, and what came of it.
public struct FindingExplanation: Sendable, Equatable, Codable {
  /// SHA-256 of the model's file and of its weights alone, 64 hexadecimal digits.
  public var modelSha256, weightsSha256: String
  /// SHA-256 of what the network read, and of the golden in it.
  public var inputSha256, goldenSha256: String
  /// The square of the scan that was read, pixels; it may reach over the scan's border.
  public var crop: PixelRect
  /// How it was explained, with all numbers.
  public var method: String
  /// What denominators were held away from 0 by, where a rule does not say it.
  public var stabiliser: Float
  /// How the relevance was started.
  public var start: Start
  /// The layer whose channels are the concepts.
  public var layer: String
  /// The share of the relevance given that goes through the layer, more than 1 where biases above it add to it; nil in
  /// older records.
  public var through: Double?
  /// The most relevant concepts, the first first.
  public var concepts: [Concept]
  /// SHA-256 of the class's heat map.
  public var heatMapSha256: String
  /// All relevance that it began with and that arrived at the input, and the share that biases took up.
  public var given, arrived, absorbed: Double
  /// What each layer of the layout had in the golden at the finding; nil where no generator painted it.
  public var goldenLayers: [LayerShare]?
  /// What was measured at the place beside what the network saw, which alone is explained by concepts; nil where nothing was.
  public var measured: Measured?

  /// What goes through the layer, as pages and the command line tell it.
  public enum Passage: Sendable, Equatable {
    /// All of the relevance given, or nearly, or more.
    case all
    /// A share of it, 0…0.95; the rest goes past the layer or into biases.
    case part(Double)
    /// Less than nothing: biases above the layer took up more than was given.
    case takenUp
  }

  /// What goes through the layer; nil where `through` is.
  public var passage: Passage? {
    through.map { $0 < 0 ? .takenUp : $0 > 0.95 ? .all : .part($0) }
  }

  /// How relevance was started.
  public struct Start: Sendable, Equatable, Codable {
    /// The class that is explained.
    public var `class`: String
    /// Its channel of the output.
    public var channel: Int
    /// The part of the output that is explained; nil for all of it.
    public var box: PixelRect?
    /// So many channels among which the class must be the highest at a pixel; nil where that is not asked.
    public var contenders: Int?
    /// A channel that is set against it, so that what tells the two apart is explained; nil where there is none.
    public var against: Int?
    /// `score`, `one` or `softmax`.
    public var amount: String
    /// Whether all relevance adds up to 1.
    public var normalised: Bool

    /// A start with all its parts.
    public init(
      class name: String, channel: Int, box: PixelRect?, contenders: Int?, amount: String,
      normalised: Bool
    ) {
      (self.class, self.channel, self.box, self.contenders) = (name, channel, box, contenders)
      (self.amount, self.normalised) = (amount, normalised)
    }
  }

  /// A channel and its part.
  public struct Concept: Sendable, Equatable, Codable {
    /// The channel.
    public var channel: Int
    /// Its relevance.
    public var relevance: Double
    /// Its relevance over the sum of all channels' absolute relevance, -1…1.
    public var share: Double
    /// The class that the concept mostly belongs to in the training data; nil where no references are known.
    public var mainClass: String?

    enum CodingKeys: String, CodingKey {
      case channel, relevance, share
      case mainClass = "main_class"
    }

    /// A concept.
    public init(channel: Int, relevance: Double, share: Double, mainClass: String?) {
      (self.channel, self.relevance, self.share) = (channel, relevance, share)
      self.mainClass = mainClass
    }
  }

  /// A layer of the layout and its part in the golden.
  public struct LayerShare: Sendable, Equatable, Codable {
    /// The layer's name.
    public var layer: String
    /// Its relevance for the anomaly over the sum of all layers' absolute relevance, -1…1.
    public var share: Double

    /// A layer's share.
    public init(layer: String, share: Double) { (self.layer, self.share) = (layer, share) }
  }

  /// What was measured at a place, what that adds to its name, and the name that it would have without.
  public struct Measured: Sendable, Equatable, Codable {
    /// A measure, and what it adds to the logarithm of the odds of the class explained against all others.
    public struct Measure: Sendable, Equatable, Codable {
      /// What is measured.
      public var name: String
      /// The number, and its unit; empty for a number of things.
      public var value: Double, unit: String
      /// What it adds.
      public var adds: Double

      /// A measure.
      public init(name: String, value: Double, unit: String, adds: Double) {
        (self.name, self.value, self.unit, self.adds) = (name, value, unit, adds)
      }
    }

    /// What layers tell, in words such as “fewer layers than drawn, a line is parted”; nil where they tell nothing.
    public var kind: String?
    /// What that adds to the logarithm of the odds.
    public var kindAdds: Double
    /// The measures that add the most.
    public var measures: [Measure]
    /// The class by what the network saw alone.
    public var classWithout: String
    /// Its probability, 0…1.
    public var probabilityWithout: Double

    enum CodingKeys: String, CodingKey {
      case kind
      case kindAdds = "kind_adds"
      case measures
      case classWithout = "class_without"
      case probabilityWithout = "probability_without"
    }

    /// What was measured.
    public init(
      kind: String?, kindAdds: Double, measures: [Measure], classWithout: String,
      probabilityWithout: Double
    ) {
      (self.kind, self.kindAdds, self.measures) = (kind, kindAdds, measures)
      (self.classWithout, self.probabilityWithout) = (classWithout, probabilityWithout)
    }
  }

  enum CodingKeys: String, CodingKey {
    case modelSha256 = "model_sha256"
    case weightsSha256 = "weights_sha256"
    case inputSha256 = "input_sha256"
    case goldenSha256 = "golden_sha256"
    case crop, method, stabiliser, start, layer, through, concepts
    case heatMapSha256 = "heat_map_sha256"
    case given, arrived, absorbed
    case goldenLayers = "golden_layers"
    case measured
  }

  /// An explanation with all its parts but those that may be absent.
  public init(
    modelSha256: String, weightsSha256: String, inputSha256: String, goldenSha256: String,
    crop: PixelRect, method: String, stabiliser: Float, start: Start, layer: String,
    concepts: [Concept], heatMapSha256: String, given: Double, arrived: Double, absorbed: Double
  ) {
    (self.modelSha256, self.weightsSha256) = (modelSha256, weightsSha256)
    (self.inputSha256, self.goldenSha256, self.crop) = (inputSha256, goldenSha256, crop)
    (self.method, self.stabiliser, self.start, self.layer) = (method, stabiliser, start, layer)
    (self.concepts, self.heatMapSha256) = (concepts, heatMapSha256)
    (self.given, self.arrived, self.absorbed) = (given, arrived, absorbed)
  }
}
