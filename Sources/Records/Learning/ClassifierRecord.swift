public import Foundation

/// What a classifier is, as far as its file tells.
public struct ClassifierRecord: Sendable, Equatable, Codable {
  /// The file it was read from or written to.
  public var file: FileRecord
  /// The network's architecture, such as `light`.
  public var architecture: String
  /// Names of the classes; the first is no defect.
  public var classes: [String]
  /// The classes of findings that are no defects.
  public var nuisances: [String]
  /// Planes of a scan: 1 is grey, 3 is colour.
  public var channels: Int
  /// Numbers that it has learnt.
  public var parameters: Int
  /// Multiplications a pixel.
  public var multiplicationsPerPixel: Double?
  /// Scores are divided by it before they become probabilities.
  public var temperature: Double
  /// The share, 0…1, to which layers and measures of a place count; nil where they do not.
  public var measuresWeight: Double?
  /// A finding whose best class is less probable is unknown.
  public var leastConfidence: Double
  /// The layer whose channels are told as concepts, and how they are explained.
  public var conceptLayer, method: String
  /// The seed of everything random in its training.
  public var seed: UInt64
  /// Steps.
  public var steps: Int
  /// The seconds that they took.
  public var seconds: Double
  /// SHA-256 of the file of the classifier that it began with; nil where it began with chance.
  public var startSha256: String?
  /// The share of crops whose most relevant block was hidden.
  public var relevanceDrop: Double
  /// Names of the scans that it was taught, and of those it was judged by.
  public var taught, heldOut: [String]
  /// Places that it was taught, by class.
  public var places: [String: Int]
  /// SHA-256 over all that it was taught, 64 hexadecimal digits.
  public var dataSha256: String
  /// How the places held out were named; absent where there were none.
  public var scores: NamingRecord?

  /// A classifier with all its parts but those that may be absent.
  public init(
    file: FileRecord, architecture: String, classes: [String], nuisances: [String], channels: Int,
    parameters: Int, multiplicationsPerPixel: Double?, temperature: Double,
    leastConfidence: Double, conceptLayer: String, method: String, seed: UInt64, steps: Int,
    seconds: Double, relevanceDrop: Double, taught: [String], heldOut: [String],
    places: [String: Int], dataSha256: String, scores: NamingRecord?
  ) {
    (self.file, self.architecture, self.classes) = (file, architecture, classes)
    (self.nuisances, self.channels, self.parameters) = (nuisances, channels, parameters)
    (self.multiplicationsPerPixel, self.temperature) = (multiplicationsPerPixel, temperature)
    (self.leastConfidence, self.conceptLayer, self.method) = (leastConfidence, conceptLayer, method)
    (self.seed, self.steps, self.seconds) = (seed, steps, seconds)
    (self.relevanceDrop, self.taught, self.heldOut) = (relevanceDrop, taught, heldOut)
    (self.places, self.dataSha256, self.scores) = (places, dataSha256, scores)
  }

  /// The record as JSON: keys sorted, indented, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func json() throws -> Data { try LearningJSON.data(self) }
}

/// How places of known classes were named, and how sure names are.
public struct NamingRecord: Sendable, Equatable, Codable {
  /// A tenth of the confidences.
  public struct Bin: Sendable, Equatable, Codable {
    /// Places.
    public var count: Int
    /// Their mean confidence, and the share of them named right.
    public var confidence, accuracy: Double

    /// A bin with all its parts.
    public init(count: Int, confidence: Double, accuracy: Double) {
      (self.count, self.confidence, self.accuracy) = (count, confidence, accuracy)
    }
  }

  /// Names of the classes.
  public var classes: [String]
  /// Places by their true class, and by the class they were named.
  public var confusion: [[Int]]
  /// Places of each class that were called unknown.
  public var unknown: [Int]
  /// The share named right of all places of a class that is not the first.
  public var accuracy: Double?
  /// Ten bins of confidence from 0 to 1.
  public var reliability: [Bin]
  /// The mean distance of confidence from accuracy.
  public var calibrationError: Double

  /// Scores with all their parts.
  public init(
    classes: [String], confusion: [[Int]], unknown: [Int], accuracy: Double?, reliability: [Bin],
    calibrationError: Double
  ) {
    (self.classes, self.confusion, self.unknown) = (classes, confusion, unknown)
    (self.accuracy, self.reliability) = (accuracy, reliability)
    self.calibrationError = calibrationError
  }
}

/// How faithful explanations of a classifier are, method by method, on a stated set.
public struct FaithfulnessRecord: Sendable, Equatable, Codable {
  /// A method and its figures; see `Explanations.Faithfulness`.
  public struct Row: Sendable, Equatable, Codable {
    /// What it is called, and its numbers.
    public var name, method: String
    /// Means of the curves.
    public var deletion, insertion: Double
    /// The same of the logarithm of the odds, instead of the score.
    public var oddsDeletion, oddsInsertion: Double
    /// Heat maps and the object.
    public var pointing, massInside, context: Double
    /// Concepts that make 80 % of all absolute relevance.
    public var complexity: Double
    /// Correlation with the maps of the same network with random weights.
    public var randomWeights: Double
    /// Correlation with the maps of a network that was taught labels by chance; absent where there was none.
    public var randomLabels: Double?
    /// Mean change of the score after each step.
    public var deletionCurve, insertionCurve: [Double]

    /// A row with all its parts.
    public init(
      name: String, method: String, deletion: Double, insertion: Double, oddsDeletion: Double,
      oddsInsertion: Double, pointing: Double, massInside: Double, context: Double,
      complexity: Double, randomWeights: Double,
      randomLabels: Double?, deletionCurve: [Double], insertionCurve: [Double]
    ) {
      (self.name, self.method, self.deletion, self.insertion) = (name, method, deletion, insertion)
      (self.oddsDeletion, self.oddsInsertion) = (oddsDeletion, oddsInsertion)
      (self.pointing, self.massInside, self.context) = (pointing, massInside, context)
      (self.complexity, self.randomWeights) = (complexity, randomWeights)
      (self.randomLabels, self.deletionCurve) = (randomLabels, deletionCurve)
      self.insertionCurve = insertionCurve
    }
  }

  /// The model that was explained.
  public var model: FileRecord
  /// SHA-256 over the data, and the layer whose channels are concepts.
  public var dataSha256, layer: String
  /// Places of each class.
  public var samples: [String: Int]
  /// The method that reports use.
  public var shipped: String
  /// The methods.
  public var rows: [Row]

  /// A record with all its parts.
  public init(
    model: FileRecord, dataSha256: String, layer: String, samples: [String: Int], shipped: String,
    rows: [Row]
  ) {
    (self.model, self.dataSha256, self.layer) = (model, dataSha256, layer)
    (self.samples, self.shipped, self.rows) = (samples, shipped, rows)
  }

  /// The record as JSON: keys sorted, indented, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func json() throws -> Data { try LearningJSON.data(self) }
}
